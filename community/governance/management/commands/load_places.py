from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from community.governance.actions import load_places, read_places
from community.governance.actions.places import DATA


class Command(BaseCommand):
    help = "Load places, bodies and stations from a place file. Repeats change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=DATA)

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load_places(read_places(options["file"]), today=timezone.localdate())
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))
