"""Texts with live variables: known names only, everything said that the law asks for, nothing but text."""

from pathlib import Path

import pytest
import yaml

from common.errors import Invalid
from servicehall.documents import variables
from servicehall.documents.actions import load_documents
from servicehall.documents.actions.loading import DATA
from servicehall.documents.checking import problems
from servicehall.documents.enums import LetterKind as K
from servicehall.documents.kinds import KINDS

GIVEN = yaml.safe_load((DATA / "letters.yaml").read_text(encoding="utf-8"))["letters"]
LONG_TEXT = "字" * 1001


def content(kind):
    return next(row["content"] for row in GIVEN if row["kind"] == kind)


def with_block(kind, block):
    known = content(kind)
    return {**known, "blocks": [*known["blocks"], block]}


@pytest.mark.parametrize("kind", list(K))
def test_every_kind_has_a_text_that_can_be_used(kind):
    assert kind in KINDS
    assert problems(kind, content(kind)) == []


@pytest.mark.parametrize(
    "block",
    [
        {"text": "{不认识}"},
        {"text": "{申请人"},
        {"text": "{}"},
        {"text": "{申请人.id_number}"},
        {"text": "{0}"},
        {"text": "{补正期限}"},  # another kind's
        {"text": "好", "when": "不认识"},
        {"each": "申请人", "row": "{序号}"},
        {"each": "收到材料", "row": "{内容}"},
        {"html": "<b>"},
        {"text": "好", "h1": "好"},
        {"text": "好", "role": "other"},
        {"text": LONG_TEXT},
    ],
    ids=range(13),
)
def test_a_text_that_would_leave_a_gap_is_refused(block):
    assert problems(K.RECEIPT, with_block(K.RECEIPT, block))


def test_a_refusal_without_reasons_or_remedy_is_refused():
    known = content(K.REFUSAL)
    for role in ("reason", "remedy"):
        less = {**known, "blocks": [b for b in known["blocks"] if b.get("role") != role]}
        assert problems(K.REFUSAL, less), role


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("张三\n李四", "张三 李四"),
        ("张\u202e三", "张三"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{事项}", "{事项}"),  # a value is no text: its braces mean nothing
        ("巴图·孟和", "巴图·孟和"),
    ],
)
def test_values_are_plain_text(given, shown):
    assert variables.fill("{申请人}", {"申请人": given, "事项": "x"}) == shown


def test_braces_can_be_written():
    assert variables.fill("{{{申请人}}}", {"申请人": "张三"}) == "{张三}"


@pytest.mark.django_db
def test_a_wrong_text_stops_the_load(tmp_path):
    for name in ("numbering.yaml", "seals.yaml"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    data = {"letters": [{**GIVEN[0], "content": {"title": "x", "blocks": [{"text": "{谁}"}]}}]}
    Path(tmp_path / "letters.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(Invalid, match="letter_text_wrong"):
        load_documents(tmp_path)
