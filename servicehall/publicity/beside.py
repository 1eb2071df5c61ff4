"""What publicity adds to a case: its button, and a panel for staff, applicant and whoever follows the case."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from community.governance.scopes import Scope
from servicehall.cases.acts import Act
from servicehall.cases.enums import RUNNING, CaseAction, CaseState, StepState
from servicehall.cases.models import Case
from servicehall.cases.panels import Audience, Panel
from servicehall.catalogue import answering
from servicehall.catalogue.appraisals import is_demanded, is_demanded_at, may_be_demanded
from servicehall.publicity import actions
from servicehall.publicity.enums import NoticeState
from servicehall.publicity.forms import PublicForm
from servicehall.publicity.models import Appraisal, PublicNotice

PUBLICISE = Act(
    "publicise",
    pgettext_lazy("按钮", "公示"),
    "m",
    CaseAction.PUBLICISE,
    actions.publicise,
    PublicForm,
    _("已公示，计时暂停；公示期满没有异议会自动继续。"),
)


def _for_staff(case: Case, by: Scope, today: date) -> Mapping[str, Any] | None:
    if not _is_concerned(case):
        return None
    notices = list(PublicNotice.objects.of_case(case.pk).prefetch_related("objections"))
    appraisals = list(Appraisal.objects.of_case(case.pk))
    in_hand = case.handler_id == by.body_id and by.has("review_cases")
    may_record = in_hand and case.state in RUNNING | {CaseState.PUBLICISED}
    owed = "" if appraisals else _owed(case)
    if not (notices or appraisals or may_record):
        return None
    return {
        "case": case,
        "days": case.version.publicity_days,
        "notices": notices,
        "appraisals": appraisals,
        "may_record": may_record,
        "owed": owed,
        "today": today,
    }


def _for_applicant(case: Case, by: Scope, today: date) -> Mapping[str, Any] | None:
    if case.state != CaseState.PUBLICISED:
        return None
    notice = PublicNotice.objects.of_case(case.pk).filter(state=NoticeState.OPEN).first()
    if notice is None:
        return None
    return {
        "notice": notice,
        "is_over": today > notice.until_on,
        "is_held": notice.objections.unsettled().exists(),
    }


def _is_concerned(case: Case) -> bool:
    return bool(case.version.publicity_days or may_be_demanded(case.version.content))


def _owed(case: Case) -> str:
    """Whether a vote has to be held: "step" before the open step is passed on, "grant" before it is granted."""
    content = case.version.content
    if not may_be_demanded(content):
        return ""
    answers = answering.load_answers(case.answers)
    step = case.steps.filter(state=StepState.OPEN).select_related("body").first()
    if (
        step is not None
        and not step.is_final
        and is_demanded_at(content, answers, level=step.level, department=step.body.key)
    ):
        return "step"
    return "grant" if is_demanded(content, answers) else ""


PANELS = (
    Panel("publicity/_staff.html", _for_staff, frozenset({Audience.STAFF}), order=30),
    Panel(
        "publicity/_applicant.html",
        _for_applicant,
        frozenset({Audience.APPLICANT, Audience.TRACKER}),
        order=30,
    ),
)
