"""P8: how long 100,000 rows take from the file into the base, against a bare COPY of the rows that come of it.

For a person at a prompt, in a database that may be thrown away: `measure()` prints, and returns the ratio.
"""

import resource
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection, transaction

from community.governance.scopes import Scope
from residents.base.actions import bulk
from residents.base.models import Person, PersonDetail
from residents.exchange.actions import receiving, working
from residents.exchange.models import ImportBatch
from tests.residents.importing import JUNE, NOW, number, receive, xlsx

HEADINGS = (
    "姓名",
    "身份证号",
    "性别",
    "民族",
    "联系电话",
    "户籍地址",
    "现住地址",
    "文化程度",
    "社区",
)
NAMES = (
    "张伟民",
    "李秀英",
    "王建国",
    "刘芳",
    "单雪梅",
    "赵志强",
    "白音巴图",
    "孙桂兰",
    "欧阳娜",
    "陈静",
)


def rows(count: int, community: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for n in range(count):
        born = date.fromordinal(date(1940, 1, 1).toordinal() + n // 400)
        who = number(n % 400, born)
        name = NAMES[n % 10][0] + NAMES[n // 10 % 10][-1] + NAMES[n // 100 % 10][-1]
        found.append(
            (
                name,
                who,
                "男",
                "汉族",
                f"154{n:08d}",
                f"解放街{n}号",
                f"人民路{n}号",
                "初中",
                community,
            )
        )
    return found


def measure(by: Scope, community: str, count: int = 100_000) -> float:
    """The ratio of a bare COPY's time to the import's."""
    data = xlsx([HEADINGS, *rows(count, community)])
    spent = _timed("import", lambda: _import(data, by))
    again = xlsx([HEADINGS, *rows(count, community), ("说明", *[""] * 8)])
    before = _written()
    _timed("the same again", lambda: _import(again, by))
    print("rows written by the second import:", _written() - before)  # noqa: T201
    persons, details = list(Person.objects.all()), list(PersonDetail.objects.all())
    PersonDetail.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM residents_person")
        cursor.execute("VACUUM ANALYZE residents_person")
        cursor.execute("SET session_replication_role = DEFAULT")
    bare = _timed("bare COPY", lambda: _copy(persons, details))
    print(f"P8: {bare / spent:.3f} (goal 0.06)")  # noqa: T201
    return float(bare / spent)


def _import(data: bytes, by: Scope) -> None:
    batch = _timed("  receive", lambda: receive(data, by, as_of=JUNE))
    receiving.check(batch.pk, by=by, now=NOW)
    _timed("  check", lambda: working.work(now=NOW))
    receiving.apply(batch.pk, by=by, now=NOW)
    _timed("  apply", lambda: working.work(now=NOW))
    batch = ImportBatch.objects.get(pk=batch.pk)
    print(" ", batch.state, batch.counts)  # noqa: T201


def _copy(persons: list[Person], details: list[PersonDetail]) -> None:
    """What is sealed stays sealed: the bytes alone go in."""
    with transaction.atomic(), bulk.patience():
        bulk.copy(persons)
        bulk.copy(details)


def _written() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd) FROM pg_stat_user_tables WHERE relname LIKE 'residents_%'"
        )
        return int(cursor.fetchone()[0])


def _timed(name: str, call: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    result = call()
    spent = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name}: {spent:.1f} s, {memory} MB at the most")  # noqa: T201
    return result if result is not None else spent
