from typing import Any

from django.core.management.base import BaseCommand

from servicehall.publicity.actions import load_publicity


class Command(BaseCommand):
    help = "Load the local rules of publicity. Repeats change nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_publicity()} rules")
