from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from dashboards import actions
from dashboards.actions.facts import RECOUNTED_DAYS


class Command(BaseCommand):
    help = "Count the last full days into facts again. Repeats change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=RECOUNTED_DAYS)

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(actions.recount(now=timezone.now(), days=options["days"])))
