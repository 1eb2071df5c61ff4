"""The dry run: every row is read, its person found, and what would become of it written beside it.

Rows are staged in portions, each committed with the count of what is done: a worker that dies is followed by one
that goes on behind the last portion. Nothing of the base changes here.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeAlias, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext_noop as _

from common import storage
from common.crypto import blind_index
from common.ids import uuid7
from community.governance.enums import PlaceLevel, Power
from community.governance.models import Place
from community.governance.scopes import Scope
from residents.base.actions import Said, Statement, bulk, foresee
from residents.base.enums import PersonState
from residents.base.models import Person
from residents.exchange import reading
from residents.exchange.actions import _core
from residents.exchange.actions.finding import Finder
from residents.exchange.actions.receiving import columns_of
from residents.exchange.enums import BatchState, Fate, FileKind
from residents.exchange.headings import COMMUNITY, Column, short_community
from residents.exchange.models import ImportBatch, ImportRow
from residents.exchange.transitions import Act
from residents.exchange.values import Reading, is_remark, read_row

PORTION = 2000
SAME_AS = _("与前面的第{row}行重复。")
DIFFERS_FROM = _("与前面的第{row}行是同一个人，但内容不同，请保留一行。")
NO_COMMUNITY = _("新人员不知道属于哪个社区：社区名不认得、不在您的范围内，或没有填。")
WHEN_BORN = _("新人员没有证件号码时，要有出生日期。")
NAMELESS = _("新人员要有姓名。")

# What a department should hear of somebody whom it still lists; what it says of him counts all the same.
NOTES: dict[str, str] = {
    PersonState.DECEASED: _("库里登记此人已经去世，请与部门核对。"),
    PersonState.MOVED_OUT: _("库里登记此人已经迁出，请与部门核对。"),
}

_T = TypeVar("_T")
Marks: TypeAlias = dict[object, ImportRow]


def portions(items: Iterable[_T], size: int = PORTION) -> Iterator[list[_T]]:
    source = iter(items)
    while portion := list(islice(source, size)):
        yield portion


def key_of(values: dict[str, str]) -> bytes:
    """The mark of whom a row means: the index of the number, else of name, birthday, telephone and address."""
    if number := values.get("id_number"):
        return blind_index(number, field="id_number")
    told = (values.get(k, "") for k in ("full_name", "birth_on", "phone", "actual_address"))
    return blind_index("|".join(told), field="import_match")


def stage(batch: ImportBatch, *, by: Scope, now: datetime) -> None:
    """Go through the file, behind what is staged already, and close the dry run."""
    stager = Stager.begin(batch, by)
    staged = ImportRow.objects.filter(batch=batch).aggregate(last=Max("number"), done=Count("pk"))
    last, done = staged["last"] or batch.last_row, staged["done"]
    lines = reading.rows(storage.read(batch.stored_as), batch.kind, batch.sheet)
    for portion in portions(line for line in lines if line[0] > last):
        with transaction.atomic(), bulk.patience():
            rows = stager.rows(portion, now)
            bulk.copy(rows)
            done += len(rows)
            ImportBatch.objects.filter(pk=batch.pk).update(done=done, total=max(done, batch.total))
    with transaction.atomic():
        closed = _core.claim(batch.pk, Act.FINISH, by=by)
        closed.counts = ImportRow.objects.filter(batch=batch).counted()
        closed.total = done
        _core.record("import.checked", closed, by=by, now=now, counts=closed.counts)
        if _goes_on(closed, by):
            closed.state = BatchState.APPLYING
            _core.record("import.apply", closed, by=by, now=now)
        closed.save()


def _goes_on(batch: ImportBatch, by: Scope) -> bool:
    """What a program sent comes in by itself, unless a person must say who somebody is."""
    is_sent = batch.kind == FileKind.JSON and batch.body_id == by.body_id
    return is_sent and not batch.counts.get(Fate.DECIDE)


@dataclass(slots=True)
class Stager:
    """What is the same for all rows of a batch."""

    batch: ImportBatch
    by: Scope
    columns: list[Column]
    finder: Finder
    communities: dict[str, Place]

    @classmethod
    def begin(cls, batch: ImportBatch, by: Scope) -> "Stager":
        here = Place.objects.visible_to(by, Power.IMPORT_DATA).filter(
            level=PlaceLevel.COMMUNITY, valid_to__isnull=True
        )
        names: dict[str, list[Place]] = {}
        for place in here:
            for name in {place.code, place.name, short_community(place.name)}:
                names.setdefault(name, []).append(place)
        return cls(
            batch,
            by,
            columns_of(batch),
            Finder(batch.source_id, by),
            {name: places[0] for name, places in names.items() if len(places) == 1},
        )

    # --- a portion --------------------------------------------------------------------------------
    def rows(self, lines: Sequence[tuple[int, list[str]]], now: datetime) -> list[ImportRow]:
        found: list[ImportRow] = []
        wanted: list[tuple[ImportRow, Reading]] = []
        for number, cells in lines:
            row = ImportRow(id=uuid7(), batch=self.batch, number=number)
            found.append(row)
            if is_remark(cells, self.columns):
                row.fate = Fate.REMARK
                continue
            told = read_row(cells, self.columns, self.batch.codes, self.batch.as_of)
            if told.problems:
                row.fate, row.problems = Fate.ERROR, [list(each) for each in told.problems]
            else:
                row.key, row.said = key_of(told.values), _written(told.values)
                wanted.append((row, told))
        self.finder.find([(row, told.values) for row, told in wanted])
        before = self._before([row for row, _told in wanted])
        for row, told in wanted:
            earlier = before.get(row.key) or before.get(row.person_id)
            if earlier is not None:
                _repeats(row, earlier)
            else:
                row.place = self._community(told)
                self._person(row, told)
            if row.fate in {Fate.ERROR, Fate.REPEAT}:
                row.key = row.said = row.person_id = None
                row.candidates = []
            else:
                before |= _marks(row)
        self._foresee([(row, told.values) for row, told in wanted if row.person_id], now)
        return found

    def _before(self, wanted: Sequence[ImportRow]) -> Marks:
        """The rows of earlier portions that mean the same persons as these."""
        rows = ImportRow.objects.filter(batch=self.batch)
        keys, persons = {row.key for row in wanted}, {row.person_id for row in wanted}
        found: Marks = {}
        for row in (*rows.filter(key__in=keys), *rows.filter(person__in=persons - {None})):
            found |= _marks(row)
        return found

    def _person(self, row: ImportRow, told: Reading) -> None:
        """The finder named a person, candidates, or nobody."""
        if row.person_id is None and not row.fate:
            if row.candidates:
                row.fate = Fate.DECIDE
            else:
                self._new(row, told.values)

    def _new(self, row: ImportRow, values: dict[str, str]) -> None:
        row.fate = Fate.NEW
        if problem := self.missing(row, values):
            row.fate, row.problems = Fate.ERROR, [[self._place_of(problem), problem]]

    @staticmethod
    def missing(row: ImportRow, values: dict[str, str]) -> str:
        """What a new person lacks, or ""."""
        if not values.get("full_name"):
            return NAMELESS
        if not values.get("id_number") and not values.get("birth_on"):
            return WHEN_BORN
        return "" if row.place_id else NO_COMMUNITY

    def _place_of(self, problem: str) -> int:
        target = {NAMELESS: "full_name", WHEN_BORN: "birth_on", NO_COMMUNITY: COMMUNITY}[problem]
        return next((c.place for c in self.columns if c.target == target), -1)

    def _community(self, told: Reading) -> Place | None:
        """By the column that names one; else by a name in an address; else the one chosen for the file."""
        if told.community:
            return self.communities.get(told.community) or self.communities.get(
                short_community(told.community)
            )
        for key in ("actual_address", "registered_address"):
            address = told.values.get(key, "")
            named = {
                p.pk: p
                for name, p in self.communities.items()
                if name == p.name and name in address
            }
            if len(named) == 1:
                return next(iter(named.values()))
        return self.batch.community

    def _foresee(self, known: Sequence[tuple[ImportRow, dict[str, str]]], now: datetime) -> None:
        statements = [
            Statement(row.person_id, values, self.batch.as_of)
            for row, values in known
            if row.person_id
        ]
        said = foresee(statements, source=self.batch.source_id, batch=self.batch.pk, now=now)
        for row, _values in known:
            settle(row, said)
        note([row for row, _values in known])


def note(rows: Iterable[ImportRow]) -> None:
    """Write beside a row that its person has died or moved out, as it stands now."""
    known = [row for row in rows if row.person_id]
    persons = Person.objects.filter(pk__in=[row.person_id for row in known], state__in=NOTES)
    states = dict(persons.values_list("pk", "state"))
    for row in known:
        others = [each for each in row.problems if each[1] not in NOTES.values()]
        state = states.get(row.person_id) if row.person_id else None
        row.problems = [*others, [-1, NOTES[state]]] if state else others


def settle(row: ImportRow, said: Said) -> None:
    """The fate of a row whose person is known, from what came or would come of it."""
    if row.person_id is None:
        return
    changed = said.changed.get(row.person_id, [])
    filled = said.filled.get(row.person_id, [])
    row.became = {key: "filled" if key in filled else "updated" for key in changed}
    row.fills = len(filled)
    row.updates = len(changed) - row.fills
    row.conflicts = len(said.disputed.get(row.person_id, []))
    row.fate = (
        Fate.CONFLICT
        if row.conflicts
        else Fate.UPDATE
        if row.updates
        else Fate.FILL
        if row.fills
        else Fate.SAME
    )


def _written(values: dict[str, str]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def _marks(row: ImportRow) -> Marks:
    """By what a later row is known to mean the same person."""
    return {mark: row for mark in (bytes(row.key or b""), row.person_id) if mark}


def _repeats(row: ImportRow, earlier: ImportRow) -> None:
    is_same = row.said == earlier.said
    row.fate = Fate.REPEAT if is_same else Fate.ERROR
    row.problems = [[-1, SAME_AS if is_same else DIFFERS_FROM, earlier.number]]


def known_person(person_id: UUID, by: Scope) -> Person:
    """A person within the reach of imports; raises Person.DoesNotExist."""
    return Person.objects.visible_to(by, Power.IMPORT_DATA).get(pk=person_id)
