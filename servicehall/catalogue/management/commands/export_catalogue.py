"""manage.py export_catalogue FILE: the published items as one file for another installation."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from typing_extensions import override

from servicehall.catalogue.actions import export_items


class Command(BaseCommand):
    help = "Write the published items into a file that import_catalogue reads."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        data = export_items(by=None, now=timezone.now())
        options["file"].write_bytes(data)
        self.stdout.write(f"{len(data)} bytes")
