from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from residents.base.actions.care import DATA, load_care_kinds


class Command(BaseCommand):
    help = "Load the kinds of care flags. Repeats change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=DATA)

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"kinds: {load_care_kinds(options['file'])}")
