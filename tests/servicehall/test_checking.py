"""A broken item is found before a resident finds it: one break at a time in a sound item."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from common import plain
from servicehall.catalogue import codes
from servicehall.catalogue.actions.columns import jsonable
from servicehall.catalogue.actions.loading import DATA
from servicehall.catalogue.checking import Known, check, errors_of
from servicehall.catalogue.schema import SECTIONS

ITEMS = [jsonable(plain.read(path)) for path in sorted((DATA / "items").glob("*.yaml"))]
DIBAO = ITEMS[0]
KNOWN = Known(
    windows=frozenset(item["window"] for item in ITEMS),
    departments=frozenset(
        key
        for item in ITEMS
        for key in [item["department"], *(level["department"] for level in item["levels"])]
        if key
    ),
    basic_codes={item["basic_code"]: item["code"] for item in ITEMS},
    proved=frozenset({"resident_pension"}),
)
USCC = "12100000400000624D"


@pytest.mark.parametrize("item", ITEMS, ids=[item["code"] for item in ITEMS])
def test_the_files_of_the_catalogue_are_sound(item):
    assert errors_of(check(item, KNOWN)) == []


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """`put("fields.2.max", None)`."""

    def change(content: dict[str, Any]) -> None:
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in way:
            content = content[step]  # type: ignore[index]
        content[last] = value  # type: ignore[index]

    return change


def test_every_key_of_an_item_can_be_edited():
    edited = {key for section in SECTIONS for key in section.keys}
    assert set().union(*ITEMS) - edited == {"code", "version"}


BREAKS = {
    "no-english": (put("name.en", ""), "names", "没有英文"),
    "no-short": (put("short", {"zh": "", "en": ""}), "names", "还没有填"),
    "window": (put("window", "W9"), "names", "没有这个窗口"),
    "department": (put("department", "nobody"), "names", "没有这个部门"),
    "apply-at": (put("apply_at", "moon"), "names", "不在选项中"),
    "eligibility": (put("eligibility", {"rule": {"fact": "age", "op": "~"}}), "eligible", "读不懂"),
    "one-answer": (
        put("situations.0.options", [{"value": "a", "label": {"zh": "一", "en": "a"}}]),
        "situations", "两种答案",
    ),
    "same-answer": (put("situations.0.options.1.value", "none"), "situations", "答案的内部名称"),
    "answer-in-one-language": (put("situations.0.options.0.label.en", ""), "situations", "中文和英文"),
    "same-key": (put("fields.1.key", "members"), "fields", "内部名称重复"),
    "no-page": (put("fields.0.page", "nowhere"), "fields", "没有放在任何一页"),
    "type": (put("fields.0.type", "colour"), "fields", "不在选项中"),
    "bounds": (put("fields.1.min", 9_999_999), "fields", "下限大于上限"),
    "no-bound": (put("fields.2.max", None), "fields", "最多多少"),
    "must-be": (put("fields.8.must_be", "perhaps"), "fields", "不在可以答的里面"),
    "must-be-optional": (put("fields.8.required", False), "fields", "同时设为必填"),
    "empty-page": (put("pages.0.key", "other"), "fields", "没有问题"),
    "condition-shape": (put("fields.1.condition", {"if": "a"}), "fields", "条件读不懂"),
    "condition-later": (put("fields.1.condition", {"field": "explain", "op": "answered"}), "fields", "排在后面"),
    "condition-answer": (
        put("materials.6.condition", {"situation": "burden", "values": ["x"]}), "materials", "不在选项中",
    ),
    "condition-order": (put("fields.4.condition", {"field": "property", "op": ">", "value": 1}), "fields", "能比大小"),
    "condition-person": (
        put("fields.4.condition", {"field": "members", "op": "=", "value": "1"}), "fields", "只能看填了没有",
    ),
    "condition-card": (
        put("materials.3.condition", {"field": "bank_account", "op": "=", "value": "1"}), "materials", "只能看",
    ),
    "material-field": (put("materials.3.field", "gone"), "materials", "代替的问题"),
    "material-ways": (put("materials.0.shared", True), "materials", "只能选一种"),
    "material-twice": (put("materials.1.code", "application"), "materials", "内部名称重复"),
    "no-levels": (put("levels", []), "levels", "至少要有一个办理环节"),
    "instant": (put("kind", "instant"), "levels", "即办件"),
    "nobody-decides": (put("levels.2.decides", False), "levels", "作出决定"),
    "first-decides": (put("levels.0.decides", True), "levels", "作出决定"),
    "downwards": (put("levels.0.level", "district"), "levels", "从社区到街道"),
    "no-office": (put("levels.2.department", None), "levels", "哪个部门办"),
    "step-of-none": (put("levels.0.limit_days", 0), "levels", "至少1天"),
    "vote-when": (
        put("levels.0.appraisal_when", {"situation": "burden", "values": ["none"]}), "levels", "没有勾民主评议",
    ),
    "vote-unread": (put("levels.0.appraisal_when", {"if": "a"}), "levels", "条件读不懂"),
    "vote-answer": (
        put("levels.0.appraisal_when", {"situation": "burden", "values": ["x"]}), "levels", "不在选项中",
    ),
    "steps-too-long": (put("levels.1.limit_days", 13), "levels", "超过了承诺时限"),
    "promise-too-long": (put("limits.promised.days", 31), "limits", "比法定时限"),
    "publicity": (put("publicity_days", 31), "limits", "0到30天"),
    "names-of-no-notice": (put("publicity_days", 0), "limits", "公示姓名"),
    "agreed-by-nobody": (put("cosign", None), "cosign", "谁要签字"),
    "agreed-to-nothing": (put("cosign_text", None), "cosign", "没有写同意什么"),
    "agreed-of-whom": (put("fields.0.type", "person"), "cosign", "不知道请谁签字"),
    "agreed-at-once": (put("kind", "instant"), "cosign", "等不到家人"),
    "agreed-by-all": (put("cosign", "everybody"), "cosign", "不在选项中"),
    "benefit-nameless": (put("benefit.name", None), "benefit", "待遇名称"),
    "benefit-in-one-language": (put("benefit.name.en", ""), "benefit", "没有英文"),
    "benefit-of-no-law": (put("benefit.basis", ""), "benefit", "待遇的依据"),
    "benefit-weekly": (put("benefit.period", "weekly"), "benefit", "不在选项中"),
    "benefit-whenever": (put("benefit.starts", None), "benefit", "从哪个月算起"),
    "benefit-once": (put("benefit.period", "once"), "benefit", "一次性的待遇"),
    "benefit-for-ever": (put("benefit.lasts_months", 601), "benefit", "600个月"),
    "benefit-kind": (put("benefit.kind", "Di Bao"), "benefit", "内部名称"),
    "benefit-amount": (put("benefit.amount", "a lot"), "benefit", "读不懂"),
    "benefit-unknown": (put("benefit.colour", "red"), "benefit", "读不懂"),
    "proves-nothing": (put("proves_life", ["dibao"]), "benefit", "不用生存认证"),
    "basic-code": (put("basic_code", "1505O1001000"), "codes", "12位"),
    "basic-type": (put("basic_code", "1507X1001000"), "codes", "第3、4位"),
    "basic-twice": (put("basic_code", ITEMS[2]["basic_code"]), "codes", "重复"),
    "credit-code": (put("authority", {"uscc": USCC[:-1] + "0"}), "codes", "校验不通过"),
    "implementing": (put("implementing_code", USCC + "4" + "150511001000"), "codes", "后12位"),
    "handling": (put("handling_code", "X" * 33), "codes", "前31位"),
    "no-words": (put("search.synonyms", []), "search", "还没有填"),
    "no-basis": (put("basis", []), "basis", "依据"),
    "no-faq-answer": (put("faq.0.a", {"zh": "", "en": ""}), "faq", "还没有填"),
    "reply": (
        put("replies", [
            {"outcome": "granted", "name": {"zh": "准", "en": "Y"}, "text": {"zh": "{身份证}", "en": "x"}}
        ]),
        "replies", "不认识",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_named_where_it_is_mended(name):
    change, section, words = BREAKS[name]
    broken = deepcopy(DIBAO)
    change(broken)
    found = errors_of(check(broken, KNOWN))
    assert [f for f in found if f.section == section and words in str(f.text)], [
        (f.section, str(f.text)) for f in found
    ]


def test_real_codes_are_checked_against_each_other():
    sound = deepcopy(DIBAO)
    sound["basic_code"] = "150511001000"
    sound["exercised_at"], sound["authority"] = "4", {"uscc": USCC}
    sound["implementing_code"] = USCC + "4" + sound["basic_code"]
    sound["handling_code"] = sound["implementing_code"] + "01"
    assert check(sound, KNOWN) == []
    assert codes.fault_of_implementing("1" * 31, basic="", level="", uscc="")


def test_what_is_only_advice_keeps_nobody_from_publishing():
    hints = [finding for finding in check(DIBAO, KNOWN) if not finding.is_error]
    assert {finding.section for finding in hints} == {"codes"}
