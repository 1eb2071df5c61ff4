"""What hundreds of tests begin with is made by the real acts once in a process; then its rows are put back.

Only where none of its tables holds anything yet: whoever has made something before gets it made beside that.
"""

from collections.abc import Callable, Hashable
from copy import deepcopy
from dataclasses import dataclass
from io import StringIO
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from tests import databases

Made = TypeVar("Made")


@dataclass(frozen=True)
class Memory:
    """What was made, and the rows that came with it: by table, as COPY writes them."""

    made: Any
    rows: dict[str, str]

    def fits(self) -> bool:
        held = " OR ".join(f'EXISTS (SELECT FROM "{table}")' for table in self.rows)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT NOT ({held})")
            return bool(cursor.fetchone()[0])

    def come_back(self) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            # What triggers wrote is among the rows, and the keys between them were held when they were written.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, rows in self.rows.items():
                cursor.copy_expert(f'COPY "{table}" FROM STDIN', StringIO(rows))
            cursor.execute("SET LOCAL session_replication_role = origin")
        return deepcopy(self.made)


_memories: dict[Hashable, Memory] = {}


def remembered(key: Hashable, make: Callable[[], Made], *, is_alone: bool = True) -> Made:
    """What `make` makes, or made when it was last asked for under this key: a copy that the test may change.

    `is_alone`: what is made leans on whatever it finds, and is kept only when it found nothing. Otherwise its rows
    are the same whatever else there is.
    """
    memory = _memories.get(key)
    if memory is not None:
        return memory.come_back() if memory.fits() else make()
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # else nothing in it may be durable
    with around, connection.cursor() as cursor:
        before = _written(cursor)
        may_be_kept = not is_alone or not (before or databases.filled(cursor))
        made = make()
        new = {
            table: rows - before.get(table, 0)
            for table, rows in _written(cursor).items()
            if rows != before.get(table, 0)
        }
        if may_be_kept and all(_count(cursor, table) == rows for table, rows in new.items()):
            _memories[key] = Memory(deepcopy(made), {table: _rows(cursor, table) for table in new})
    return made


def _written(cursor: CursorWrapper) -> dict[str, int]:
    """How many rows this transaction has put into each table, less those it took out."""
    cursor.execute(
        "SELECT relname, n_tup_ins - n_tup_del FROM pg_stat_xact_user_tables"
        " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
    )
    return dict(cursor.fetchall())


def _count(cursor: CursorWrapper, table: str) -> int:
    cursor.execute(f'SELECT count(*) FROM "{table}"')
    return int(cursor.fetchone()[0])


def _rows(cursor: CursorWrapper, table: str) -> str:
    text = StringIO()
    cursor.copy_expert(f'COPY "{table}" TO STDOUT', text)
    return text.getvalue()
