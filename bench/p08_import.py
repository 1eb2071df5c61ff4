"""P8: rows from a department's file into the base, against a bare COPY of the persons that come of them."""

import io
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import django
import openpyxl
from django.db import connection, transaction
from django.utils import timezone

from bench.city import City, aside
from bench.harness import Reading, Wrong
from community.governance.enums import PlaceLevel, Power, Role
from community.governance.models import Place, Post
from community.governance.scopes import scope_of
from dashboards.demo import numbers
from residents.base.models import NamePart, Person, PersonDetail, SourceSystem
from residents.exchange.actions import receiving, working
from residents.exchange.enums import BatchState, Fate
from residents.exchange.models import ImportBatch, ImportRow

GOAL = 0.06
MEMORY = 40  # MB more for ten times the rows
ROWS = {"small": 5_000, "full": 100_000}
ELSEWHERE = "650102"  # nobody of the demonstration comes from there
HEADINGS = (
    *("姓名", "身份证号", "性别", "民族", "联系电话", "户籍地址", "现住地址", "文化程度", "社区"),
)
FAMILIES, GIVEN = "张李王刘单赵孙陈杨周", ("伟民", "秀英", "建国", "芳", "雪梅", "志强", "桂兰")


@dataclass(frozen=True)
class Run:
    """One file, from its bytes to the end."""

    batch: ImportBatch
    seconds: float
    memory: float  # MB of this process, at the most meanwhile
    writes: int  # rows of the base

    def check(self, fate: Fate, rows: int) -> None:
        if self.batch.state != BatchState.APPLIED or self.batch.counts.get(fate) != rows:
            raise Wrong(f"an import is {self.batch.state} with {self.batch.counts}")


def measures(city: City) -> Iterator[Reading]:
    """The imports take long, hence once: a tenth of the rows, then all, then the same in another file."""
    size = ROWS[city.scale]
    with aside():
        desk = Desk()
        tenth = desk.bring(_file(desk.community, range(size, size + size // 10)))  # other people
        whole = desk.bring(_file(desk.community, range(size)))
        bare = _bare_copy(whole.batch)
        again = desk.bring(_file(desk.community, range(size), note="说明"))
    arrived = partial(whole.check, Fate.NEW, size)
    yield Reading(
        *(f"P8 import of {size:,} rows", lambda: bare / whole.seconds, arrived, GOAL, "x"),
        is_faster=True,
    )
    yield Reading(
        *("P8 the same again", lambda: again.writes, partial(again.check, Fate.SAME, size)),
        *(0, "writes"),
    )
    yield Reading(
        *("P8 more memory for ten times the rows", lambda: whole.memory - tenth.memory, arrived),
        *(MEMORY, "MB"),
    )


class Desk:
    """A data clerk with a file of people whom nobody knows yet."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.today = timezone.localdate(self.now)
        clerks = Post.objects.active_on(self.today).filter(role=Role.DATA_CLERK)
        post = clerks.select_related("user").order_by("pk")[0]
        self.by = scope_of(post.user, post.pk, today=self.today)
        here = Place.objects.visible_to(self.by, Power.IMPORT_DATA)
        self.community = here.filter(level=PlaceLevel.COMMUNITY).order_by("code")[0].code

    def bring(self, data: bytes) -> Run:
        written = _written()
        Path("/proc/self/clear_refs").write_text("5")  # forget the most so far
        began = time.perf_counter()
        batch = receiving.receive(
            data,
            "名单.xlsx",
            source=SourceSystem.objects.get(pk="police"),
            as_of=self.today - timedelta(days=1),
            community=None,
            by=self.by,
            now=self.now,
        )
        for press in (receiving.check, receiving.apply):
            press(batch.pk, by=self.by, now=self.now)
            while working.work(now=self.now):
                pass
        seconds = time.perf_counter() - began
        batch.refresh_from_db()
        return Run(batch, seconds, _peak(), _written() - written)


def _bare_copy(batch: ImportBatch) -> float:
    """Seconds for the same persons and details, as bytes, into the same tables; undone at once."""
    made = ImportRow.objects.filter(batch=batch, is_created=True).values("person_id")
    query, values = made.query.sql_with_params()
    files: dict[str, io.StringIO] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(f"CREATE TEMPORARY TABLE made ON COMMIT DROP AS {query}", values)
        for model, key in ((Person, "id"), (PersonDetail, "person_id")):
            table = model._meta.db_table
            names = [
                f'"{each.column}"' for each in model._meta.concrete_fields if not each.generated
            ]
            columns = ", ".join(names)
            text = files[f"{table} ({columns})"] = io.StringIO()
            these = f"SELECT {columns} FROM {table} WHERE {key} IN (SELECT person_id FROM made)"
            cursor.copy_expert(f"COPY ({these}) TO STDOUT", text)
            text.seek(0)
        cursor.execute("SET LOCAL session_replication_role = replica")  # what hangs on them stays
        # What triggers make of the persons goes too: they make it again.
        parts = NamePart._meta.db_table
        cursor.execute(f"DELETE FROM {parts} WHERE person_id IN (SELECT person_id FROM made)")
        for model, key in ((PersonDetail, "person_id"), (Person, "id")):
            gone = f"{key} IN (SELECT person_id FROM made)"
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE {gone}")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        began = time.perf_counter()
        for table, text in files.items():
            cursor.copy_expert(f"COPY {table} FROM STDIN", text)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return seconds


def _file(community: str, serials: range, note: str = "") -> bytes:
    """By another process: this one is to hold nothing of the writing, nor to have room left over from it."""
    with ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context("spawn"), initializer=django.setup
    ) as pool:
        return pool.submit(_xlsx, community, serials, note).result()


def _xlsx(community: str, serials: range, note: str) -> bytes:
    book, out = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    sheet.append(HEADINGS)
    for n in serials:
        born = date(1940, 1, 1) + timedelta(days=n // 400)
        who = numbers.id_number(ELSEWHERE, born, is_male=True, serial=n % 400)
        name = FAMILIES[n % 10] + GIVEN[n // 10 % 7]
        street = (f"解放街{n}号", f"人民路{n}号")
        sheet.append((name, who, "男", "汉族", f"154{n:08d}", *street, "初中", community))
    if note:
        sheet.append((note,))
    book.save(out)
    return out.getvalue()


def _peak() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _written() -> int:
    """Rows of the base that were ever written; what an import notes of itself is not of the base."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd) FROM pg_stat_user_tables"
            " WHERE starts_with(relname, 'residents_')"
        )
        return int(cursor.fetchone()[0])
