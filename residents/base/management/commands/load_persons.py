"""manage.py load_persons: a list of persons from another system, all or nothing."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from typing_extensions import override

from accounts import audit
from residents.base.actions.register import RowsRefused, load_persons
from residents.base.models import SourceSystem

SHOWN = 50

FORMAT = """\
Load persons from a JSON file: a list of objects, one a person.

  [{"full_name": "张伟民",            the name as in the register; required
    "id_number": "150302198501010011",   18 or 15 digits; may be missing, for babies and strangers
    "sex": "1",                       1 or 男, 2 or 女; may be missing, must agree with the number
    "birth_on": "1985-01-01",         required without a number, must agree with it
    "phone": "0473-2012345",          mainland mobile or landline; may be missing
    "ethnic_group": "01",             GB/T 3304; may be missing
    "community": "150302001005",      12 digits, or instead of it
    "place": "1503020010050100100101",   area, yard, building or unit, when it is known
    "household": {"number": "…", "relation": "02"}}]   GB/T 4761; 02 is the head; may be missing

Every row is checked; one wrong row refuses the whole file, and all errors are listed with row and field. Whoever is
in the base already (same ID number; without one the same name, birthday and household) is left as she is, so that
the same file can be loaded again. A household number that is not in the base makes a household, with exactly one head
in the file. Delete the file afterwards: it holds personal data in clear.
"""


class Command(BaseCommand):
    help = FORMAT

    @override
    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--source", default="import", help="code of the data source; default import (批量导入)"
        )
        parser.add_argument(
            "--errors", type=int, default=SHOWN, help=f"how many errors to list; default {SHOWN}"
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        rows = _read(options["file"])
        if options["source"] == "import":
            SourceSystem.objects.get_or_create(
                code="import", defaults={"name": "批量导入", "name_en": "Imported from a file"}
            )
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = %s", [settings.BULK_STATEMENT_TIMEOUT])
        try:
            loaded = load_persons(
                rows, source=options["source"], by=audit.SYSTEM, now=timezone.now()
            )
        except RowsRefused as refused:
            shown = refused.errors[: options["errors"]]
            for error in shown:
                self.stderr.write(f"row {error.row}, {error.field or 'row'}: {error.message}")
            more = len(refused.errors) - len(shown)
            rest = f", {more} more not shown" if more else ""
            raise CommandError(
                f"{len(refused.errors)} errors{rest}. Nothing was written."
            ) from None
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout TO DEFAULT")
        self.stdout.write(
            f"{loaded.persons} persons and {loaded.households} households added, {loaded.known} already there."
        )


def _read(path: Path) -> list[Any]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(f"The file cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise CommandError(f"The file is not JSON in UTF-8{where}.") from None
    if not isinstance(rows, list):
        raise CommandError("The file must hold a list of persons.")
    return rows
