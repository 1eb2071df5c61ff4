"""电子监察 (domain 3.7): what went wrong with a case, who is told of it on which day, and 督办."""
