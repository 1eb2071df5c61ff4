"""Let the base forget what an import said: every source speaks as before, whoever came with it goes again.

All in one transaction, as the import itself. A person who has found ties since (an account, a case, a household,
the word of another source) stays; the row says so.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.utils.translation import gettext_noop as _

from accounts import audit
from community.governance.scopes import Scope
from residents.base.actions import Statement, bulk, say
from residents.base.actions.counting import recount_population
from residents.base.actions.saying import Entry
from residents.base.models import (
    DataFinding,
    DoubleCandidate,
    Occupancy,
    Person,
    PersonDetail,
    PersonEvent,
    PersonFacts,
    PersonMerge,
    SourceRecord,
)
from residents.exchange.actions import _core
from residents.exchange.actions.applying import in_portions, telling
from residents.exchange.enums import IMPORTED, BatchState
from residents.exchange.models import ImportBatch, ImportRow, MatchMemory
from residents.exchange.transitions import Act

STAYS = _("此人已有其他记录，撤销时保留。")
# What an import itself writes about a person, and what only points at one of its rows.
_OWN = (PersonDetail, SourceRecord, ImportRow, MatchMemory, Occupancy, PersonEvent)
# What the nights reckon about everybody: it is no tie, and goes with its person.
_RECKONED = (("person", PersonFacts), ("person", DataFinding), ("person_a", DoubleCandidate),
             ("person_b", DoubleCandidate))  # fmt: skip


def take_back(batch: ImportBatch, *, by: Scope, now: datetime) -> None:
    """Undo an applied import."""
    with transaction.atomic(), bulk.patience(), telling(batch.pk) as tell:
        undoer = Undoer(batch, _undone_of(batch.source_id), by, now)
        done = 0
        for rows in in_portions(batch):
            undoer.portion(rows)
            done += len(rows)
            tell(done)
        if undoer.removed:  # the months had counted them
            recount_population(now=now, since=batch.as_of)
        closed = _core.claim(batch.pk, Act.FINISH, by=by)
        closed.undone_at = now
        closed.counts = ImportRow.objects.filter(batch=batch).counted() | {"stays": undoer.stays}
        closed.save()
        _core.record("import.undone", closed, by=by, now=now, stays=undoer.stays)


def _undone_of(source_id: str) -> set[str]:
    undone = ImportBatch.objects.filter(source_id=source_id, state=BatchState.UNDONE)
    return {str(pk) for pk in undone.values_list("pk", flat=True)}


def after_split(person_ids: Sequence[UUID], *, by: Scope, now: datetime) -> None:
    """Two entries stand again as they were: without the words of imports that were undone while they were one."""
    records = SourceRecord.objects.filter(person__in=person_ids)
    told = {entry[2] for record in records for entry in record.values.values()} - {None}
    absorbed = PersonMerge.objects.filter(survivor__in=person_ids).values_list(
        "absorbed", flat=True
    )
    about = ImportRow.objects.filter(person__in={*person_ids, *absorbed}, is_created=False)
    for batch in ImportBatch.objects.filter(pk__in=told, state=BatchState.UNDONE).order_by("-id"):
        undoer = Undoer(batch, _undone_of(batch.source_id), by, now)
        undoer.restore(list(about.filter(batch=batch).order_by("number")))


@dataclass(slots=True)
class Undoer:
    batch: ImportBatch
    undone: set[str]
    by: Scope
    now: datetime
    stays: int = 0
    removed: int = 0

    def portion(self, rows: Sequence[ImportRow]) -> None:
        self._remove([row for row in rows if row.is_created and row.person_id])
        self.restore([row for row in rows if not row.is_created and row.person_id])

    # --- whoever was there before -----------------------------------------------------------------
    def restore(self, rows: Sequence[ImportRow]) -> None:
        """Where the source still says what this import brought, it says again what it said before."""
        ids = [row.person_id for row in rows if row.person_id]
        led, own = self._led_on(ids)
        everybody = {*ids, *(pk for survivors in led.values() for pk in survivors)}
        said, earlier = self._now_said(everybody), self._said_before(everybody)
        others = self._others_said(ids)
        restores: dict[UUID, dict[str, Entry | None]] = {}
        for row in rows:
            if row.person_id is None:
                continue
            # What was taken over by another entry since is taken back there too: it says what either said before.
            for pk in {row.person_id, *led.get(row.person_id, ())}:
                current, before = said.get(pk, {}), restores.setdefault(pk, {})
                for key in {**row.values, **row.entries_before}:
                    if key in current and current[key][2] == str(self.batch.pk):
                        before[key] = _latest(
                            before.get(key),
                            *self._before(row, key, earlier.get(row.person_id, {})),
                            *others.get((row.person_id, key), ()),
                            *(
                                self._standing(entry, key, earlier.get(pk, {}))
                                for entry in own.get((pk, key), ())
                            ),
                        )
        statements = [
            Statement(pk, {}, self.batch.as_of, before) for pk, before in restores.items() if before
        ]
        say(statements, source=self.batch.source_id, reason="undo", by=self.by, now=self.now)

    def _before(
        self, row: ImportRow, key: str, earlier: Mapping[str, ImportRow]
    ) -> Iterator[Entry | None]:
        """What stood before the row; of a word that was heard only when a newer import was undone, what that one
        had replaced."""
        if key in row.entries_before:
            yield self._standing(row.entries_before[key], key, earlier)
        else:
            for other in earlier.values():
                yield self._standing(other.entries_before.get(key), key, earlier)

    def _led_on(
        self, ids: Iterable[UUID]
    ) -> tuple[dict[UUID, set[UUID]], dict[tuple[UUID, str], list[Entry]]]:
        """The entries to which these lead or ever led, where an import of those days has written; and what the
        source said of them before they took these over."""
        led: dict[UUID, set[UUID]] = {pk: set() for pk in ids}
        own: dict[tuple[UUID, str], list[Entry]] = {}
        starts = {pk: {pk} for pk in ids}  # an entry on the way, and where the way began
        seen: set[UUID] = set()
        while starts:
            onward: dict[UUID, set[UUID]] = {}
            merges = PersonMerge.objects.filter(absorbed__in=starts).exclude(pk__in=seen)
            for merge in merges.select_related("survivor").order_by("pk"):
                seen.add(merge.pk)
                onward.setdefault(merge.survivor_id, set()).update(starts[merge.absorbed_id])
                for pk in starts[merge.absorbed_id]:
                    led[pk].add(merge.survivor_id)
                if merge.undone_at is None:
                    self._take_along(merge, own)
            starts = onward
        return led, own

    def _take_along(self, merge: PersonMerge, own: dict[tuple[UUID, str], list[Entry]]) -> None:
        last = merge.survivor.merged_into_id or merge.survivor_id
        restated = json.loads(merge.journal)["restated"].get(self.batch.source_id, {})
        for key, entry in restated.items():
            if entry["was"] and entry["was"][2] != str(self.batch.pk):
                own.setdefault((last, key), []).append(entry["was"])

    def _now_said(self, ids: Iterable[UUID | None]) -> dict[UUID, dict[str, Entry]]:
        records = SourceRecord.objects.filter(source_id=self.batch.source_id, person__in=list(ids))
        return {record.person_id: record.values for record in records}

    def _said_before(self, ids: Iterable[UUID]) -> dict[UUID, dict[str, ImportRow]]:
        """Rows of imports of this source that were undone: what they replaced may stand here as `before`."""
        found: dict[UUID, dict[str, ImportRow]] = {}
        if self.undone:
            undone = [UUID(pk) for pk in self.undone]
            rows = ImportRow.objects.filter(batch__in=undone, person__in=ids).order_by("id")
            for row in rows:
                found.setdefault(row.person_id, {})[str(row.batch_id)] = row  # type: ignore[arg-type]
        return found

    def _others_said(self, ids: Iterable[UUID | None]) -> dict[tuple[UUID, str], list[Entry]]:
        """What other lists of this source say that are older and came later: nobody has heard it yet."""
        found: dict[tuple[UUID, str], list[Entry]] = {}
        rows = self._rows_beside(ids).filter(
            batch__source=self.batch.source_id, batch__as_of__lte=self.batch.as_of
        )
        for row in rows.select_related("batch"):
            as_of, batch = row.batch.as_of.isoformat(), str(row.batch_id)
            for key, value in row.values.items():
                entry = [value, as_of, batch]
                found.setdefault((row.person_id, key), []).append(entry)  # type: ignore[arg-type]
        return found

    def _rows_beside(self, ids: Iterable[UUID | None]) -> models.QuerySet[ImportRow]:
        """The rows of other imports that stand and speak of these persons."""
        rows = ImportRow.objects.filter(
            batch__state=BatchState.APPLIED, fate__in=sorted(IMPORTED), person__in=list(ids)
        )
        return rows.exclude(batch=self.batch)

    def _standing(
        self, entry: Entry | None, key: str, earlier: Mapping[str, ImportRow]
    ) -> Entry | None:
        """The entry, or, where an import brought it that was undone since, what that one had replaced."""
        while entry is not None and entry[2] in self.undone:
            row = earlier.get(entry[2])
            entry = row.entries_before.get(key) if row else None
        return entry

    # --- whoever came with it ---------------------------------------------------------------------
    def _remove(self, rows: Sequence[ImportRow]) -> None:
        ids = {row.person_id for row in rows if row.person_id}
        if not ids:
            return
        persons = list(
            Person.objects.filter(pk__in=ids)
            .select_related("community", "detail")
            .order_by("pk")
            .select_for_update(of=("self",))
        )
        tied = self._tied(persons)
        gone = [person for person in persons if person.pk not in tied]
        for row in rows:
            if row.person_id in tied:
                row.problems = [*row.problems, [-1, STAYS]]
                self.stays += 1
        bulk.rewrite([row for row in rows if row.person_id in tied], ["problems"])
        self._delete(gone)

    def _tied(self, persons: Sequence[Person]) -> set[UUID]:
        """Those of whom something else than this import speaks, in whatever app."""
        ids = [person.pk for person in persons]
        mine = str(self.batch.pk)
        tied = {
            person.pk
            for person in persons
            if any(where[-1] != mine for where in _provenance(person))
        }
        with_account = Person.objects.filter(pk__in=ids).exclude(account=None, staff_account=None)
        tied |= set(with_account.values_list("pk", flat=True))
        for model, name in _relations():
            rows: models.QuerySet[Any] = model._default_manager.filter(**{f"{name}__in": ids})
            tied |= set(rows.values_list(f"{name}_id", flat=True))
        others = SourceRecord.objects.filter(person__in=ids).exclude(source=self.batch.source_id)
        # Whoever only came with this import has no other event, and so no other tie to a dwelling.
        events = PersonEvent.objects.filter(person__in=ids).exclude(batch_id=self.batch.pk)
        beside = self._rows_beside(ids)
        found = (rows.values_list("person_id", flat=True) for rows in (others, events, beside))
        return tied.union(*found)

    def _delete(self, persons: Sequence[Person]) -> None:
        ids = [person.pk for person in persons]
        for name, model in _RECKONED:
            model._default_manager.filter(**{f"{name}__in": ids}).delete()
        MatchMemory.objects.filter(person__in=ids).delete()
        PersonDetail.objects.filter(person__in=ids).delete()
        SourceRecord.objects.filter(person__in=ids).delete()
        PersonEvent.objects.filter(person__in=ids).delete()
        Occupancy.objects.filter(person__in=ids).delete()
        self.removed += len(ids)
        ImportRow.objects.filter(person__in=ids).update(person=None)
        with connection.cursor() as cursor:
            # What still points here would be refused at the end of the transaction otherwise.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            table = connection.ops.quote_name(Person._meta.db_table)
            cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [ids])  # noqa: S608
        audit.record_many(
            "person.import_undone",
            (
                audit.Touched(
                    target=person,
                    person_id=person.pk,
                    place_path=person.community.path,
                    detail={"source": self.batch.source_id, "batch": str(self.batch.pk)},
                )
                for person in persons
            ),
            by=self.by,
            now=self.now,
        )


def _latest(*entries: Entry | None) -> Entry | None:
    """As a source is heard: the newest counts, of one day the greater (saying._is_news)."""
    said = [entry for entry in entries if entry is not None]
    return max(said, key=lambda entry: (entry[1], entry[0]), default=None)


def _relations() -> Iterator[tuple[type[models.Model], str]]:
    """Whatever points to a person by more than this import, also where Person does not point back."""
    mine = {*_OWN, *(model for _name, model in _RECKONED)}
    for relation in Person._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignObjectRel) and relation.related_model not in mine:
            yield relation.related_model, relation.field.name


def _provenance(person: Person) -> list[list[Any]]:
    detail = getattr(person, "detail", None)
    return [*person.provenance.values(), *(detail.provenance.values() if detail else [])]
