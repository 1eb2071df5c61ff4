from typing import Any

from django.core.management.base import BaseCommand

from servicehall.documents.actions import load_documents


class Command(BaseCommand):
    help = "Load the texts of letters, numbering and seals from the data files. Repeats change nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load_documents()
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))
