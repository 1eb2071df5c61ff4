"""For the systems of departments: send batches, read what became of them, pull what has changed."""
