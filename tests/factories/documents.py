"""A hall with its letters set up: texts, numbering and seals from the real data files."""

from datetime import datetime
from typing import Any

from django.db import transaction

from servicehall.cases.models import Case, CaseEvent
from servicehall.documents.actions import issue, load_documents
from servicehall.documents.enums import LetterKind
from servicehall.documents.models import Letter
from tests.factories.servicehall import DIBAO, Hall, hall

# What the acts that do not exist yet will say: one example for each kind that no act of a case issues today.
EXAMPLES: dict[LetterKind, dict[str, Any]] = {
    LetterKind.EXTENSION: {
        "理由": "需要向外省核对收入",
        "延长期限": "10个工作日",
        "新的办结日": "2026年4月20日",
    },
    LetterKind.SPECIAL: {
        "理由": "申请人的残疾等级有争议",
        "特别程序": "专家评审",
        "特别程序期限": "15日",
    },
    LetterKind.MANDATE: {
        "受托人": "乌云·格日勒",
        "委托事项": "提交材料、领取结果",
        "委托期限": "2026年3月1日至2026年9月1日",
    },
    LetterKind.DEFERRED: {
        "容缺材料": [{"名称": "近三个月银行流水"}, {"名称": "离婚协议"}],
        "容缺期限": "2026年3月20日",
    },
    LetterKind.COMMITMENT: {
        "承诺内容": "家庭没有其他收入。",
        "违约后果": "退回已领的救助金，并记入信用记录。",
    },
    LetterKind.PUBLICITY: {
        "公示内容": [{"姓名": "张*", "内容": "和平社区，2人，每月1,100元"}],
        "公示开始日": "2026年3月1日",
        "公示结束日": "2026年3月8日",
        "异议电话": "0473-5552103",
    },
}


def lettered_hall(code: str = DIBAO, **changes: Any) -> Hall:
    """A hall that issues letters."""
    place = hall(code, **changes)
    load_documents()
    return place


def letter_of(case: Case, kind: LetterKind) -> Letter:
    return Letter.objects.get(case=case, kind=kind)


def example(kind: LetterKind, place: Hall, case: Case, now: datetime | None = None) -> Letter:
    """A letter of a kind for which no act of a case exists yet."""
    with transaction.atomic():
        case = Case.objects.select_related("version__item", "station__place", "applicant").get(
            pk=case.pk
        )
        event = None if kind in EXAMPLES else CaseEvent.objects.filter(case=case).latest("id")
        found = issue(
            kind,
            case=case,
            event=event,
            given=EXAMPLES.get(kind, {}),
            by=place.clerk,
            now=now or place.now,
        )
    assert found is not None
    return found
