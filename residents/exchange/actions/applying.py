"""Bring a checked import into the base: in portions, inside one transaction.

Readers see nothing of it before all of it, and a worker that is killed leaves nothing; the next one begins anew.
How far it is goes out through a connection of its own, since the transaction tells nobody before its end.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_noop as _

from accounts import audit
from common.ids import uuid7
from community.governance.enums import Power
from community.governance.models import Place
from community.governance.scopes import Scope
from residents.base.actions import Statement, bulk, foresee, say
from residents.base.actions.columns import columns_of
from residents.base.actions.ledger import entered
from residents.base.attributes import ON_PERSON
from residents.base.documents import read_document
from residents.base.enums import DocumentType
from residents.base.models import Person, PersonDetail
from residents.exchange.actions import _core, feedback
from residents.exchange.actions.finding import Finder
from residents.exchange.actions.staging import PORTION, note, settle
from residents.exchange.enums import IMPORTED, Fate
from residents.exchange.models import ImportBatch, ImportRow, MatchMemory
from residents.exchange.transitions import Act

MOVED_ON = _("核对之后此人或社区的情况有变，这一行没有导入，请另行核对。")
WRITTEN = [
    *("person", "fate", "fills", "updates", "conflicts", "became", "is_created", "before"),
    "problems",
]
Rows = Sequence[tuple[ImportRow, dict[str, str]]]


def bring_in(batch: ImportBatch, *, by: Scope, now: datetime) -> None:
    """Import every row that is in order."""
    with transaction.atomic(), bulk.patience(), telling(batch.pk) as tell:
        applier = Applier(batch, Finder(batch.source_id, by), by, now)
        done = 0
        for rows in in_portions(batch):
            applier.portion(rows)
            done += len(rows)
            tell(done)
        closed = _core.claim(batch.pk, Act.FINISH, by=by)
        closed.counts = ImportRow.objects.filter(batch=batch).counted()
        closed.applied_at = now
        closed.save()
        _core.record("import.applied", closed, by=by, now=now, counts=closed.counts)
        feedback.applied(closed, now=now)


def in_portions(batch: ImportBatch) -> Iterator[list[ImportRow]]:
    """The rows that say something of a person, in the order of the file."""
    wanted = ImportRow.objects.filter(batch=batch, fate__in=sorted(IMPORTED)).order_by("number")
    last = 0
    while rows := list(wanted.filter(number__gt=last)[:PORTION]):
        last = rows[-1].number
        yield rows


@contextmanager
def telling(batch_id: UUID) -> Iterator["Teller"]:
    teller = Teller(batch_id)
    try:
        yield teller
    finally:
        teller.side.close()


class Teller:
    """Writes how far a long transaction is, past that transaction."""

    def __init__(self, batch_id: UUID) -> None:
        self.batch_id = batch_id
        self.side = connection.copy()

    def __call__(self, done: int) -> None:
        with self.side.cursor() as cursor:
            table = connection.ops.quote_name(ImportBatch._meta.db_table)
            cursor.execute(
                f"UPDATE {table} SET done = %s WHERE id = %s",  # noqa: S608  a name of ours
                [done, self.batch_id],
            )


@dataclass(slots=True)
class Applier:
    batch: ImportBatch
    finder: Finder
    by: Scope
    now: datetime

    def portion(self, rows: Sequence[ImportRow]) -> None:
        told = [(row, row.values) for row in rows]
        # Since the dry run somebody may have been registered, or another import may have brought him.
        self.finder.by_number(
            [(row, v) for row, v in told if not row.person_id and v.get("id_number")]
        )
        self._leave([row for row in rows if row.person_id])
        self._create([(row, values) for row, values in told if is_fresh(row)])
        self._say([(row, values) for row, values in told if row.person_id and not row.is_created])
        note(row for row in rows if not row.is_created)
        for row in rows:
            if row.person_id is None:
                row.fate, row.problems = Fate.ERROR, [*row.problems, [-1, MOVED_ON]]
        bulk.rewrite(rows, WRITTEN)

    def _leave(self, rows: Sequence[ImportRow]) -> None:
        """Whoever has moved out of the clerk's reach since the dry run is another's to import."""
        found = Person.objects.filter(pk__in=[row.person_id for row in rows])
        paths = dict(found.values_list("pk", "community__path"))
        for row in rows:
            path = paths.get(row.person_id) if row.person_id else None
            if path is None or not self.by.covers(Power.IMPORT_DATA, path):
                row.person_id = None

    def _say(self, known: Rows) -> None:
        """Whoever has heard it all before is neither locked nor written."""
        statements = [
            Statement(row.person_id, values, self.batch.as_of)
            for row, values in known
            if row.person_id
        ]
        source, batch, now = self.batch.source_id, self.batch.pk, self.now
        quiet = {row.person_id for row, _values in known if row.fate == Fate.SAME}
        again = [s for s in statements if s.person_id in quiet]
        heard = foresee(again, source=source, batch=batch, now=now).before
        said = say(
            [s for s in statements if s.person_id not in quiet or s.person_id in heard],
            source=source,
            batch=batch,
            reason="import",
            by=self.by,
            now=now,
        )
        for row, _values in known:
            settle(row, said)
            if before := said.before.get(row.person_id) if row.person_id else None:
                row.before = json.dumps(before, ensure_ascii=False)

    def _create(self, fresh: Rows) -> None:
        persons, details = [], []
        open_now = Place.objects.visible_to(self.by, Power.IMPORT_DATA).filter(
            valid_to__isnull=True
        )
        communities = open_now.in_bulk({row.place_id for row, _values in fresh})
        # Since the dry run a community may have gone into another.
        fresh = [(row, values) for row, values in fresh if row.place_id in communities]
        for row, values in fresh:
            person, detail = self._person(row, values)
            person.community = person.place = communities[row.place_id]
            persons.append(person)
            if detail.provenance:
                details.append(detail)
            row.person_id, row.is_created, row.fate = person.pk, True, Fate.NEW
        bulk.copy(persons)
        bulk.copy(details)
        self._enter(persons)
        self._remember([row for row, values in fresh if not values.get("id_number")])
        audit.record_many(
            "person.registered",
            (
                audit.Touched(
                    target=person,
                    person_id=person.pk,
                    place_path=person.community.path,
                    detail={"source": self.batch.source_id, "batch": str(self.batch.pk)},
                )
                for person in persons
            ),
            reason="import",
            by=self.by,
            now=self.now,
        )

    def _enter(self, persons: Sequence[Person]) -> None:
        """From the day of the file on they live in their community, and the month counts them."""
        on, source, batch = self.batch.as_of, self.batch.source_id, self.batch.pk
        came = [
            entered(person, None, on=on, source=source, batch=batch, by=self.by, now=self.now)
            for person in persons
        ]
        bulk.copy([tie for tie, _event in came])
        bulk.copy([event for _tie, event in came])

    def _person(self, row: ImportRow, values: dict[str, str]) -> tuple[Person, PersonDetail]:
        """The number gives birth and sex where the row is silent."""
        where = [self.batch.source_id, self.batch.as_of.isoformat(), str(self.batch.pk)]
        of_person: dict[str, object] = {"document_type": DocumentType.NONE}
        of_detail: dict[str, object] = {}
        if number := values.get("id_number"):
            said = read_document(number)
            of_person["document_type"] = said.type
            if said.birth_on:
                of_person |= {"birth_on": said.birth_on, "sex": said.sex}
        for key, value in values.items():
            (of_person if key in ON_PERSON else of_detail).update(columns_of(key, value))
        person = Person(
            id=uuid7(),
            **of_person,
            provenance={key: where for key in values if key in ON_PERSON},
            verified_on=self.batch.as_of,
        )
        kept = {key: where for key in values if key not in ON_PERSON}
        return person, PersonDetail(person_id=person.pk, **of_detail, provenance=kept)

    def _remember(self, rows: Sequence[ImportRow]) -> None:
        MatchMemory.objects.bulk_create(
            (
                MatchMemory(
                    source_id=self.batch.source_id,
                    key=row.key,
                    person_id=row.person_id,
                    decided_at=self.now,
                )
                for row in rows
            ),
            update_conflicts=True,
            unique_fields=["source", "key"],
            update_fields=["person", "decided_at"],
            batch_size=PORTION,
        )


def is_fresh(row: ImportRow) -> bool:
    """Whether a row brings somebody new, now as in the dry run."""
    return row.fate == Fate.NEW and row.person_id is None and not row.candidates
