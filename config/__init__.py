"""Composes the portal: settings, URLs, the Celery application. Imported by no app."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
