"""manage.py import_catalogue FILE: drafts of the items of another installation. Publishes nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from typing_extensions import override

from common.errors import Invalid
from servicehall.catalogue.actions import import_items


class Command(BaseCommand):
    help = "Make drafts of the items in a file of export_catalogue. People look at them and publish them."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = import_items(options["file"].read_bytes(), by=None, now=timezone.now())
        except Invalid as refusal:
            raise CommandError(str(refusal.message)) from None
        for item in found:
            self.stdout.write(f"{item.code} {item.fate} {item.why}".strip())
