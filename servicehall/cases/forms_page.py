"""The questions of an item as Django forms: what is asked comes from the catalogue, never from the browser."""

import json
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from common.identity import InvalidPhone, normalise_phone
from common.names import normalise_name
from servicehall.cases.prefill import Fact, PlaceChoice
from servicehall.cases.steps import Question
from servicehall.catalogue import answering
from servicehall.catalogue.certificates import refusal_of, spoken
from servicehall.catalogue.models import in_language

MAX_TILES = 8  # more options than that are a list to open
MAX_KEPT = 4000  # characters of an unfinished answer that a draft keeps
TYPED = frozenset({"text", "longtext", "number", "money", "date", "phone", "person"})
DATE_FORMATS = ["%Y-%m-%d", "%Y年%m月%d日", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d"]
ACCEPT = "image/jpeg,image/png,application/pdf"


class ManyFiles(forms.FileInput):
    """A file control that takes several at once; telephones offer the camera beside the album."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Whether anything was sent at all; the view checks and keeps each file (actions.files)."""
        return files.get(name)


class PageForm(forms.Form):
    """The questions of one page of a filing.

    `facts` are what the base knows (prefill.known_facts). A fact that is shown masked never travels to the browser:
    instead of its value the page offers "use the known one", and another can be typed below.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        *,
        answers: Mapping[str, Any],
        facts: Mapping[str, Fact],
        household: Sequence[tuple[str, str]] = (),
        uploaded: Collection[str] = (),
        papers_shown: bool = False,
        follows: bool = False,
        places: Sequence[PlaceChoice] = (),
        item_code: str = "",
        data: Mapping[str, Any] | None = None,
        files: Any = None,
    ) -> None:
        """`papers_shown`: at the counter papers are shown and people without a telephone are served,
        so that neither files nor a telephone are required there. `follows`: what an answer brings up or takes
        away on this page is judged by it. `places` are the communities that an address can lie in."""
        super().__init__(data, files)
        self.follows, self.places, self.item_code = follows, places, item_code
        keys = {question["key"] for question in questions}
        self.elsewhere = {key: value for key, value in answers.items() if key not in keys}
        self.not_asked: frozenset[str] = frozenset()
        if papers_shown:
            questions = [{**q, "required": False} if q["type"] == "phone" else q for q in questions]
        self.questions = questions
        self.known = {
            q["key"]: facts[q["prefill"]]
            for q in questions
            if q.get("prefill") in facts and q["type"] != "household_member"
        }
        for question in questions:
            key = question["key"]
            fact = facts.get(question.get("prefill") or "")
            value = answers.get(key, fact.value if fact else None)
            if question["type"] == "file":
                is_required = question["required"] and key not in uploaded and not papers_shown
                self.fields[key] = _file_field(question, is_required)
            elif question["type"] == "person":
                self._add_person(question, str(value or ""))
            elif question["type"] == "household_member":
                self.fields[key] = _member_field(question, household, value)
            elif question["type"] == "address":
                self._add_address(question, str(value or ""))
            elif self._is_masked(key):
                self._add_masked(question, value)
            else:
                self.fields[key] = _plain_field(question)
                self.fields[key].initial = value

    def _is_masked(self, key: str) -> bool:
        return key in self.known and self.known[key].shown != self.known[key].value

    def _add_masked(self, question: Question, value: Any) -> None:
        key, fact = question["key"], self.known[question["key"]]
        is_other = bool(value) and value != fact.value
        self.fields[f"{key}__known"] = forms.BooleanField(
            label=_("用系统里已有的：%(value)s") % {"value": fact.shown},
            required=False,
            initial=not is_other,
        )
        self.fields[key] = _plain_field(question)
        self.fields[key].label = _("不用这个，换成")
        self.fields[key].required = False
        self.fields[key].initial = value if is_other else ""

    def _add_person(self, question: Question, value: str) -> None:
        """A name with a phone is kept as one text, "name phone"."""
        key, label = question["key"], in_language(question["label"])
        name, phone = split_person(value)
        self.fields[f"{key}__name"] = forms.CharField(
            label=_("%(question)s：姓名") % {"question": label},
            help_text=in_language(question.get("hint")),
            required=bool(question["required"]),
            max_length=60,
            initial=name,
        )
        self.fields[f"{key}__phone"] = forms.CharField(
            label=_("%(question)s：电话") % {"question": label},
            required=bool(question["required"]),
            max_length=30,
            initial=phone,
            widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        )

    def _add_address(self, question: Question, value: str) -> None:
        """An address is a community of the tree and the rest of it, kept as one text."""
        key, label = question["key"], in_language(question["label"])
        community = next((p for p in self.places if value.startswith(p.full_name)), None)
        groups: dict[str, list[tuple[str, str]]] = {}
        for place in self.places:
            groups.setdefault(place.group, []).append((place.code, place.label))
        self.fields[f"{key}__place"] = forms.ChoiceField(
            label=_("%(question)s：社区") % {"question": label},
            help_text=in_language(question.get("hint")),
            required=bool(question["required"]),
            choices=[("", _("请选择")), *groups.items()],
            initial=community.code if community else "",
        )
        self.fields[key] = forms.CharField(
            label=_("%(question)s：小区、楼栋和门牌") % {"question": label},
            required=bool(question["required"]),
            max_length=100,
            initial=value.removeprefix(community.full_name).strip() if community else value,
        )

    def clean(self) -> dict[str, Any]:
        """Question by question, in the order in which one may depend on another."""
        given, not_asked = dict(self.elsewhere), set()
        for question in self.questions:
            key = question["key"]
            if self.follows and not answering.applies(question.get("condition"), given):
                not_asked.add(key)
                for name in names_of(key):
                    self.errors.pop(name, None)
                continue
            if question["type"] != "file" and not self._has_errors(key):
                given[key] = self._checked(question)
        self.not_asked = frozenset(not_asked)
        return self.cleaned_data

    def _checked(self, question: Question) -> Any:
        """The answer to a question; what is wrong with it stands beside it from now on."""
        key, kind = question["key"], question["type"]
        beside = f"{key}__name" if kind == "person" else key
        try:
            value = self._value(question)
        except InvalidPhone as error:
            self.add_error(f"{key}__phone" if kind == "person" else key, str(error.message))
            return None
        if kind == "phone":
            if not value and question["required"]:
                self.add_error(key, _("请填写电话号码。"))
            return value
        problem = answering.check_answer(question, value)
        if kind == "person" and value and not split_person(value)[0]:
            problem = _("请填写姓名。")
        if not problem and question.get("no_certificates") and value:
            problem = refusal_of(spoken(question, value), self.item_code)
        if problem:
            self.add_error(beside, str(problem))
        return value

    def _has_errors(self, key: str) -> bool:
        return any(name in self.errors for name in names_of(key))

    def _value(self, question: Question) -> Any:
        """The answer to a question as it is stored. Raises InvalidPhone."""
        key, kind = question["key"], question["type"]
        if kind == "person":
            name = normalise_name(self.cleaned_data.get(f"{key}__name", ""))
            phone = self.cleaned_data.get(f"{key}__phone", "").strip()
            return f"{name} {normalise_phone(phone)}".strip() if phone else name
        value = self.cleaned_data.get(key)
        if kind == "address":
            chosen = self.cleaned_data.get(f"{key}__place")
            place = next((p for p in self.places if p.code == chosen), None)
            return f"{place.full_name} {value or ''}".strip() if place else (value or "").strip()
        if not value and self._is_masked(key) and self.cleaned_data.get(f"{key}__known"):
            return self.known[key].value
        if kind == "phone":
            return normalise_phone(value) if value else ""
        if kind in {"number", "money"}:
            return unicodedata.normalize("NFKC", value or "").replace(",", "").replace(" ", "")
        if kind == "date":
            return value.isoformat() if value else ""
        if kind == "household_member":
            return [value] if isinstance(value, str) and value else list(value or [])
        text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
        return answering.folded(question, text)

    def answers(self) -> dict[str, Any]:
        """What may be kept of the input, also where it is not yet right: nobody types anything twice."""
        self.is_valid()
        kept: dict[str, Any] = {}
        for question in self.questions:
            key, kind = question["key"], question["type"]
            if kind == "file" or key in self.not_asked:
                continue
            if self._has_errors(key):
                kept[key] = self._as_typed(question) if kind in TYPED else None
            else:
                kept[key] = self._value(question)
        return kept

    def _as_typed(self, question: Question) -> str:
        key = question["key"]
        if question["type"] == "person":
            parts = (self.data.get(f"{key}__name", ""), self.data.get(f"{key}__phone", ""))
            return " ".join(parts)[:MAX_KEPT]
        return str(self.data.get(key, ""))[:MAX_KEPT]

    def rows(self) -> list[dict[str, Any]]:
        """What the page draws, question by question."""
        return [self._row(question) for question in self.questions]

    def _row(self, question: Question) -> dict[str, Any]:
        key, kind = question["key"], question["type"]
        fact = self.known.get(key)
        row: dict[str, Any] = {
            "key": key,
            "kind": kind,
            "label": in_language(question["label"]),
            "hint": in_language(question.get("hint")),
            "suffix": _("元") if kind == "money" else "",
            "width": "short" if kind in {"number", "money", "date"} else "",
            "source": known_from(fact),
            "is_masked": self._is_masked(key),
            "max": question.get("max") or 1,
            "when": json.dumps(question["condition"], ensure_ascii=False)
            if self.follows and question.get("condition")
            else "",
        }
        if kind == "address":
            row["fields"] = [self[f"{key}__place"], self[key]]
        elif kind == "person":
            row["fields"] = [self[f"{key}__name"], self[f"{key}__phone"]]
        elif self._is_masked(key):
            row["fields"] = [self[f"{key}__known"], self[key]]
        else:
            row["fields"] = [self[key]]
        return row


def names_of(key: str) -> tuple[str, ...]:
    """The controls that a question may have."""
    return (key, f"{key}__name", f"{key}__phone", f"{key}__place", f"{key}__known")


def _plain_field(question: Question) -> forms.Field:
    kind, required = question["type"], bool(question["required"])
    shared: dict[str, Any] = {
        "label": in_language(question["label"]),
        "help_text": in_language(question.get("hint")),
        "required": required,
    }
    if kind in {"choice", "yesno"}:
        options = [(str(o["value"]), in_language(o["label"])) for o in question.get("options", [])]
        choices = options or [("yes", str(_("是"))), ("no", str(_("否")))]
        if len(choices) <= MAX_TILES:
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **shared)
        return forms.ChoiceField(choices=[("", _("请选择")), *choices], **shared)
    if kind == "date":
        return forms.DateField(input_formats=DATE_FORMATS, **shared)
    if kind == "longtext":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **shared)
    if kind in {"number", "money"}:
        return forms.CharField(widget=forms.NumberInput, max_length=30, **shared)
    if answering.is_card(question):
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        return forms.CharField(widget=widget, max_length=60, **shared)
    if kind == "phone":
        widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"})
        return forms.CharField(widget=widget, max_length=30, **shared)
    return forms.CharField(**shared)


def _file_field(question: Question, is_required: bool) -> forms.Field:
    takes_many = (question.get("max") or 1) > 1
    widget = (ManyFiles if takes_many else forms.FileInput)(attrs={"accept": ACCEPT})
    return forms.FileField(
        label=in_language(question["label"]),
        help_text=in_language(question.get("hint")),
        required=is_required,
        allow_empty_file=True,  # common.uploads says what is wrong with it
        widget=widget,
    )


def _member_field(
    question: Question, household: Sequence[tuple[str, str]], value: Any
) -> forms.Field:
    values = [str(v) for v in value] if isinstance(value, list) else [str(value)] if value else []
    known = {member for member, _label in household}
    shared: dict[str, Any] = {
        "label": in_language(question["label"]),
        "help_text": in_language(question.get("hint")),
        "required": bool(question["required"]),
        "choices": household,
    }
    present = [v for v in values if v in known]
    if (question.get("max") or 1) == 1:
        # One person is wanted: several known members are no answer yet.
        initial = present[0] if len(present) == 1 else None
        return forms.ChoiceField(widget=forms.RadioSelect, initial=initial, **shared)
    return forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, initial=present, **shared)


def split_person(value: str) -> tuple[str, str]:
    """ "张三 13800005678" as name and phone; either may be missing."""
    head, _space, tail = value.strip().rpartition(" ")
    is_phone = any(character.isdigit() for character in tail)
    return (head, tail) if is_phone else (value.strip(), "")


def known_from(fact: Fact | None) -> str:
    """ "公安，2026年3月1日": where a known value comes from and since when."""
    if fact is None or not fact.source:
        return ""
    day = formats.date_format(fact.as_of, "DATE_FORMAT") if fact.as_of else ""
    text = _("来源：%(source)s，%(day)s") if day else _("来源：%(source)s")
    return str(text % {"source": fact.source, "day": day})
