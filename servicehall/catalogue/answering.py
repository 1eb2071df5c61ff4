"""Pure rules of the hall: what an answer must look like, who is barred, what a number is made of."""

import json
import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.identity import InvalidCard, check_card, normalise_card
from servicehall.catalogue.conditions import holds

Answers = dict[str, Any]
Text = str | Promise

MAX_TEXT = 200
MAX_LONG_TEXT = 2000


def load_answers(text: str | None) -> Answers:
    answers = json.loads(text or "{}")
    return answers if isinstance(answers, dict) else {}


def dump_answers(answers: Mapping[str, Any]) -> str:
    return json.dumps(answers, ensure_ascii=False, sort_keys=True)


def folded(question: Mapping[str, Any], value: Any) -> Any:
    """An answer as it is kept: a card number is digits, with whatever spaces and widths it was typed."""
    return normalise_card(value) if is_card(question) and isinstance(value, str) else value


def is_card(question: Mapping[str, Any]) -> bool:
    return question.get("prefill") == "bank_card"


def fold_answers(questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> Answers:
    """The answers as a case keeps them: in one form, and none to a question that was not asked in the end."""
    by_key = {question["key"]: question for question in questions}
    given = heard(questions, answers)
    return {key: folded(by_key.get(key, {}), value) for key, value in given.items()}


def applies(condition: Mapping[str, Any] | None, answers: Mapping[str, Any]) -> bool:
    """Whether a field or material is asked for (conditions.py) with these answers."""
    return holds(condition, answers)


def heard(questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> Answers:
    """The answers without those to questions that are not asked: who changes his mind on a question takes back
    what he said to those that depended on it. A condition looks at earlier questions only."""
    keys = {question["key"] for question in questions}
    kept = {key: value for key, value in answers.items() if key not in keys}
    for question in questions:
        key = question["key"]
        if key in answers and holds(question.get("condition"), kept):
            kept[key] = answers[key]
    return kept


def asked(
    questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """The questions that are asked with these answers."""
    given = heard(questions, answers)
    return [question for question in questions if holds(question.get("condition"), given)]


def fitting(questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> Answers:
    """The answers that still say something when the questions have changed: known ones that are of their kind.

    What is only unfinished stays too: nobody types it again.
    """
    by_key = {question["key"]: question for question in questions}
    unfinished = {"required": False, "must_be": None, "min": None}
    return {
        key: value
        for key, value in answers.items()
        if key == "contact_phone"
        or (key in by_key and not check_answer({**by_key[key], **unfinished}, value))
    }


def check_answers(
    fields: Sequence[Mapping[str, Any]], answers: Mapping[str, Any], *, files: Collection[str] = ()
) -> dict[str, Text]:
    """The errors of a set of answers, by field key; empty when all is well.

    `files` are the keys of the file fields for which something was uploaded.
    """
    errors: dict[str, Text] = {}
    for field in asked(fields, answers):
        key = field["key"]
        if field["type"] == "file":
            if field.get("required") and key not in files:
                errors[key] = _("请上传这份材料，或在窗口提交。")
            continue
        error = check_answer(field, answers.get(key))
        if error:
            errors[key] = error
    return errors


def check_answer(field: Mapping[str, Any], value: Any) -> Text | None:
    """The error of one answer, or None. Types as in servicehall/catalogue/data/README.md."""
    if value in (None, "", []):
        return _("请填写这一项。") if field.get("required") else None
    if is_card(field):
        return _check_card(value)
    kind = field["type"]
    if kind in {"number", "money"}:
        return _check_number(field, value)
    if kind == "date":
        return _check_date(field, value)
    if kind in {"choice", "yesno"}:
        return _check_choice(field, value)
    if kind == "household_member":
        return _check_members(field, value)
    return _check_text(field, value)


def _check_text(field: Mapping[str, Any], value: Any) -> Text | None:
    limit = field.get("max") or (MAX_LONG_TEXT if field["type"] == "longtext" else MAX_TEXT)
    if not isinstance(value, str) or len(value) > limit:
        return _("内容太长，请缩短。")
    if len(value) < (field.get("min") or 0):
        return _("内容太短，请核对。")
    if any(ord(c) < 32 and c not in "\n\r\t" for c in value):
        return _("内容含有不能识别的字符，请重新输入。")
    return None


def _check_card(value: Any) -> Text | None:
    try:
        check_card(str(value))
    except InvalidCard as refusal:
        return refusal.message
    return None


def _check_number(field: Mapping[str, Any], value: Any) -> Text | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return _("请填写数字。")
    if not number.is_finite() or abs(number) > Decimal("1e12"):
        return _("请填写数字。")
    if field["type"] == "money" and (number < 0 or number != number.quantize(Decimal("0.01"))):
        return _("请填写金额，最多两位小数。")
    if field.get("min") is not None and number < Decimal(str(field["min"])):
        return _("数字太小，请核对。")
    if field.get("max") is not None and number > Decimal(str(field["max"])):
        return _("数字太大，请核对。")
    return None


def _check_date(field: Mapping[str, Any], value: Any) -> Text | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return _("请填写日期，如 2026-03-05。")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return _("没有这一天，请核对日期。")
    return None if day.year >= 1900 else _("请核对年份。")


def _check_choice(field: Mapping[str, Any], value: Any) -> Text | None:
    if field.get("must_be") and str(value) != str(field["must_be"]):
        return _("不同意这一项，就不能提交申请；有疑问请到窗口咨询。")
    known = (
        {"yes", "no"}
        if field["type"] == "yesno"
        else {str(o["value"]) for o in field.get("options", [])}
    )
    return None if str(value) in known else _("请从选项中选择。")


def _check_members(field: Mapping[str, Any], value: Any) -> Text | None:
    values = value if isinstance(value, list) else [value]
    if not all(_is_uuid(v) for v in values):
        return _("请从家庭成员中选择。")
    if len(values) < (field.get("min") or 0):
        return _("请至少选择一位家庭成员。")
    if field.get("max") is not None and len(values) > field["max"]:
        return _("选择的人太多，请核对。")
    return None


def _is_uuid(value: Any) -> bool:
    try:
        uuid.UUID(str(value))
    except ValueError:
        return False
    return True
