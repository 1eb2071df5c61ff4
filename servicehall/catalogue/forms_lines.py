"""The lines inside a part: answers of a choice, tests of a condition, facts of an eligibility rule."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from common.forms import offer, want
from residents.base.eligibility import FACTS
from servicehall.catalogue import conditions
from servicehall.catalogue.forms_parts import MAX_LINE, REFRESH, Choices, Raw, bound_name
from servicehall.catalogue.schema import Part

MAX_LINES = 40


class LineForm(forms.Form):
    """`about` are the questions that a line may look at: key → (title, kind, options)."""

    def __init__(self, *args: Any, about: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = about
        for field in self.fields.values():
            want(field)


class OptionForm(LineForm):
    """One answer that can be chosen. `value` names it in the data and is never typed."""

    value = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)
    zh = forms.CharField(label=_("答案"), required=False, max_length=MAX_LINE)
    en = forms.CharField(label=_("答案（英文）"), required=False, max_length=MAX_LINE)

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"]
        return value if re.fullmatch(r"[a-z0-9_]{0,40}", value) else ""


OPS: Choices = (
    ("in", _("是（其中之一）")), ("not in", _("不是")), (">=", _("至少")), (">", _("超过")), ("<=", _("至多")),
    ("<", _("不到")), ("answered", _("填了")), ("not answered", _("没有填")),
)  # fmt: skip
GROUPS: Choices = [(str(number), str(number)) for number in range(1, conditions.MOST_GROUPS + 1)]


class TestForm(LineForm):
    """One line of a condition."""

    group = forms.ChoiceField(label=_("第几组"), choices=GROUPS)
    field = forms.ChoiceField(label=_("看哪个问题"), required=False)
    op = forms.ChoiceField(label=_("比较"), choices=OPS)

    def __init__(self, *args: Any, about: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, about=about, **kwargs)
        titles = [(key, title) for key, (title, _kind, _options) in about.items()]
        self.fields["field"] = forms.ChoiceField(
            label=_("看什么"),
            choices=[("", _("请选择")), *titles],
            required=False,
            widget=forms.Select(attrs=REFRESH),
        )
        _title, self.kind, options = about.get(self._now("field"), ("", "", ()))
        want(self.fields["field"])
        ops = [(code, label) for code, label in OPS if code in _ops_of(self.kind)]
        offer(self, "op", ops)
        if ops[0][0] != "answered":
            self.fields["value"] = _value_field(self.kind, options)
            want(self.fields["value"])
            self._show_value(is_list=bool(options))

    def _now(self, name: str) -> str:
        """What stands in a control: typed, or as it was stored."""
        given = self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)
        return given or ""

    def _show_value(self, *, is_list: bool) -> None:
        """Several values are ticked where there are boxes, and written one after the other elsewhere."""
        value = self.initial.get("value")
        if isinstance(value, list) and not is_list:
            self.initial["value"] = gettext("、").join(value)
        elif is_list and isinstance(value, str):
            self.initial["value"] = [value]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        compares = given.get("field") and not str(given.get("op")).endswith("answered")
        if not compares or "value" in self.errors:
            return given
        if given.get("value") in (None, "", []):
            self.add_error("value", _("请写明和什么比较。"))
        elif self.kind in {"number", "money"} and not _are_numbers(given["value"]):
            self.add_error("value", _("请填写数字。"))
        return given

    def test(self) -> conditions.Line | None:
        """The line as a test; None for an empty one."""
        given = self.cleaned_data
        if not given.get("field"):
            return None
        op = str(given["op"])
        holds, op = not op.startswith("not "), op.removeprefix("not ")
        if op == "answered":
            return holds, {"field": given["field"], "op": op}
        value = given["value"]
        values = value if isinstance(value, list) else _several(_plain(value))
        if self.kind in {"number", "money"}:
            values = [str(conditions.number_of(text)) for text in values]
        return holds, {
            "field": given["field"],
            "op": op,
            "value": values if op == "in" else values[0],
        }


def _ops_of(kind: str) -> set[str]:
    if kind in {"choice", "yesno"}:
        return {"in", "not in", "answered", "not answered"}
    if kind in {"number", "money", "date"}:
        return {code for code, _label in OPS}
    if kind in {"person", "household_member"}:
        return {"answered", "not answered"}
    return {"in", "not in", "answered", "not answered"}


def _several(text: str) -> list[str]:
    return [part.strip() for part in re.split("[、，;；]", text) if part.strip()]


def _are_numbers(text: str) -> bool:
    found = [conditions.number_of(part) for part in _several(text)]
    return bool(found) and None not in found


def _value_field(kind: str, options: Choices) -> forms.Field:
    label = _("和什么比")
    if options:
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(label=label, choices=options, widget=boxes, required=False)
    if kind == "date":
        return forms.DateField(label=label, required=False)
    if kind in {"number", "money"}:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        return forms.CharField(label=label, required=False, max_length=MAX_LINE, widget=widget)
    return forms.CharField(label=label, required=False, max_length=MAX_LINE)


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


class FactForm(TestForm):
    """One line of an eligibility rule: a fact of the base instead of a question. What is not known is no answer."""

    unknown = forms.BooleanField(label=_("查不到的算不符合"), required=False)

    def test(self) -> conditions.Line | None:
        found = super().test()
        if found is None:
            return None
        holds, test = found
        fact = FACTS[test["field"]]
        values = test["value"] if isinstance(test["value"], list) else [test["value"]]
        typed = [_typed(fact.kind, value) for value in values]
        is_one = test["op"] != "in" or len(typed) == 1
        op = "=" if test["op"] == "in" and is_one else test["op"]
        rule: dict[str, Any] = {
            "fact": test["field"], "op": op, "value": typed[0] if is_one else typed,
        }  # fmt: skip
        if self.cleaned_data.get("unknown"):
            rule["unknown"] = "no"
        return holds, rule


def _typed(kind: type, value: str) -> Any:
    if kind is bool:
        return value == "yes"
    return int(float(value)) if kind is int else value


def facts_about() -> dict[str, Any]:
    """Every fact as a condition line reads it: title, kind, options."""
    yes_no = (("yes", _("是")), ("no", _("否")))
    return {
        key: (
            fact.label,
            "choice" if fact.kind is bool or fact.codes else "number",
            yes_no
            if fact.kind is bool
            else tuple((str(code), label) for code, label in fact.codes.items()),
        )
        for key, fact in FACTS.items()
    }


class Lines:
    """The lines of one nested list: drawn, read, moved."""

    def __init__(
        self, part: Part, form_class: type[LineForm], about: Mapping[str, Any], rows: Sequence[Raw]
    ) -> None:
        self.part, self.form_class, self.about = part, form_class, about
        self.prefix = bound_name(part)
        self.forms: list[LineForm] = []
        self.show(rows)

    def show(self, rows: Sequence[Raw]) -> None:
        self.forms = [self._form(number, initial=row) for number, row in enumerate(rows)]

    def _form(self, number: int, **more: Any) -> LineForm:
        return self.form_class(prefix=f"{self.prefix}-{number}", about=self.about, **more)

    def read(self, data: Any) -> None:
        """Take what was sent, to be judged."""
        self.forms = [self._form(number, data=data) for number in range(self._count(data))]

    def typed(self, data: Any) -> list[dict[str, Any]]:
        """What was sent, as it was typed."""
        forms_ = [self._form(number, data=data) for number in range(self._count(data))]
        return [
            {
                name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
                for name, field in form.fields.items()
            }
            for form in forms_
        ]

    def _count(self, data: Any) -> int:
        count = str(data.get(f"{self.prefix}-count", "0"))
        return min(int(count), MAX_LINES) if count.isdigit() else 0

    def do(self, rows: list[dict[str, Any]], way: str, number: int) -> list[dict[str, Any]]:
        if way == "add":
            group = rows[-1].get("group", "1") if rows else "1"
            return [*rows, {"group": group}][:MAX_LINES]
        return moved(rows, way, number)

    def is_valid(self) -> bool:
        are_valid = [form.is_valid() for form in self.forms]  # every one of them says what is wrong
        return all(are_valid)


def moved(rows: Sequence[Any], way: str, number: int) -> list[Any]:
    """The rows with one of them up, down or gone; as they were where that cannot be."""
    found = list(rows)
    if not 0 <= number < len(found):
        return found
    row = found.pop(number)
    if way != "remove":
        found.insert(max(0, number + {"up": -1, "down": 1}.get(way, 0)), row)
    return found
