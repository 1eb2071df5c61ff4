"""A department's own form as data: which persons, which columns, how each value is written. Pure.

The keys of a template file are explained in data/forms/README.md.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from django.utils.translation import gettext_lazy as _, override

from common.errors import Invalid
from residents.base.attributes import ATTRIBUTES, Label
from residents.base.enums import Relation

Cell: TypeAlias = str | int | date  # a date only where the form wants the serial number of a day
Values: TypeAlias = Mapping[str, str]

FORMATS = ("xlsx", "csv")
ENCODINGS = ("utf-8-sig", "gb18030")
PAPERS = ("A4", "A3")
LETTER_DATE = "YYYY年M月D日"
DATES = ("YYYY-MM-DD", "YYYYMMDD", "YYYY/M/D", LETTER_DATE, "YYYY年MM月", "serial")
ANSWER = "answer:"  # what communities answered in a report, by the key of its column
SERIAL = "serial"  # the number of the row
MAX_DIGITS = 15  # a spreadsheet rounds longer numbers


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that is worked out. `needs` are the entitlements that it takes, for it discloses those."""

    label: Label
    needs: tuple[str, ...]
    codes: Mapping[str, Label] = field(default_factory=dict)


_YES_NO: Mapping[str, Label] = {"1": _("是"), "0": _("否")}
DERIVED: dict[str, Derived] = {
    SERIAL: Derived(_("序号"), ()),
    "age": Derived(_("年龄"), ("birth_on",)),
    "community_name": Derived(_("社区"), ("community",)),
    "community_code": Derived(_("社区代码"), ("community",)),
    "household_number": Derived(_("户号"), ("household",)),
    "head_name": Derived(_("户主姓名"), ("household",)),
    "head_number": Derived(_("户主证件号码"), ("household", "id_number")),
    "head_phone": Derived(_("户主联系电话"), ("household", "phone")),
    "relation": Derived(_("与户主关系"), ("household",), dict(Relation.choices)),
    "lives_where_registered": Derived(
        _("人户一致"), ("registered_address", "actual_address"), _YES_NO
    ),
}
# What a department may be entitled to beside attributes.
BESIDE: dict[str, Label] = {"community": _("所在社区"), "household": _("家庭")}


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    value: str = ""
    text: str = ""  # the same in every row
    form: str = "text"  # text | number
    codes: str | Mapping[str, str] = "code"  # code | label | the department's own table
    date: str = DATES[0]
    empty: str = ""  # what the form writes for unknown

    def cell(self, values: Values) -> Cell:
        if not self.value:
            return self.text
        value = values.get(self.value, "")
        if not value:
            return self.empty
        if self.value in ATTRIBUTES and ATTRIBUTES[self.value].is_date:
            return written(date.fromisoformat(value), self.date)
        text = self._coded(value)
        return int(text) if self.form == "number" and _is_plain_number(text) else text

    def _coded(self, value: str) -> str:
        if isinstance(self.codes, Mapping):
            return self.codes.get(value, self.codes.get("*", value))
        names = codes_of(self.value)
        if self.codes == "label" and names:
            with override("zh-hans"):  # a form is written in the language of record
                return str(names.get(value, value))
        return value


@dataclass(frozen=True, slots=True)
class Persons:
    """Which persons a form is about: all conditions hold, and of `any` at least one group of them."""

    where: Mapping[str, tuple[str, ...]]
    ages: tuple[int | None, int | None]  # from, to; both included
    any: tuple["Persons", ...] = ()

    @property
    def keys(self) -> Iterator[str]:
        yield from self.where
        if self.ages != (None, None):
            yield "birth_on"
        for group in self.any:
            yield from group.keys


@dataclass(frozen=True, slots=True)
class Layout:
    format: str
    encoding: str
    sheet: str
    paper: str
    titles: tuple[str, ...]
    columns: tuple[Column, ...]
    persons: Persons

    @property
    def values(self) -> list[str]:
        return list(dict.fromkeys(column.value for column in self.columns if column.value))

    @property
    def needs(self) -> list[str]:
        """The entitlements that the form takes: whoever is listed by a fact is told that fact."""
        found = [key for value in self.values for key in needs_of(value)]
        return list(dict.fromkeys([*found, *self.persons.keys]))

    @property
    def attributes(self) -> list[str]:
        """The attributes that a person's row discloses, for the trail."""
        return [key for key in self.needs if key in ATTRIBUTES]

    def row(self, values: Values) -> list[Cell]:
        return [column.cell(values) for column in self.columns]

    def text_of(self, values: Values) -> list[str]:
        """The row without its number, to see whether it changed."""
        return [str(column.cell(values)) for column in self.columns if column.value != SERIAL]


def codes_of(key: str) -> Mapping[str, Label]:
    if key in ATTRIBUTES:
        return ATTRIBUTES[key].codes
    return DERIVED[key].codes if key in DERIVED else {}


def needs_of(value: str) -> tuple[str, ...]:
    if value in DERIVED:
        return DERIVED[value].needs
    return () if value.startswith(ANSWER) else (value,)


def label_of(value: str) -> Label:
    if value in BESIDE:
        return BESIDE[value]
    return DERIVED[value].label if value in DERIVED else ATTRIBUTES[value].label


def missing(layout: Layout, entitled: Collection[str]) -> list[str]:
    """What a department would receive without being entitled to it."""
    return [need for need in layout.needs if need not in entitled]


def read_layout(content: Mapping[str, Any]) -> Layout:
    """The layout that data describes. Raises Invalid where it is none, naming the place."""
    file = content.get("file") or {}
    layout = Layout(
        format=_one_of(file.get("format", "xlsx"), FORMATS, "file.format"),
        encoding=_one_of(file.get("encoding", ENCODINGS[0]), ENCODINGS, "file.encoding"),
        sheet=_sheet(str(file.get("sheet") or "Sheet1")),
        paper=_one_of(file.get("paper", "A4"), PAPERS, "file.paper"),
        titles=tuple(str(title) for title in content.get("titles") or ()),
        columns=tuple(_column(each) for each in content.get("columns") or ()),
        persons=_persons(content.get("persons") or {}),
    )
    if not layout.columns:
        raise _wrong("columns")
    return layout


def _column(content: Mapping[str, Any]) -> Column:
    heading, value = str(content.get("heading", "")).strip(), str(content.get("value", ""))
    where = f"columns: {heading or value}"
    if not heading or set(content) - {"heading", "value", "text", "form", "codes", "date", "empty"}:
        raise _wrong(where)
    if value and value not in ATTRIBUTES and value not in DERIVED and not value.startswith(ANSWER):
        raise _wrong(f"{where}: {value}")
    codes = content.get("codes", "code")
    if isinstance(codes, Mapping):
        codes = {str(code): str(name) for code, name in codes.items()}
        if set(codes) - set(codes_of(value)) - {"*"}:
            raise _wrong(f"{where}: codes")
    else:
        _one_of(codes, ("code", "label"), f"{where}: codes")
    return Column(
        heading=heading,
        value=value,
        text=str(content.get("text", "")),
        form=_one_of(content.get("form", "text"), ("text", "number"), f"{where}: form"),
        codes=codes,
        date=_one_of(content.get("date", DATES[0]), DATES, f"{where}: date"),
        empty=str(content.get("empty", "")),
    )


def _persons(content: Mapping[str, Any]) -> Persons:
    where: dict[str, tuple[str, ...]] = {}
    for key, values in (content.get("where") or {}).items():
        codes = codes_of(key) if key in ATTRIBUTES else {}
        wanted = tuple(str(value) for value in values)
        if not codes or not wanted or set(wanted) - set(codes):
            raise _wrong(f"persons.where.{key}")
        where[key] = wanted
    first, last = [*(content.get("ages") or (None, None))][:2]
    if set(content) - {"where", "ages", "any"} or not all(
        age is None or (isinstance(age, int) and 0 <= age <= 150) for age in (first, last)
    ):
        raise _wrong("persons")
    return Persons(where, (first, last), tuple(_persons(each) for each in content.get("any") or ()))


def _one_of(value: object, allowed: Sequence[str], where: str) -> str:
    if value not in allowed:
        raise _wrong(where)
    return str(value)


def _sheet(name: str) -> str:
    if len(name) > 31 or re.search(r"[\[\]:*?/\\]", name):
        raise _wrong("file.sheet")
    return name


def _wrong(where: str) -> Invalid:
    return Invalid(
        "template_wrong", _("模板写得不对，请按说明修改。"), {where: _("请修改这一处。")}
    )


def _is_plain_number(text: str) -> bool:
    """Whether a spreadsheet gives the same digits back: no X, no leading zero, not too long."""
    return bool(re.fullmatch(r"0|[1-9]\d*", text)) and len(text) <= MAX_DIGITS


def written(day: date, layout: str) -> Cell:
    """A day as a form wants it, one of DATES."""
    if layout == "serial":
        return day
    marks = {
        "YYYY": f"{day.year:04d}", "MM": f"{day.month:02d}", "DD": f"{day.day:02d}",
        "M": str(day.month), "D": str(day.day),
    }  # fmt: skip
    return re.sub("YYYY|MM|DD|M|D", lambda found: marks[found[0]], layout)
