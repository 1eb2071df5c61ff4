"""Telling people: the outbox, the kinds of message, the channels, delivery by Celery and without it."""
