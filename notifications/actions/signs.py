"""Signs of life of the workers."""

from django.db.models.functions import Now

from notifications.models import WorkerBeat


def beat(name: str) -> None:
    """This worker consumes. Time of the database, so that hosts need not agree."""
    WorkerBeat.objects.update_or_create(name=name[:120], defaults={"beat_at": Now()})
