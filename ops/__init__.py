"""Runs the portal on one machine: database, broker, supervisor, checks. Imported by the settings only."""
