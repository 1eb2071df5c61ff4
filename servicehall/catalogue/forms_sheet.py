"""A sheet is what one page of the editor edits: the parts of a section or of a row, and the lines inside them.

Its buttons add, move and remove lines without saving anything; whatever was typed stays as it was typed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from servicehall.catalogue import conditions
from servicehall.catalogue.forms_lines import (
    FactForm,
    Lines,
    OptionForm,
    TestForm,
    facts_about,
)
from servicehall.catalogue.forms_parts import Among, PartsForm, Raw, parts_for
from servicehall.catalogue.naming import new_key
from servicehall.catalogue.schema import Part, read, write
from servicehall.catalogue.wording import in_words

NESTED = frozenset({"options", "when", "rule"})


class Sheet:
    """What one page edits: the parts of a section or of a row, with their lines."""

    def __init__(
        self,
        parts: Sequence[Part],
        holder: Raw,
        among: Among,
        *,
        about: Mapping[str, Any] | None = None,
        data: Any = None,
    ) -> None:
        kind = data.get("type", "") if data is not None else holder.get("type") or ""
        self.parts, self.holder, self.among = parts_for(parts, kind), holder, among
        self.about = about or {}
        self.data = data
        self.too_long: list[Part] = []
        self.lines = [
            lines for part in self.parts if part.kind in NESTED and (lines := self._lines(part))
        ]
        self.form = self._form(data)

    def _form(self, data: Any, typed: Raw | None = None) -> PartsForm:
        plain = [part for part in self.parts if part.kind not in NESTED]
        return PartsForm(plain, self.holder, self.among, data, typed=typed)

    def _lines(self, part: Part) -> Lines | None:
        value = read(part, self.holder)
        if part.kind == "options":
            rows: list[Raw] = [{"value": o["value"], **(o.get("label") or {})} for o in value or []]
            return Lines(part, OptionForm, {}, rows or [{}, {}])
        is_rule = part.kind == "rule"
        groups = conditions.groups_of(value["rule"] if is_rule and value else value)
        if groups is None or any(_is_not_in_order(*line) for lines in groups for line in lines):
            self.too_long.append(part)
            return None
        shown = [
            _shown(str(number), holds, test)
            for number, lines in enumerate(groups, start=1)
            for holds, test in lines
        ]
        return Lines(
            part, FactForm if is_rule else TestForm, facts_about() if is_rule else self.about, shown
        )

    @property
    def all_forms(self) -> list[forms.Form]:
        return [self.form, *(form for lines in self.lines for form in lines.forms)]

    def change_lines(self, way: str) -> None:
        """Do what a button of the lines says ("options:up:2"), or only draw again what fits ("refresh")."""
        name, verb, number = [*way.split(":"), "", "", ""][:3]
        for lines in self.lines:
            rows = lines.typed(self.data)
            if lines.prefix == name:
                rows = lines.do(rows, verb, int(number) if number.isdigit() else 0)
            lines.show(rows)
        self.form = self._form(None, typed=self.data)

    def is_valid(self) -> bool:
        for lines in self.lines:
            lines.read(self.data)
        are_valid = [self.form.is_valid(), *(lines.is_valid() for lines in self.lines)]
        return all(are_valid)

    def put_into(self, holder: dict[str, Any]) -> None:
        self.form.put_into(holder)
        for lines in self.lines:
            value = _options(lines) if lines.part.kind == "options" else _rule(lines)
            if lines.part.kind == "options" and not value:
                holder.pop(lines.part.key, None)
            else:
                write(lines.part, holder, value)


def _is_not_in_order(holds: bool, test: Raw) -> bool:
    """ "Not at least 5" is more than "less than 5": it holds without an answer too. Lines cannot say it."""
    return not holds and test.get("op") in conditions.ORDERS


def _shown(group: str, holds: bool, test: Raw) -> dict[str, Any]:
    """A test as its line shows it."""
    if "fact" in test:
        key, op, value = str(test["fact"]), str(test["op"]), test["value"]
    else:
        key, op, value = conditions.as_test(test)
    op = "in" if op == "=" else op
    values = value if isinstance(value, list) else [value]
    texts = [("yes" if v else "no") if isinstance(v, bool) else str(v) for v in values]
    return {
        "group": group,
        "field": key,
        "op": op if holds else f"not {op}",
        "value": texts,
        "unknown": test.get("unknown") == "no",
    }


def _options(lines: Lines) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for form in lines.forms:
        given = form.cleaned_data
        if given["zh"] or given["en"]:
            taken = {option["value"] for option in found}
            value = given["value"] if given["value"] not in taken else ""
            value = value or new_key(given["zh"] or given["en"], taken)
            found.append({"value": value, "label": {"zh": given["zh"], "en": given["en"]}})
    return found


def _rule(lines: Lines) -> Any:
    groups: dict[int, list[conditions.Line]] = {}
    for form in lines.forms:
        line = form.test()  # type: ignore[attr-defined]
        if line is not None:
            groups.setdefault(int(form.cleaned_data["group"]), []).append(line)
    rule = conditions.rule_of([groups[number] for number in sorted(groups)])
    return {"rule": rule} if rule and lines.part.kind == "rule" else rule


def about_questions(content: Raw, *, before: int | None) -> dict[str, Any]:
    """The questions that a condition may look at: situations, and the fields before this one."""
    rows = [
        {**row, "label": row.get("question"), "type": "choice"}
        for row in content.get("situations") or []
    ]
    rows += list(content.get("fields") or [])[:before]
    yes_no = (("yes", _("是")), ("no", _("否")))
    return {
        row["key"]: (
            in_words(row.get("label")) or row["key"],
            row["type"],
            yes_no
            if row["type"] == "yesno"
            else tuple(
                (str(o["value"]), in_words(o.get("label"))) for o in row.get("options") or []
            ),
        )
        for row in rows
        if row.get("type") != "file"
    }
