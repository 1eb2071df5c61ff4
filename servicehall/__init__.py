"""The one-stop hall: items and windows as data, a case from draft to rating, its clock and its review."""
