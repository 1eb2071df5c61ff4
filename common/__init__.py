"""The floor that every app stands on. No word of the domain here."""
