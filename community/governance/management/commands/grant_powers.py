from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.audit import SYSTEM
from community.governance.actions import grant_powers


class Command(BaseCommand):
    help = (
        "Give every post what its role may do now, and take what it may do no longer. "
        "Run it after an upgrade; repeats change nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        found = grant_powers(dry_run=options["dry_run"], by=SYSTEM, now=timezone.now())
        for change in found:
            signs = [*(f"+{power}" for power in change.gained), *(f"-{p}" for p in change.lost)]
            self.stdout.write(f"{change.body.code} {change.role.value}: {' '.join(signs)}")
        word = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"{len(found)} {word}")
