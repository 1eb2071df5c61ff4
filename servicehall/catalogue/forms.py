"""The editor's forms, made of the schema: parts of a section or of a row, and the lines inside them.

A sheet is what one page edits. Its buttons add, move and remove lines without saving anything; whatever was typed
stays as it was typed.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from common.names import pinyin_key
from residents.base.eligibility import FACTS
from servicehall.catalogue import conditions
from servicehall.catalogue.schema import BILINGUAL, Part, read, write
from servicehall.catalogue.wording import in_words

Choices = Sequence[tuple[str, str | Promise]]
Among = Mapping[str, Choices]
Raw = Mapping[str, Any]

NESTED = frozenset({"options", "when", "rule"})
MAX_LINE, MAX_LONG, MAX_LINES, MAX_WORDS = 200, 2000, 40, 80
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
CODE = re.compile(r"[A-Z][A-Z0-9]{0,5}-[0-9]{2,4}")


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
                field.is_wanted = part.needed or name.endswith("__en")  # type: ignore[attr-defined]
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


def _field(part: Part, value: Any, among: Among) -> forms.Field:
    shared: dict[str, Any] = {
        "label": part.label,
        "help_text": part.hint,
        "required": part.forced,
        "initial": value,
    }
    if part.kind == "number":
        return forms.IntegerField(min_value=0, max_value=10**9, **shared)
    if part.kind == "day":
        return forms.DateField(**shared)
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
    if part.kind == "line":
        return forms.CharField(max_length=MAX_LINE, **shared)
    choices = list(part.choices.items()) or list(among.get(part.among, ()))
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


# --- lines ---------------------------------------------------------------------------------------------
class LineForm(forms.Form):
    """`about` are the questions that a line may look at: key → (title, kind, options)."""

    def __init__(self, *args: Any, about: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = about
        for field in self.fields.values():
            field.is_wanted = True  # type: ignore[attr-defined]


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
        self.fields["field"].is_wanted = True  # type: ignore[attr-defined]
        ops = [(code, label) for code, label in OPS if code in _ops_of(self.kind)]
        self.fields["op"].choices = ops  # type: ignore[attr-defined]
        if ops[0][0] != "answered":
            self.fields["value"] = _value_field(self.kind, options)
            self.fields["value"].is_wanted = True  # type: ignore[attr-defined]
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


def new_key(text: str, taken: set[str]) -> str:
    """A name for the data, by sound: 每月收入 → meiyueshouru; a number behind it where that is taken."""
    plain = re.sub(r"[^a-z0-9]+", "_", pinyin_key(text).replace(" ", "").lower()).strip("_")[:30]
    base = plain if plain[:1].isalpha() else f"k_{plain}".rstrip("_")
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}_{number}"
    return key


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


# --- the rest of the editor ----------------------------------------------------------------------------
class NewItemForm(forms.Form):
    code = forms.CharField(
        label=_("事项代码"),
        max_length=12,
        help_text=_("窗口号加顺序号，例如 W2-09。以后不能改。"),
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    name_zh = forms.CharField(label=_("事项名称"), max_length=MAX_LINE)
    name_en = forms.CharField(label=_("事项名称（英文）"), max_length=MAX_LINE, required=False)
    window = forms.ChoiceField(label=_("服务窗口"))

    def __init__(self, windows: Choices, data: Any = None) -> None:
        super().__init__(data)
        self.fields["window"].choices = [("", _("请选择")), *windows]  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip().upper()
        if not CODE.fullmatch(code):
            raise forms.ValidationError(gettext("请写成字母、数字加短横和顺序号，例如 W2-09。"))
        return code


class DayForm(forms.Form):
    day = forms.DateField(label=_("从哪天起生效"))


class LastDayForm(forms.Form):
    day = forms.DateField(label=_("最后一天"))


class NoteForm(forms.Form):
    note = forms.CharField(label=_("要改什么"), max_length=200)


class FileForm(forms.Form):
    file = forms.FileField(label=_("目录文件"), help_text=_("从另一套系统导出的 .json 文件。"))
