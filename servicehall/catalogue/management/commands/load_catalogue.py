from typing import Any

from django.core.management.base import BaseCommand

from servicehall.catalogue.actions import load_catalogue


class Command(BaseCommand):
    help = "Load windows, service items and refused certificates from the data files. Repeats change nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load_catalogue()
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))
