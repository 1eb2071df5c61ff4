"""A list of persons from outside: every row is checked first, then all are written or none."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.crypto import blind_index
from common.errors import Invalid
from common.names import normalise_name
from community.governance.enums import PlaceLevel
from community.governance.models import Place
from residents.base.actions import bulk
from residents.base.actions.columns import name_columns, number_columns, phone_columns
from residents.base.actions.ledger import entered
from residents.base.documents import Document, read_document
from residents.base.enums import ETHNIC_GROUPS, DocumentType, Relation, Sex
from residents.base.models import Household, HouseholdMember, Person, SourceSystem

Row = Any  # meant to be a mapping of KNOWN fields; what it really is the checker says
Text = str | Promise

KNOWN = frozenset(
    {
        "full_name",
        "id_number",
        "sex",
        "birth_on",
        "phone",
        "ethnic_group",
        "community",
        "place",
        "household",
    }
)
MAX_NAME = 60
MAX_HOUSEHOLD_NUMBER = 30
SEXES = {
    "1": Sex.MALE,
    "2": Sex.FEMALE,
    "男": Sex.MALE,
    "女": Sex.FEMALE,
    "": Sex.UNKNOWN,
    "0": Sex.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row; `row` counts from 1. The text never repeats the value."""

    row: int
    field: str
    message: Text


class RowsRefused(Invalid):
    """At least one row cannot be taken, so none was."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__("rows_refused", _("文件中有不能接受的行，全部没有写入。"))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many persons and households were new, and how many persons were known already and left alone."""

    persons: int
    households: int
    known: int


@dataclass(slots=True)
class _Checked:
    row: int
    full_name: str
    number: Document | None
    sex: str
    birth_on: date | None
    phone: dict[str, object]
    ethnic_group: str
    place: Place | None
    household: str
    relation: str

    @property
    def key(self) -> bytes | tuple[str, date | None, str]:
        """Who it is: the number, else name, birthday and household."""
        if self.number is not None:
            return blind_index(self.number.number, field="id_number")
        return self.full_name, self.birth_on, self.household


def load_persons(rows: Sequence[Row], *, source: str, by: audit.Actor, now: datetime) -> Loaded:
    """Enter persons from a list (format: manage.py load_persons --help). All or nothing; repeats write nothing.

    A person whose ID number is in the base is left as she is, and so is her household. `source` is the code of a
    SourceSystem and stands in the provenance. Raises RowsRefused with every error of every row.
    """
    checker = _Checker(rows, source=source)
    checked = checker.run()
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        # One import at a time: two with the same persons would both find them missing.
        SourceSystem.objects.select_for_update().get(pk=source)
        known = _known(checked)
        fresh = [row for row in checked if row.key not in known]
        batch = _batch(fresh, checker.communities, source=source, today=today)
        _enter(batch, on=today, source=source, by=by, now=now)
        if batch.persons:
            bulk.write(batch, source=source, by=by, now=now)
    return Loaded(len(batch.persons), len(batch.households), len(checked) - len(fresh))


@dataclass(slots=True)
class _Checker:
    rows: Sequence[Row]
    source: str
    errors: list[RowError] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    communities: dict[str, Place] = field(default_factory=dict)  # by path

    def run(self) -> list[_Checked]:
        if not SourceSystem.objects.filter(pk=self.source).exists():
            self.refuse(0, "source", _("没有这个数据来源代码。"))
        codes = {
            str(row.get(key) or "")
            for row in self.rows
            if isinstance(row, Mapping)
            for key in ("community", "place")
        }
        self.places = {
            place.code: place
            for place in Place.objects.filter(code__in=codes, valid_to__isnull=True)
        }
        self.communities = {
            place.path: place
            for place in Place.objects.filter(level=PlaceLevel.COMMUNITY, valid_to__isnull=True)
        }
        checked = [
            row
            for number, given in enumerate(self.rows, start=1)
            if (row := self.check(number, given))
        ]
        self.check_together(checked)
        if self.errors:
            raise RowsRefused(sorted(self.errors, key=lambda error: error.row))
        return checked

    def refuse(self, row: int, name: str, message: Text) -> None:
        self.errors.append(RowError(row, name, message))

    def check(self, row: int, given: Row) -> _Checked | None:
        """One row by itself; None when it is not even a row."""
        if not isinstance(given, Mapping):
            self.refuse(row, "", _("这一行不是一个对象。"))
            return None
        for key in sorted(set(given) - KNOWN):
            self.refuse(row, str(key)[:40], _("不认识这个字段。"))
        number = self.number(row, given)
        household, relation = self.household(row, given)
        return _Checked(
            row=row,
            full_name=self.name(row, given),
            number=number,
            sex=self.sex(row, given, number),
            birth_on=self.birth(row, given, number),
            phone=self.phone(row, given),
            ethnic_group=self.ethnic_group(row, given),
            place=self.place(row, given),
            household=household,
            relation=relation,
        )

    def name(self, row: int, given: Row) -> str:
        name = normalise_name(str(given.get("full_name") or ""))
        if not name:
            self.refuse(row, "full_name", _("请填写姓名。"))
        if len(name) > MAX_NAME:
            self.refuse(row, "full_name", _("姓名太长。"))
        return name

    def number(self, row: int, given: Row) -> Document | None:
        text = str(given.get("id_number") or "")
        if not text:
            return None
        try:
            return read_document(text)
        except Invalid as error:
            self.refuse(row, "id_number", error.message)
            return None

    def sex(self, row: int, given: Row, number: Document | None) -> str:
        text = str(given.get("sex") or "")
        if text not in SEXES:
            self.refuse(row, "sex", _("性别应为 1(男)或 2(女)。"))
            return Sex.UNKNOWN
        sex = SEXES[text]
        said = number.sex if number is not None else ""
        if said and sex not in {Sex.UNKNOWN, said}:
            self.refuse(row, "sex", _("性别与证件号码不一致。"))
        return said or sex

    def birth(self, row: int, given: Row, number: Document | None) -> date | None:
        text = str(given.get("birth_on") or "")
        said = number.birth_on if number is not None else None
        if not text:
            if said is None and (number is not None or not given.get("id_number")):
                self.refuse(row, "birth_on", _("没有证件号码时，请填写出生日期。"))
            return said
        try:
            birth_on = date.fromisoformat(text)
        except ValueError:
            self.refuse(row, "birth_on", _("出生日期应写成 2026-03-05。"))
            return None
        if said is not None and birth_on != said:
            self.refuse(row, "birth_on", _("出生日期与证件号码不一致。"))
        return birth_on

    def phone(self, row: int, given: Row) -> dict[str, object]:
        try:
            return phone_columns(str(given.get("phone") or ""))
        except Invalid as error:
            self.refuse(row, "phone", error.message)
            return {}

    def ethnic_group(self, row: int, given: Row) -> str:
        code = str(given.get("ethnic_group") or "")
        if code and code not in ETHNIC_GROUPS:
            self.refuse(row, "ethnic_group", _("没有这个民族代码(GB/T 3304)。"))
        return code

    def place(self, row: int, given: Row) -> Place | None:
        """The deepest place given: the unit or building if known, else the community."""
        name = "place" if given.get("place") else "community"
        code = str(given.get(name) or "")
        place = self.places.get(code)
        if place is None:
            self.refuse(
                row,
                name,
                _("请填写社区代码或更下一级地点代码。") if not code else _("没有这个地点代码。"),
            )
            return None
        community = self.community_of(place)
        if community is None:
            self.refuse(row, name, _("这个地点在社区以上，请填写社区或更下一级。"))
            return None
        if name == "place" and given.get("community") and str(given["community"]) != community.code:
            self.refuse(row, "place", _("这个地点不在所填的社区里。"))
        return place

    def community_of(self, place: Place) -> Place | None:
        parts = place.path.strip("/").split("/")
        paths = ("/" + "/".join(parts[: end + 1]) + "/" for end in range(len(parts)))
        return next((self.communities[path] for path in paths if path in self.communities), None)

    def household(self, row: int, given: Row) -> tuple[str, str]:
        household = given.get("household")
        if household is None:
            return "", ""
        if not isinstance(household, Mapping) or set(household) - {"number", "relation"}:
            self.refuse(row, "household", _("家庭应为 {number, relation}。"))
            return "", ""
        number, relation = str(household.get("number") or ""), str(household.get("relation") or "")
        if not number or len(number) > MAX_HOUSEHOLD_NUMBER:
            self.refuse(row, "household.number", _("请填写户号，最多30个字符。"))
        if relation not in Relation.values:
            self.refuse(
                row,
                "household.relation",
                _("与户主关系应为 GB/T 4761 的两位代码，如 02 户主、10 配偶。"),
            )
        return number, relation

    # --- rows against one another and the base ------------------------------------------------

    def check_together(self, checked: list[_Checked]) -> None:
        seen: dict[object, int] = {}
        heads: dict[str, list[_Checked]] = {}
        for row in checked:
            if row.full_name and row.key in seen:
                self.refuse(
                    row.row,
                    "id_number" if row.number else "full_name",
                    _("与前面的一行是同一个人。"),
                )
            seen.setdefault(row.key, row.row)
            if row.household:
                heads.setdefault(row.household, []).append(row)
        present = dict(
            Household.objects.filter(number__in=heads).values_list("number", "community__path")
        )
        for number, rows in heads.items():
            self.check_household(rows, present.get(number))

    def check_household(self, rows: list[_Checked], present: str | None) -> None:
        """A new household has exactly one head and lies in one community; a known one stays where it is."""
        heads = [row for row in rows if row.relation == Relation.HEAD]
        for row in heads[1:]:
            self.refuse(row.row, "household.relation", _("这一户已有户主。"))
        if present is None and not heads:
            self.refuse(rows[0].row, "household.relation", _("这一户没有户主。"))
        found = {self.path_of(row) for row in rows if row.place} | ({present} if present else set())
        if len(found) > 1:
            self.refuse(
                rows[-1].row,
                "household.number",
                _("同一户的人写在了不同社区，或户号已用于其他社区。"),
            )

    def path_of(self, row: _Checked) -> str:
        community = self.community_of(row.place) if row.place else None
        return community.path if community else ""


def _known(checked: list[_Checked]) -> set[object]:
    """The keys of those in the base: the index of the number; without one name, birthday and household."""
    indexes = [row.key for row in checked if row.number is not None]
    known: set[object] = {
        bytes(index)
        for index in Person.objects.filter(id_index__in=indexes).values_list("id_index", flat=True)
        if index is not None
    }
    names = [row.full_name for row in checked if row.number is None]
    people = Person.objects.filter(full_name__in=names, id_index__isnull=True).values_list(
        "full_name", "birth_on", "memberships__household__number"
    )
    return known | {(name, birth_on, number or "") for name, birth_on, number in people}


def _batch(
    rows: Sequence[_Checked], communities: Mapping[str, Place], *, source: str, today: date
) -> bulk.Batch:
    batch = bulk.Batch()
    headed_here: dict[str, bool] = {}  # households that begin here, and whether their head does
    numbers = {row.household for row in rows if row.household}
    homes: dict[str, uuid.UUID] = dict(
        Household.objects.filter(number__in=numbers).values_list("number", "id")
    )
    headed = set(
        HouseholdMember.objects.current()
        .filter(household__number__in=numbers, relation=Relation.HEAD)
        .values_list("household__number", flat=True)
    )
    for row in rows:
        person = _person(row, communities, source=source, today=today)
        batch.persons.append(person)
        if not row.household:
            continue
        if row.household not in homes:
            home = Household(number=row.household, community_id=person.community_id)
            batch.households.append(home)
            homes[row.household] = home.pk
            headed_here[row.household] = False
        elif row.relation == Relation.HEAD and row.household in headed:
            raise RowsRefused([RowError(row.row, "household.relation", _("这一户已有户主。"))])
        if row.relation == Relation.HEAD and row.household in headed_here:
            headed_here[row.household] = True
        batch.members.append(
            HouseholdMember(
                household_id=homes[row.household],
                person=person,
                relation=row.relation,
                from_on=today,
            )
        )
    headless = [row for row in rows if headed_here.get(row.household) is False]
    if headless:
        text = _("这一户的户主已在库中，请先在窗口为这一户登记户主。")
        raise RowsRefused([RowError(row.row, "household.number", text) for row in headless])
    return batch


def _enter(batch: bulk.Batch, *, on: date, source: str, by: audit.Actor, now: datetime) -> None:
    """Each of them lives in the community from the day of the list on, and the statement counts them as entered."""
    homes = {member.person_id: member for member in batch.members}
    for person in batch.persons:
        tie, event = entered(person, homes.get(person.pk), on=on, source=source, by=by, now=now)
        batch.occupancies.append(tie)
        batch.events.append(event)


def _person(row: _Checked, communities: Mapping[str, Place], *, source: str, today: date) -> Person:
    assert row.place is not None  # noqa: S101  rows without a place were refused
    community = next(
        place for path, place in communities.items() if row.place.path.startswith(path)
    )
    number = row.number.number if row.number else ""
    given = [
        "full_name",
        *(["id_number"] if number else []),
        *(["phone"] if row.phone.get("phone") else []),
    ]
    return Person(
        **name_columns(row.full_name),
        **(number_columns(number) if number else {}),
        **row.phone,
        sex=row.sex,
        birth_on=row.birth_on,
        ethnic_group=row.ethnic_group,
        document_type=row.number.type if row.number else DocumentType.NONE,
        place=row.place,
        community=community,
        provenance={key: [source, today.isoformat()] for key in given},
        verified_on=None,
    )
