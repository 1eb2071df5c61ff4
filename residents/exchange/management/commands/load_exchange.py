from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from residents.exchange.actions.setup import DATA, load_exchange


class Command(BaseCommand):
    help = (
        "Load figures, entitlements and export templates of the exchange. Repeats change nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=DATA)

    def handle(self, *args: Any, **options: Any) -> None:
        for kind, number in load_exchange(options["folder"]).items():
            self.stdout.write(f"{kind} changed: {number}")
