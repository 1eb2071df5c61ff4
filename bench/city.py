"""The city that is measured: the demonstration's own, in a database of its own, with a history of cases."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import psycopg2
from django.db import connection
from django.utils import timezone

from bench.visitor import Visitor, signed_in
from community.governance.enums import PlaceLevel, Power, Role
from community.governance.models import Place, Post
from community.governance.scopes import Scope, scope_of
from dashboards.actions import recount
from ops import devpg, state
from servicehall.cases.models import Case

SEED = 1
HISTORY = {"small": 20_000, "full": 200_000}  # cases
DAYS = 30  # over which they are spread
AT_ONE_DESK = 60
SEARCHERS = (Power.FIND_PERSONS, Power.READ_PERSONS)


@dataclass(frozen=True)
class City:
    scale: str

    @cached_property
    def desk(self) -> Post:
        """A window clerk at the desk with the longest list."""
        clerks = Post.objects.active_on(timezone.localdate()).filter(role=Role.WINDOW_CLERK)
        return max(
            clerks.select_related("user", "body__place").order_by("pk"),
            key=lambda post: Case.objects.open().filter(handler_id=post.body_id).count(),
        )

    @cached_property
    def clerk(self) -> Visitor:
        return signed_in(self.desk.user, self.desk.pk)

    @cached_property
    def community(self) -> Scope:
        return scope_of(self.desk.user, self.desk.pk, today=timezone.localdate())

    @cached_property
    def district_path(self) -> str:
        above = Place.objects.at_level_of(self.community.body_path, PlaceLevel.DISTRICT)
        return str(above.get().path)

    @cached_property
    def district(self) -> Scope:
        """A post that may search in a whole district. No role of today may; the goal is set for it all the same."""
        powers = {str(power): (self.district_path,) for power in SEARCHERS}
        return Scope(user_id=self.desk.user_id, post_id=self.desk.pk, powers=powers)

    @cached_property
    def head(self) -> Post:
        """Somebody of the district's office, who reads its dashboard."""
        return (
            Post.objects.active_on(timezone.localdate())
            .select_related("user")
            .filter(role=Role.DISTRICT_OFFICE, body__place__path=self.district_path)
            .order_by("pk")[0]
        )

    @cached_property
    def office(self) -> Visitor:
        return signed_in(self.head.user, self.head.pk)

    @cached_property
    def officials(self) -> Scope:
        return scope_of(self.head.user, self.head.pk, today=timezone.localdate())


@contextmanager
def aside() -> Iterator[None]:
    """In a copy of the city, which may be spoilt: it is thrown away afterwards."""
    name, copy = state.DATABASE, f"{state.DATABASE}_aside"
    connection.close()
    _maintain(
        f'DROP DATABASE IF EXISTS "{copy}"',
        f'CREATE DATABASE "{copy}" TEMPLATE "{name}" STRATEGY file_copy',
    )
    connection.settings_dict["NAME"] = copy
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        _maintain(f'DROP DATABASE IF EXISTS "{copy}"')


def _maintain(*statements: str) -> None:
    maintenance = psycopg2.connect(state.database_url("postgres"))
    maintenance.autocommit = True
    with maintenance.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    maintenance.close()


def prepare(scale: str) -> City:
    """The city of the last run, when seed and schema are the same, else a new one."""
    stamp = json.dumps(
        {"scale": scale, "seed": SEED, "schema": _schema(), "cases": [HISTORY[scale], DAYS]}
    )
    path = state.STATE_DIR / "bench.json"
    if not path.exists() or path.read_text(encoding="utf-8") != stamp:
        path.unlink(missing_ok=True)
        _load(scale)
        _add_history(HISTORY[scale])
        state.write("bench.json", stamp)
    return City(scale)


def _schema() -> str:
    """Every migration and all that invents the city."""
    files = [*state.ROOT.glob("*/migrations/*.py"), *state.ROOT.glob("*/*/migrations/*.py")]
    files += state.ROOT.glob("dashboards/demo/*.py")
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _load(scale: str) -> None:
    connection.close()
    _maintain(f'DROP DATABASE IF EXISTS "{state.DATABASE}"')
    devpg.Cluster().wait()
    for command in (("migrate", "-v0"), ("load_demo", "--scale", scale, "--seed", str(SEED))):
        subprocess.run([sys.executable, "manage.py", *command], cwd=state.ROOT, check=True)


def _add_history(wanted: int) -> None:
    """Copies of the demonstration's cases: closed ones over the last days, and a full desk of open ones."""
    columns = [str(field.column) for field in Case._meta.concrete_fields]
    changed = {
        "id": "uuidv7()",
        "number": "number || '-' || n",
        "draft_id": "NULL",
        "answers": "NULL",
        "contact_phone": "NULL",
    }
    shifted = "filed_on closed_on first_told_on told_again_on".split()
    shifted += "filed_at accepted_at closed_at".split()
    moved = {name: f"{name} - (n %% {DAYS}) * interval '1 day'" for name in shifted}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT count(*) FROM servicehall_case WHERE closed_on IS NOT NULL")
        copies = wanted // cursor.fetchone()[0]
        cursor.execute(_copy(columns, changed | moved, "closed_on IS NOT NULL"), [copies])
        busiest = (
            "handler_id = (SELECT handler_id FROM servicehall_case JOIN governance_body b"
            " ON b.id = handler_id WHERE closed_on IS NULL AND b.kind = 'service_station'"
            " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1) AND closed_on IS NULL"
        )
        cursor.execute(_copy(columns, changed, busiest), [AT_ONE_DESK])
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("SET statement_timeout TO DEFAULT")
    recount(now=timezone.now(), days=2 * DAYS)


def _copy(columns: list[str], changed: dict[str, str], which: str) -> str:
    values = ", ".join(changed.get(column, column) for column in columns)
    return (
        f"INSERT INTO servicehall_case ({', '.join(columns)}) SELECT {values}"
        f" FROM servicehall_case, generate_series(1, %s) n WHERE {which}"
    )
