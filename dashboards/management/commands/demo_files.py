"""manage.py demo_files FOLDER: lists of four departments about the demonstration city, to try the import with."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from dashboards.demo import files


class Command(BaseCommand):
    help = "Write lists of four departments about invented people, each with its own quirks, for the data clerk."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--seed", type=int, default=1)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demonstration is switched off here (YIZHAN_DEMO).")
        try:
            paths = files.write(options["folder"], seed=options["seed"])
        except LookupError:
            raise CommandError("Load the demonstration city first: manage.py load_demo") from None
        for path in paths:
            self.stdout.write(str(path))
