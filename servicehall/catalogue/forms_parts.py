"""The controls of one section or row, made of the schema: a part becomes a field, what is sent becomes its value."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.forms import want
from servicehall.catalogue.schema import BILINGUAL, Part, read, write

Choices = Sequence[tuple[str, str | Promise]]
Among = Mapping[str, Choices]
Raw = Mapping[str, Any]

MAX_LINE, MAX_LONG, MAX_WORDS = 200, 2000, 80
BOUNDED = {"text", "longtext", "number", "money", "household_member", "file"}
# A change of these asks the server for the same page, with the controls that now fit.
REFRESH = {
    "hx-trigger": "change",
    "hx-post": "",
    "hx-target": "#sheet",
    "hx-select": "#sheet",
    "hx-swap": "outerHTML",
    "hx-vals": '{"way": "refresh"}',
}


def bound_name(part: Part) -> str:
    return part.key.replace(".", "_")


class PartsForm(forms.Form):
    """Some parts of a content, or of a row in it."""

    def __init__(
        self,
        parts: Sequence[Part],
        holder: Raw,
        among: Among,
        data: Any = None,
        *,
        typed: Raw | None = None,
    ) -> None:
        """`typed`: what stood in the controls, shown again without being judged."""
        super().__init__(data)
        self.parts = parts
        for part in parts:
            for name, field in _fields_of(part, read(part, holder), among):
                self.fields[name] = field
                # What must be there in the end, and the English of everything, is not called optional.
                if part.needed or name.endswith("__en"):
                    want(field)
                if typed is not None:
                    field.initial = field.widget.value_from_datadict(typed, {}, name)

    def put_into(self, holder: dict[str, Any]) -> None:
        for part in self.parts:
            write(part, holder, self._value(part))

    def _value(self, part: Part) -> Any:
        name = bound_name(part)
        if part.kind in BILINGUAL:
            zh, en = self.cleaned_data[f"{name}__zh"], self.cleaned_data[f"{name}__en"]
            pair = {"zh": zh.replace("\r\n", "\n"), "en": en.replace("\r\n", "\n")}
            return pair if zh or en else None
        value = self.cleaned_data[name]
        if part.kind == "day":
            return value.isoformat() if value else None
        if part.kind == "words":
            words = [word.strip() for word in value.splitlines()]
            return list(dict.fromkeys(word for word in words if word))
        if part.kind == "number" and value is None:
            return 0 if part.forced else None
        if part.kind == "money":
            return None if value is None else int(value) if value % 1 == 0 else str(value)
        return value or None if part.kind in {"choice", "line"} else value


def _fields_of(part: Part, value: Any, among: Among) -> list[tuple[str, forms.Field]]:
    name = bound_name(part)
    if part.kind in BILINGUAL:
        pair = value or {}
        english = _("%(part)s（英文）") % {"part": part.label}
        return [
            (
                f"{name}__zh",
                _text(part, part.label, pair.get("zh"), required=part.forced, hint=part.hint),
            ),
            (f"{name}__en", _text(part, english, pair.get("en"), required=False, hint="")),
        ]
    return [(name, _field(part, value, among))]


def _text(part: Part, label: Any, value: Any, *, required: bool, hint: Any) -> forms.CharField:
    is_long = part.kind == "pairlong"
    return forms.CharField(
        label=label,
        initial=value or "",
        required=required,
        help_text=hint,
        max_length=MAX_LONG if is_long else MAX_LINE,
        widget=forms.Textarea(attrs={"rows": 3}) if is_long else forms.TextInput,
    )


# What a part is typed into, where it is one plain control.
PLAIN: Mapping[str, Callable[..., forms.Field]] = {
    "number": partial(forms.IntegerField, min_value=0, max_value=10**9),
    "money": partial(
        forms.DecimalField, min_value=Decimal("0.01"), max_digits=11, decimal_places=2
    ),
    "day": forms.DateField,
    "line": partial(forms.CharField, max_length=MAX_LINE),
}


def _field(part: Part, value: Any, among: Among) -> forms.Field:
    shared: dict[str, Any] = {
        "label": part.label,
        "help_text": part.hint,
        "required": part.forced,
        "initial": value,
    }
    if part.kind in PLAIN:
        return PLAIN[part.kind](**shared)
    if part.kind == "flag":
        return forms.BooleanField(**{**shared, "required": False, "initial": bool(value)})
    if part.kind == "words":
        text = "\n".join(value or [])
        area = forms.Textarea(attrs={"rows": 8})
        return forms.CharField(
            widget=area, max_length=MAX_WORDS * MAX_LINE, **{**shared, "initial": text}
        )
    if part.kind == "text":
        area = forms.Textarea(attrs={"rows": 3})
        return forms.CharField(widget=area, max_length=MAX_LONG, **shared)
    return _choice(part, list(part.choices.items()) or list(among.get(part.among, ())), shared)


def _choice(part: Part, choices: Choices, shared: Mapping[str, Any]) -> forms.Field:
    if part.kind == "many":
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=choices, widget=boxes, **shared)
    select = forms.Select(attrs=REFRESH if part.key == "type" else {})
    blank = [("", _("请选择") if part.forced else _("不选"))]
    return forms.ChoiceField(choices=[*blank, *choices], widget=select, **shared)


def parts_for(parts: Sequence[Part], kind: str) -> list[Part]:
    """The parts that make sense for a kind of answer; all of them where rows have no kind."""
    unfit = set()
    if any(part.key == "type" for part in parts):
        unfit = {"options"} - ({"options"} if kind == "choice" else set())
        unfit |= set() if kind in BOUNDED else {"min", "max"}
        unfit |= set() if kind == "yesno" else {"must_be"}
        unfit |= set() if kind in {"text", "longtext", "choice"} else {"no_certificates"}
        unfit |= {"prefill"} if kind in {"file", "person", "address"} else set()
    return [part for part in parts if part.key not in unfit]
