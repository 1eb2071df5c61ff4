"""The content of an item in plain words, in the language of the reader: values, conditions, what changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext as _

from residents.base.eligibility import FACTS
from servicehall.catalogue import conditions
from servicehall.catalogue.codes import is_placeholder
from servicehall.catalogue.schema import BILINGUAL, BY_KEY, SECTIONS, Part, Rows, Section, read

Content = Mapping[str, Any]
# What stands behind the codes that a part is chosen `among`: windows, departments.
Names = Mapping[str, Mapping[str, str | Promise]]


def in_words(text: Mapping[str, str] | None) -> str:
    """The text of a {"zh": …, "en": …} pair in the language of the reader; Chinese when English is missing."""
    if not text:
        return ""
    return (text.get("en") if get_language() == "en" else "") or text.get("zh") or ""


def titles_of(content: Content) -> dict[str, Mapping[str, str]]:
    """What each question is called."""
    situations = {row["key"]: row.get("question") or {} for row in content.get("situations") or []}
    return situations | {row["key"]: row.get("label") or {} for row in content.get("fields") or []}


def names_in(content: Content, names: Names) -> Names:
    """The names of everything that parts of this content are chosen among."""
    pages = {row["key"]: in_words(row.get("title")) for row in content.get("pages") or []}
    fields = {row["key"]: in_words(row.get("label")) for row in content.get("fields") or []}
    return {**names, "pages": pages, "fields": fields}


# --- conditions --------------------------------------------------------------------------------------
def condition_in_words(rule: Mapping[str, Any] | None, content: Content) -> str:
    """ "“家里有没有下面的情况？”选“有人残疾”": when something is asked for."""
    if not rule or not conditions.is_well_formed(rule):
        return ""
    groups = conditions.groups_of(rule)
    if groups is None:
        return _("条件较多，按您的回答判断")
    titles, labels = titles_of(content), _labels(content)
    said = [
        _("，并且").join(_line(holds, test, titles, labels) for holds, test in lines)
        for lines in groups
    ]
    return _("；或者").join(said)


def _labels(content: Content) -> dict[tuple[str, str], str]:
    rows = [*(content.get("situations") or []), *(content.get("fields") or [])]
    return {
        (row["key"], str(option["value"])): in_words(option.get("label"))
        for row in rows
        for option in row.get("options") or []
    }


def _line(
    holds: bool,
    test: Mapping[str, Any],
    titles: Mapping[str, Any],
    labels: Mapping[tuple[str, str], str],
) -> str:
    key, op, value = conditions.as_test(test)
    title = in_words(titles.get(key)) or key
    if op == "answered":
        text = _("填了“%(question)s”") if holds else _("没有填“%(question)s”")
        return text % {"question": title}
    if op in conditions.ORDERS:
        text = (
            _("“%(question)s”%(sign)s%(value)s")
            if holds
            else _("“%(question)s”不是%(sign)s%(value)s")
        )
        return text % {"question": title, "sign": signs()[op], "value": value}
    values = value if op == "in" else [value]
    yes_no = {"yes": _("是"), "no": _("否")}
    shown = _("、").join(labels.get((key, str(v))) or yes_no.get(str(v)) or str(v) for v in values)
    text = _("“%(question)s”选“%(answer)s”") if holds else _("“%(question)s”没有选“%(answer)s”")
    return text % {"question": title, "answer": shown}


def signs() -> dict[str, str]:
    return {
        ">=": _("至少"),
        ">": _("超过"),
        "<=": _("至多"),
        "<": _("不到"),
        "=": _("是"),
        "in": _("是"),
    }


def rule_in_words(rule: Any) -> str:
    """An eligibility rule as one sentence."""
    if not isinstance(rule, Mapping):
        return ""
    if "fact" in rule:
        fact = FACTS.get(rule["fact"])
        values = rule["value"] if isinstance(rule["value"], list) else [rule["value"]]
        shown = _("、").join(_fact_value(fact, value) for value in values)
        return f"{fact.label if fact else rule['fact']}{signs().get(rule['op'], '')}{shown}"
    if "not" in rule:
        return _("不是（%(rule)s）") % {"rule": rule_in_words(rule["not"])}
    word = _("，并且") if "all" in rule else _("，或者")
    parts = rule.get("all") or rule.get("any") or []
    return word.join(
        f"（{rule_in_words(part)}）"
        if "fact" not in part and len(parts) > 1
        else rule_in_words(part)
        for part in parts
    )


def _fact_value(fact: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(fact.codes.get(value, f"{value}{fact.unit}")) if fact else str(value)


# --- values ------------------------------------------------------------------------------------------
def value_in_words(
    part: Part, holder: Content, names: Names, content: Content, *, both: bool = True
) -> str:
    """`both`: texts in both languages, for whoever writes them; else in the reader's."""
    value = read(part, holder)
    if value in (None, "", [], {}):
        return ""
    if not both and part.kind in BILINGUAL:
        return in_words(value)
    if part.kind in {"choice", "many"}:
        known = part.choices or names.get(part.among, {})
        values = value if isinstance(value, list) else [value]
        return _("、").join(str(known.get(each, each)) for each in values)
    if part.kind == "when":
        return condition_in_words(value, content)
    say = SAID.get(part.kind, str)
    return str(say(value))


def _pair(value: Mapping[str, str]) -> str:
    zh, en = value.get("zh") or "", value.get("en") or ""
    return f"{zh} / {en}" if zh and en else zh or en


SAID: Mapping[str, Callable[[Any], str]] = {
    "pair": _pair,
    "pairlong": _pair,
    "record": _pair,
    "flag": lambda value: _("是") if value else "",
    "words": lambda value: _("、").join(value),
    "options": lambda value: _("、").join(in_words(option.get("label")) for option in value),
    "rule": lambda value: rule_in_words(value.get("rule")),
}


def title_of(rows: Rows, row: Content, names: Names, content: Content) -> str:
    part = next(part for part in rows.parts if part.key == rows.title)
    value = read(part, row)
    return (
        in_words(value) if isinstance(value, Mapping) else value_in_words(part, row, names, content)
    )


def more_facts(content: Content) -> list[tuple[str, str]]:
    """What GB/T 39046 wants said besides, where it is filled in: label and words, for the guide."""
    shown = [
        *(part for part in BY_KEY["service"].parts if part.key not in {"contact", "process"}),
        *(part for part in BY_KEY["limits"].parts if part.key == "special_procedures"),
        *(part for part in BY_KEY["result"].parts if part.key in {"fee.basis", "result.sample"}),
        *(
            part
            for part in BY_KEY["codes"].parts
            if part.key not in {"type_code", "authority.nature"}
        ),
    ]
    found = []
    for part in shown:
        value = read(part, content)
        is_pair = isinstance(value, Mapping)
        text = in_words(value) if is_pair else value_in_words(part, content, {}, content)
        if text and not (part.key == "basic_code" and is_placeholder(text)):
            found.append((str(part.label), text))
    return found


# --- what changed ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions. `subject` is the row that it concerns; before or after may be ""."""

    section: Section
    label: str
    before: str
    after: str
    subject: str = ""


def changes(old: Content, new: Content, names: Names, *, both: bool = True) -> list[Change]:
    """What is read before publishing, and by whoever is filling it in: per field, what it said and what it says."""
    before, after = names_in(old, names), names_in(new, names)
    found: list[Change] = []
    for section in SECTIONS:
        for part in section.parts:
            was = value_in_words(part, old, before, old, both=both)
            now = value_in_words(part, new, after, new, both=both)
            if was != now:
                found.append(Change(section, str(part.label), was, now))
        for rows in section.rows:
            found += _row_changes(section, rows, (old, before), (new, after), both=both)
    return found


def _row_changes(
    section: Section,
    rows: Rows,
    then: tuple[Content, Names],
    today: tuple[Content, Names],
    *,
    both: bool,
) -> Iterator[Change]:
    (old, before), (new, after) = then, today
    olds, news = _known_by(rows, old), _known_by(rows, new)
    one = str(rows.one)
    for key, row in olds.items():
        if key not in news:
            yield Change(
                section, _("去掉的%(one)s") % {"one": one}, title_of(rows, row, before, old), ""
            )
    for key, row in news.items():
        title = title_of(rows, row, after, new)
        if key not in olds:
            yield Change(section, _("新增的%(one)s") % {"one": one}, "", title)
            continue
        for part in rows.parts:
            was = value_in_words(part, olds[key], before, old, both=both)
            now = value_in_words(part, row, after, new, both=both)
            if was != now:
                yield Change(section, str(part.label), was, now, title)
    shared_old = [key for key in olds if key in news]
    shared_new = [key for key in news if key in olds]
    if shared_old != shared_new:
        was = _("、").join(title_of(rows, olds[key], before, old) for key in shared_old)
        now = _("、").join(title_of(rows, news[key], after, new) for key in shared_new)
        yield Change(section, _("%(rows)s的顺序") % {"rows": rows.label}, was, now)


def _known_by(rows: Rows, content: Content) -> dict[Any, Content]:
    """The rows by what they are known by; where they have no name of their own, by their place in the list."""
    found: Sequence[Content] = content.get(rows.key) or []
    if rows.key == "fields":  # people meet them page by page, in whatever order a file has them
        order = {page["key"]: number for number, page in enumerate(content.get("pages") or [])}
        found = sorted(found, key=lambda row: order.get(row["page"], 99))
    return {
        row.get(rows.identity) if rows.identity else number: row for number, row in enumerate(found)
    }
