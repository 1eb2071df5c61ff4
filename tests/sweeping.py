"""F6: whichever statement of an act fails, nothing of the act remains.

Of questions that follow each other, with no savepoint between them, only the first fails: before the next ones, the
rows are as they were before it.

`@sweeps(act, ...)` stands above a test that tells the story of these acts: where the story first comes to one of them,
each of its statements fails once, and only then may it happen. So the sweep needs no setting up of its own.
`tests/races/test_every_act.py` knows every act there is, and which of them no test sweeps.
"""

import functools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, TypeAlias

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from common.models import RateBucket
from tests import databases

SWEPT: set[Callable[..., Any]] = set()  # by whatever test, as soon as its module is read
WRITES = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)')
NO_QUERY = ("SAVEPOINT", "RELEASE", "ROLLBACK")
MOST = 2000
FINE, SPARSE = (
    100,
    10,
)  # of the first hundred statements each fails, of a longer act some of the rest
STAYS = {RateBucket._meta.db_table}  # whoever tried has tried: common/ratelimit.py
OURS = tuple(
    f"{name}."
    for name in (
        *("accounts", "community", "config", "dashboards", "notifications", "residents"),
        *("servicehall", "tests"),
    )
)


class Fault:
    """Lets the k-th statement fail, as a lost connection or a full disk would, or the next after it that tells more."""

    def __init__(self, at: int) -> None:
        self.at, self.seen = at, 0
        self.tables: set[str] = set()
        self.failed = self.is_question = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sql = str(sql)
        written = WRITES.findall(sql)
        self.tables.update(written)
        if sql.startswith(NO_QUERY):
            self.is_question = False  # what went before may stay now, or may not
        else:
            self.seen += 1
            was_question, self.is_question = (
                self.is_question,
                sql.startswith("SELECT") and not written,
            )
            if self.seen >= self.at and not ((was_question and self.is_question) or self.failed):
                self.failed = True
                raise OperationalError("injected")
        return execute(sql, params, many, context)


# Of each table: how many rows, and which. Whoever writes a row makes a new one at another place, even with the
# same words; what was rolled back leaves the old ones where they are. Reading what is in them takes ten times as long.
Digests: TypeAlias = dict[str, tuple[int, int]]


@functools.cache
def known() -> frozenset[str]:
    """The tables of our models."""
    tables = {m._meta.db_table for m in apps.get_models(include_auto_created=True)}
    return frozenset(tables - STAYS)


def everything() -> Digests:
    """Of every table that holds anything: in the transaction of a test, those into which it has put something."""
    return digests(set(touched()) | databases.KEPT if connection.in_atomic_block else known())


def touched() -> dict[str, int]:
    """How many rows were put into, changed in or taken out of each table in this transaction, whether that stayed or
    not, as the database counts it: what comes by COPY or by a trigger passes no wrapper."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return dict(cursor.fetchall())


def digests(tables: Iterable[str]) -> Digests:
    parts = [
        f"SELECT '{table}', count(*), bit_xor(hashtidextended(ctid, 0)) FROM {table}"
        for table in sorted(known().intersection(tables))
    ]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {table: (rows, digest) for table, rows, digest in cursor if rows}


def _stayed(fault: Fault, rows: dict[str, int], before: Digests) -> list[str]:
    """The tables that differ, of those into which this attempt wrote. `rows`: what was touched when it began."""
    if not fault.tables:
        return []
    if fault.tables & STAYS:
        RateBucket.objects.all().delete()
    more = touched()
    written = fault.tables | {table for table, count in more.items() if count != rows.get(table)}
    rows.update(more)
    now = digests(written)
    return sorted(table for table in written & known() if now.get(table) != before.get(table))


def sweep(name: str, call: Callable[[], Any]) -> tuple[Any, bool]:
    """Let each statement of the call fail once; then let it happen. Its result, and whether it wrote anything."""
    before, rows, k = everything(), touched(), 1
    while k < MOST:
        fault = Fault(k)
        result, happened = None, False
        with connection.execute_wrapper(fault):
            try:
                result, happened = call(), True
            except OperationalError as error:
                if str(error) != "injected":
                    raise
                # What Django itself keeps together, outside of any act, would have been rolled back by now.
                connection.needs_rollback = False
        if happened:
            if fault.failed:
                pytest.fail(f"statement {k} of {name} failed and the act passed over it")
            return result, everything() != before
        k = fault.seen
        if stayed := _stayed(fault, rows, before):
            pytest.fail(f"statement {k} of {name} failed and something stayed: {stayed}")
        k += 1 if k < FINE else k // SPARSE
    pytest.fail(f"{name} has no end")


def sweeps(*acts: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Above a test that comes to each of these acts and lets it write something."""
    SWEPT.update(acts)

    def around(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def swept(*args: Any, **given: Any) -> None:
            with sweeping(*acts):
                test(*args, **given)

        return swept

    return around


@contextmanager
def sweeping(*acts: Callable[..., Any]) -> Iterator[None]:
    """Wherever one of our modules knows an act by name, it meets its sweep until that is done."""
    waiting = set(acts)
    at_it: list[Callable[..., Any]] = []  # acts inside an act are part of it

    def instead_of(act: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(act)
        def act_swept(*args: Any, **given: Any) -> Any:
            if at_it or act not in waiting:
                return act(*args, **given)
            at_it.append(act)
            try:
                result, wrote = sweep(act.__name__, lambda: act(*args, **given))
            finally:
                at_it.clear()
            if wrote:
                waiting.discard(act)
            return result

        return act_swept

    wrapped = {id(act): instead_of(act) for act in acts}
    places = [
        (module, name, value)
        for module in list(sys.modules.values())
        if getattr(module, "__name__", "").startswith(OURS)
        for name, value in list(vars(module).items())
        if isinstance(value, FunctionType) and id(value) in wrapped
    ]
    for module, name, value in places:
        setattr(module, name, wrapped[id(value)])
    try:
        yield
    finally:
        for module, name, value in places:
            setattr(module, name, value)
    if waiting:
        names = sorted(f"{act.__module__}.{act.__name__}" for act in waiting)
        pytest.fail(f"the story did not come to {names}")
