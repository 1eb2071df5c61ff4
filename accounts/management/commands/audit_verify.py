"""Runs each night and after every restore: is the audit trail whole?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from typing_extensions import override

from accounts.sealing import signing_key
from accounts.verifying import BadAnchor, read_anchor, verify


class Command(BaseCommand):
    help = "Checks the audit chain against its anchor; names the first bad row and exits with 1."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor", required=True, help="the anchor file, fetched from its own host"
        )
        parser.add_argument(
            "--public-key",
            help="PEM; without it the key of this installation (AUDIT_KEY_FILE) is used",
        )

    @override
    def handle(self, *args: Any, anchor: str, public_key: str | None, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = %s", [settings.BULK_STATEMENT_TIMEOUT])
        try:
            with Path(anchor).open(encoding="ascii") as lines:
                known = read_anchor(lines, _key(public_key))
        except (OSError, BadAnchor) as error:
            raise CommandError(f"anchor: {error}") from error
        report = verify(known)
        if not report.is_sound:
            row = f"id {report.bad_id}" if report.bad_id else "no such row"
            raise CommandError(
                f"first bad row: seal number {report.bad_no} ({row}): {report.fault}"
            )
        self.stdout.write(
            f"sound: {report.rows} rows sealed, {known.last} anchored, {report.unsealed} not yet sealed"
        )


def _key(path: str | None) -> Ed25519PublicKey:
    if path is None:
        return signing_key().public_key()
    key = load_pem_public_key(Path(path).read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise CommandError("--public-key must hold an Ed25519 public key")
    return key
