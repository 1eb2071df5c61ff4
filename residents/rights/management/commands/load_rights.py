from typing import Any

from django.core.management.base import BaseCommand

from residents.rights.actions import load_rights


class Command(BaseCommand):
    help = "Load limits, retention rules and purposes of the residents' rights. Repeats change nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load_rights()
        self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))
