from typing import Any

from django.core.management.base import BaseCommand

from servicehall.supervision.actions import load_supervision


class Command(BaseCommand):
    help = (
        "Load the ladder of overdue cases and the figures of supervision. Repeats change nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load_supervision()
        self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))
