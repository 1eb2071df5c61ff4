"""Whether a worker still consumes: for health checks and supervisors."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models.functions import Now

from notifications.models import WorkerBeat


class Command(BaseCommand):
    help = "Exit 0 when a worker gave a sign of life lately, 1 when all are dead or deaf."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--max-age", type=float, default=90.0, help="seconds")
        parser.add_argument("--name", default="", help="one worker, e.g. celery@host")

    def handle(self, *args: Any, **options: Any) -> None:
        recent = WorkerBeat.objects.filter(
            beat_at__gt=Now() - timedelta(seconds=options["max_age"])
        )
        if options["name"]:
            recent = recent.filter(name=options["name"])
        if not recent.exists():
            raise CommandError("no worker has consumed anything lately")
        self.stdout.write("alive")
