from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import audit
from common.errors import NotAllowed
from community.governance.enums import Role
from community.governance.models import Body
from servicehall.documents.actions import put_seal
from servicehall.documents.enums import LetterKind


class Command(BaseCommand):
    help = "Give a body a new electronic seal from a day on; the one before ends on that day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("body", help="code of the body")
        parser.add_argument("--name", default="", help="what stands below the star")
        parser.add_argument(
            "--image", type=Path, help="PNG without background, in place of the drawn seal"
        )
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, required=True)
        parser.add_argument(
            "--basis", required=True, help="the document that puts the seal into use"
        )
        parser.add_argument("--role", action="append", default=[], choices=Role.values)
        parser.add_argument("--kind", action="append", default=[], choices=LetterKind.values)
        parser.add_argument(
            "--automatic",
            action="store_true",
            help="also for letters that the portal issues by itself",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        body = Body.objects.select_related("place").filter(code=options["body"]).first()
        if body is None:
            raise CommandError(f"No body has the code {options['body']}.")
        try:
            put_seal(
                body,
                name=options["name"],
                image=options["image"].read_bytes() if options["image"] else None,
                roles=options["role"],
                kinds=options["kind"],
                is_automatic=options["automatic"],
                basis=options["basis"],
                starts_on=options["starts_on"],
                by=audit.SYSTEM,
                now=timezone.now(),
            )
        except NotAllowed as refusal:
            raise CommandError(str(refusal.message)) from refusal
        self.stdout.write(f"{body.name}: {options['name']} from {options['starts_on']}")
