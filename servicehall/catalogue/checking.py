"""What is wrong with an item, said before anybody meets it. Pure: a content and what it may point to.

An error keeps the item from being published; a hint is advice. Each names the section where it is mended.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from residents.base.eligibility import BadRule, parse, tests_of
from servicehall.catalogue import codes, conditions
from servicehall.catalogue.benefits import benefit_of
from servicehall.catalogue.enums import ItemKind, ReviewLevel
from servicehall.catalogue.schema import (
    BILINGUAL,
    BY_KEY,
    FIELD_TYPES,
    REPLY_VARIABLES,
    SECTIONS,
    Part,
    Rows,
    read,
    section_of,
)

Text = str | Promise
Content = Mapping[str, Any]

HOURS = {"workday": 24 * 7 / 5, "day": 24, "hour": 1}
RANKS = list(ReviewLevel.values)
EVERYBODY = {"registered_here", "lives_here"}  # alone they single out nobody
LEAST_SYNONYMS, MOST_PUBLICITY = 3, 30
COMPARABLE = {"number", "money", "date"}  # by size; a situation and a choice only by their answers
ONLY_ANSWERED = {"person", "household_member"}
MASKED = {
    "id_number",
    "phone",
    "bank_card",
}  # what never reaches the browser cannot be compared there
VARIABLES = {word for names in REPLY_VARIABLES.values() for word in names.values()}
MONTHS, MOST_MONTHS = ("lasts_months", "review_months", "life_proof_months"), 600
WANTED_OF_BENEFIT = {
    part.key.removeprefix("benefit."): part.label
    for part in BY_KEY["benefit"].parts
    if part.key.removeprefix("benefit.")
    in {"name", "kind", "period", "starts", "basis", "certainty"}
}
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
VALUE = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class Known:
    """What a content may point to. `basic_codes`: the item in force that has a code; `proved`: the kinds of
    benefit that ask for a proof of life."""

    windows: frozenset[str]
    departments: frozenset[str]
    basic_codes: Mapping[str, str] = field(default_factory=dict)
    proved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fault:
    """`row`: (list, index) where it is one row's matter."""

    section: str
    text: Text
    is_error: bool = True
    row: tuple[str, int] | None = None
    # What the text speaks of; shown before it.
    subject: Mapping[str, str] | None = None


def check(content: Content, known: Known) -> list[Fault]:
    return [finding for part in CHECKS for finding in part(content, known)]


def errors_of(findings: Sequence[Fault]) -> list[Fault]:
    return [finding for finding in findings if finding.is_error]


def _error(root: str, text: Text, row: int | None = None, subject: Any = None) -> Fault:
    at = None if row is None else (root, row)
    return Fault(section_of(root).key, text, row=at, subject=subject)


def _hint(root: str, text: Text) -> Fault:
    return Fault(section_of(root).key, text, is_error=False)


# --- what is missing -------------------------------------------------------------------------------
def _needed(content: Content, _known: Known) -> Iterator[Fault]:
    for section in SECTIONS:
        for part in section.parts:
            yield from _part(part, content, part.root, None)
        for rows in section.rows:
            for index, row in enumerate(content.get(rows.key) or []):
                for part in rows.parts:
                    yield from _part(part, row, rows.key, (index, _subject(rows, row)))


def _subject(rows: Rows, row: Content) -> Any:
    part = next(part for part in rows.parts if part.key == rows.title)
    value = read(part, row)
    if part.kind == "choice":
        return {"zh": str(part.choices.get(value, value)), "en": str(value)}
    return value


def _part(part: Part, holder: Content, root: str, row: tuple[int, Any] | None) -> Iterator[Fault]:
    value = read(part, holder)
    at = row or (None, None)
    if part.kind in BILINGUAL:
        zh, en = (value or {}).get("zh"), (value or {}).get("en")
        if part.needed and not zh:
            yield _error(root, _("“%(part)s”还没有填。") % {"part": part.label}, *at)
        elif zh and not en:
            yield _error(root, _("“%(part)s”没有英文。") % {"part": part.label}, *at)
        elif en and not zh:
            yield _error(root, _("“%(part)s”没有中文。") % {"part": part.label}, *at)
    elif part.needed and value in (None, "", [], {}):
        yield _error(root, _("“%(part)s”还没有填。") % {"part": part.label}, *at)
    elif part.choices and not _is_among(value, part.choices):
        yield _error(root, _("“%(part)s”填的不在选项中。") % {"part": part.label}, *at)


def _is_among(value: Any, choices: Mapping[str, Any]) -> bool:
    values = value if isinstance(value, list) else [value]
    return all(each in (None, "") or str(each) in choices for each in values)


# --- names, windows, departments ----------------------------------------------------------------------
def _pointers(content: Content, known: Known) -> Iterator[Fault]:
    if content["window"] not in known.windows:
        yield _error("window", _("没有这个窗口。"))
    if content.get("department") and content["department"] not in known.departments:
        yield _error("department", _("没有这个部门。"))


# --- situations, fields, conditions ---------------------------------------------------------------------
def _questions(content: Content, _known: Known) -> Iterator[Fault]:
    situations, fields = content.get("situations") or [], content.get("fields") or []
    keys = Counter(row["key"] for row in [*situations, *fields])
    pages = [page["key"] for page in content.get("pages") or []]
    for root, rows in (("situations", situations), ("fields", fields)):
        for index, row in enumerate(rows):
            title = row.get("question") or row.get("label")
            if not KEY.fullmatch(str(row["key"])) or keys[row["key"]] > 1:
                yield _error(root, _("内部名称重复或不合规，请删掉重新增加。"), index, title)
            if root == "situations" or row.get("type") == "choice":
                yield from _options(root, row, index, title)
    for index, row in enumerate(fields):
        yield from _field(row, index, pages)
    for index, page in enumerate(pages):
        if not any(row.get("page") == page for row in fields):
            title = content["pages"][index].get("title")
            yield _error("pages", _("这一页上没有问题，居民看不到它。"), index, title)


def _options(root: str, row: Content, index: int, title: Any) -> Iterator[Fault]:
    options = row.get("options") or []
    values = [option.get("value") for option in options]
    if len(options) < 2:
        yield _error(root, _("至少要有两种答案。"), index, title)
    if len(set(values)) < len(values) or not all(VALUE.fullmatch(str(v)) for v in values):
        yield _error(root, _("答案的内部名称重复或不合规，请删掉重新增加。"), index, title)
    labels = [option.get("label") or {} for option in options]
    if not all(label.get("zh") and label.get("en") for label in labels):
        yield _error(root, _("每种答案都要有中文和英文。"), index, title)


def _field(row: Content, index: int, pages: Sequence[str]) -> Iterator[Fault]:
    title, kind = row.get("label"), row.get("type")
    if row.get("page") not in pages:
        yield _error("fields", _("没有放在任何一页，居民看不到这个问题。"), index, title)
    if kind not in FIELD_TYPES:
        return
    low, high = row.get("min"), row.get("max")
    if low is not None and high is not None and low > high:
        yield _error("fields", _("下限大于上限。"), index, title)
    if kind in {"text", "longtext", "number", "money"} and high is None:
        yield _error("fields", _("要写明最多多少（字数或数值）。"), index, title)
    if row.get("must_be") and str(row["must_be"]) not in _answers_of(row):
        yield _error("fields", _("“必须回答”的不在可以答的里面。"), index, title)
    if row.get("must_be") and not row.get("required"):
        yield _error("fields", _("设了“必须回答”的要同时设为必填。"), index, title)


def _answers_of(row: Content) -> set[str]:
    if row.get("type") == "yesno":
        return {"yes", "no"}
    return {str(option.get("value")) for option in row.get("options") or []}


def _conditions(content: Content, _known: Known) -> Iterator[Fault]:
    """Every condition can be read, looks at earlier questions only, and at answers that can be given."""
    situations, fields = content.get("situations") or [], content.get("fields") or []
    order = {page["key"]: number for number, page in enumerate(content.get("pages") or [], 1)}
    seen: dict[str, Content] = {row["key"]: {**row, "type": "choice"} for row in situations}
    places = dict.fromkeys(seen, 0)
    for index, row in enumerate(fields):
        here = order.get(row.get("page") or "", 0)
        before = {key: known for key, known in seen.items() if places[key] <= here}
        yield from _condition("fields", row, index, before, row.get("label"))
        seen[row["key"]], places[row["key"]] = row, here
    for index, row in enumerate(content.get("materials") or []):
        yield from _condition("materials", row, index, seen, row.get("name"))
    votes = [{"condition": row.get("appraisal_when")} for row in content.get("levels") or []]
    for index, row in enumerate(votes):
        yield from _condition("levels", row, index, seen, None)
    used = {
        key
        for row in [*fields, *(content.get("materials") or []), *votes]
        if conditions.is_well_formed(row.get("condition"))
        for key in conditions.fields_of(row["condition"])
    }
    for row in situations:
        if row["key"] not in used:
            yield _hint("situations", _("有的情形没有任何材料或问题用到，白问了居民。"))
            return


def _condition(
    root: str, row: Content, index: int, known: Mapping[str, Content], title: Any
) -> Iterator[Fault]:
    rule = row.get("condition")
    if not rule:
        return
    if not conditions.is_well_formed(rule):
        yield _error(root, _("条件读不懂，请重新设置。"), index, title)
        return
    for key, op, value in conditions.tests_of(rule):
        if key not in known:
            text = _("条件里问的“%(key)s”不存在，或者排在后面。") % {"key": key}
            yield _error(root, text, index, title)
        elif fault := _fault_of_test(known[key], op, value):
            yield _error(root, fault, index, title)


def _fault_of_test(question: Content, op: str, value: Any) -> Text:
    kind = str(question.get("type"))
    if kind == "file":
        return _("条件不能看上传的文件。")
    if op == "answered":
        return ""
    if kind in ONLY_ANSWERED or question.get("prefill") in MASKED:
        return _("对人、证件、电话和银行卡只能看填了没有。")
    if op in conditions.ORDERS:
        return "" if kind in COMPARABLE else _("只有数字、金额和日期能比大小。")
    values = {str(each) for each in (value if isinstance(value, list) else [value])}
    if kind in {"choice", "yesno"} and not values <= _answers_of(question):
        return _("条件里的答案不在选项中。")
    return ""


# --- materials ----------------------------------------------------------------------------------------
def _materials(content: Content, _known: Known) -> Iterator[Fault]:
    rows = content.get("materials") or []
    fields = {row["key"] for row in content.get("fields") or []}
    counted = Counter(row.get("code") for row in rows)
    for index, row in enumerate(rows):
        title = row.get("name")
        if counted[row.get("code")] > 1 or not KEY.fullmatch(str(row.get("code"))):
            yield _error("materials", _("内部名称重复或不合规，请删掉重新增加。"), index, title)
        if row.get("field") and row["field"] not in fields:
            yield _error("materials", _("用来代替的问题已经没有了。"), index, title)
        if sum(bool(row.get(way)) for way in ("shared", "form", "field")) > 1:
            yield _error(
                "materials", _("“系统能查到”“自动生成”“用答案代替”只能选一种。"), index, title
            )
        if min(row.get("original_copies") or 0, row.get("copies") or 0) < 0:
            yield _error("materials", _("份数不能小于0。"), index, title)


# --- steps and limits -----------------------------------------------------------------------------------
def _levels(content: Content, known: Known) -> Iterator[Fault]:
    levels = content.get("levels") or []
    is_instant = content["kind"] == ItemKind.INSTANT
    if is_instant and levels:
        yield _error("levels", _("即办件当场办结，不能设办理环节。"))
    if not is_instant and not levels:
        yield _error("levels", _("承诺件至少要有一个办理环节。"))
    if levels and [bool(row.get("decides")) for row in levels] != [False] * (len(levels) - 1) + [
        True
    ]:
        yield _error("levels", _("最后一个环节、也只有它作出决定。"))
    ranks = [RANKS.index(row["level"]) for row in levels if row.get("level") in RANKS]
    if ranks != sorted(ranks):
        yield _error("levels", _("环节应当从社区到街道再到区级。"))
    for index, row in enumerate(levels):
        yield from _level(row, index, known)


def _level(row: Content, index: int, known: Known) -> Iterator[Fault]:
    title = (
        {"zh": str(ReviewLevel(row["level"]).label), "en": ""}
        if row.get("level") in RANKS
        else None
    )
    if (row.get("limit_days") or 0) < 1:
        yield _error("levels", _("环节时限至少1天。"), index, title)
    is_district = row.get("level") == ReviewLevel.DISTRICT
    if is_district and row.get("department") not in known.departments:
        yield _error("levels", _("区级环节要写明由哪个部门办。"), index, title)
    if not is_district and row.get("department"):
        yield _error("levels", _("只有区级环节才写部门。"), index, title)
    if row.get("appraisal_when") and not row.get("appraisal"):
        yield _error("levels", _("设了什么情况下评议，没有勾民主评议。"), index, title)


def _limits(content: Content, _known: Known) -> Iterator[Fault]:
    statutory, promised = content["limits"]["statutory"], content["limits"]["promised"]
    if statutory["unit"] not in HOURS or promised["unit"] not in HOURS:
        yield _error("limits", _("时限的单位不对。"))
        return
    if statutory["days"] < 1 or promised["days"] < 0 or (statutory.get("extendable_days") or 0) < 0:
        yield _error("limits", _("法定时限至少是1，其他时限不能小于0。"))
    if promised["days"] * HOURS[promised["unit"]] > statutory["days"] * HOURS[statutory["unit"]]:
        yield _error("limits", _("承诺时限比法定时限还长。"))
    levels = content.get("levels") or []
    allowed = promised["days"] / 24 if promised["unit"] == "hour" else promised["days"]
    if levels and sum(row.get("limit_days") or 0 for row in levels) > allowed:
        yield _error("levels", _("各环节时限加起来超过了承诺时限。"))
    if levels and promised["days"] == 0:
        yield _error("limits", _("有办理环节的，承诺时限不能是0。"))
    if not 0 <= content["publicity_days"] <= MOST_PUBLICITY:
        yield _error("publicity_days", _("公示应在0到30天之间。"))
    if content.get("publicity_shows_names") and not content["publicity_days"]:
        yield _error("publicity_days", _("不公示的，就不能选公示姓名。"))


# --- signatures, benefits -------------------------------------------------------------------------------
def _cosign(content: Content, _known: Known) -> Iterator[Fault]:
    text = content.get("cosign_text") or {}
    if not content.get("cosign"):
        if text.get("zh"):
            yield _error("cosign", _("写了同意什么，没有选谁要签字。"))
        return
    if not text.get("zh"):
        yield _error("cosign", _("没有写同意什么。"))
    if not any(row.get("type") == "household_member" for row in content.get("fields") or []):
        yield _error("cosign", _("表里没有问“家庭成员”，系统不知道请谁签字。"))
    if content["kind"] == ItemKind.INSTANT:
        yield _error("cosign", _("即办件当场办结，等不到家人签字。"))


def _benefit(content: Content, _known: Known) -> Iterator[Fault]:
    found = content.get("benefit")
    if not found:
        return
    for key, label in WANTED_OF_BENEFIT.items():
        if not found.get(key):
            yield _error("benefit", _("“%(part)s”还没有填。") % {"part": label})
    if found.get("kind") and not KEY.fullmatch(str(found["kind"])):
        yield _error("benefit", _("内部名称重复或不合规，请删掉重新增加。"))
    if all(found.get(key) for key in ("kind", "name", "period", "starts")):
        try:
            benefit_of(content)
        except ValueError:
            yield _error("benefit", _("待遇的写法系统读不懂，请重新填写。"))
    yield from _months(found)


def _months(benefit: Content) -> Iterator[Fault]:
    months = [int(benefit.get(key) or 0) for key in MONTHS]
    if max(months) > MOST_MONTHS:
        yield _error("benefit", _("月数最多%(most)s个月。") % {"most": MOST_MONTHS})
    if benefit.get("period") == "once" and any(months):
        yield _error("benefit", _("一次性的待遇没有期限、复核和生存认证。"))
    if benefit.get("period") in {"monthly", "yearly"} and not any(months):
        yield _hint("benefit", _("没有期限、复核和认证的待遇会一直发下去，请核对。"))


def _proves_life(content: Content, known: Known) -> Iterator[Fault]:
    benefit = content.get("benefit") or {}
    own = benefit.get("kind") if benefit.get("life_proof_months") else None
    if set(content.get("proves_life") or ()) - known.proved - {own}:
        yield _error("proves_life", _("勾的待遇里有的不用生存认证，或者已经没有了。"))


# --- codes ---------------------------------------------------------------------------------------------
def _codes(content: Content, known: Known) -> Iterator[Fault]:
    basic, implementing = content.get("basic_code") or "", content.get("implementing_code") or ""
    authority = content.get("authority") or {}
    uscc = authority.get("uscc") or ""
    faults = [
        codes.fault_of_basic(basic, content["type_code"]) if basic else "",
        codes.fault_of_uscc(uscc) if uscc else "",
        codes.fault_of_implementing(
            implementing, basic=basic, level=content.get("exercised_at") or "", uscc=uscc
        )
        if implementing
        else "",
        codes.fault_of_handling(content["handling_code"], implementing=implementing)
        if content.get("handling_code")
        else "",
    ]
    yield from (_error("basic_code", fault) for fault in faults if fault)
    other = known.basic_codes.get(basic)
    if basic and other not in {None, content["code"]}:
        yield _error("basic_code", _("基本编码与事项%(code)s重复。") % {"code": other})
    if codes.is_placeholder(basic):
        yield _hint("basic_code", _("基本编码还是占位的，请换成本地清单上的真实编码。"))
    if not implementing:
        yield _hint("basic_code", _("还没有填实施编码。"))


# --- the rest -------------------------------------------------------------------------------------------
def _eligibility(content: Content, _known: Known) -> Iterator[Fault]:
    found = content.get("eligibility")
    if not found:
        return
    try:
        rule = parse(found["rule"])
    except (BadRule, KeyError, TypeError):
        yield _error("eligibility", _("找人的条件读不懂，请重新设置。"))
        return
    facts = {test.fact for test in tests_of(rule)}
    if len(facts) == 1 and facts <= EVERYBODY:
        yield _hint("eligibility", _("只看户籍和居住，几乎人人都会被提示，请再加条件，或者不设。"))


def _words(content: Content, _known: Known) -> Iterator[Fault]:
    words = content["search"].get("synonyms") or []
    if 0 < len(words) < LEAST_SYNONYMS:
        yield _hint("search", _("查找用的词太少，居民可能找不到。"))
    if len(set(words)) < len(words):
        yield _hint("search", _("查找用的词有重复的。"))
    if not content.get("faq"):
        yield _hint("faq", _("还没有常见问题。"))
    if not content.get("basis"):
        yield _error("basis", _("还没有写依据的规定。"))


def _replies(content: Content, _known: Known) -> Iterator[Fault]:
    for index, row in enumerate(content.get("replies") or []):
        text = row.get("text") or {}
        used = {name for each in text.values() for name in re.findall(r"\{([^{}]*)\}", each or "")}
        if unknown := used - VARIABLES:
            names = "、".join(f"{{{name}}}" for name in sorted(unknown))
            fault = _("模板里的%(names)s系统不认识。") % {"names": names}
            yield _error("replies", fault, index, row.get("name"))


CHECKS = (
    *(_needed, _pointers, _questions, _conditions, _materials, _levels, _limits, _codes),
    *(_cosign, _benefit, _proves_life, _eligibility, _words, _replies),
)
