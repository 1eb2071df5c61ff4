from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.audit import SYSTEM
from residents.base.actions.saying import weigh_again
from residents.base.actions.sources import DATA, load_limits, load_sources


class Command(BaseCommand):
    help = "Load the sources of the resident base, their ranks and its figures. Repeats change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=DATA)

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"ranks changed: {load_sources(options['file'])}")
        self.stdout.write(f"figures changed: {load_limits()}")
        over = weigh_again(by=SYSTEM, now=timezone.now())
        self.stdout.write(f"conflicts that the ranks answer now: {over}")
