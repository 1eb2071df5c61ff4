"""Looking at a case is looking at a person's file: every look is written down before anything is shown."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import BodyKind, Power
from community.governance.scopes import Scope
from residents.base.actions import guard_reveal, raise_alarm
from residents.base.models import Person
from servicehall.cases import rules
from servicehall.cases.actions import _core
from servicehall.cases.enums import CaseAction, StepState
from servicehall.cases.models import Case, ReviewStep
from servicehall.cases.transitions import BY_APPLICANT, BY_MACHINE, CASE
from servicehall.catalogue.answering import load_answers

# Facts of the base that are never shown in full without a reason, wherever an item asks for them.
MASKED_FACTS = frozenset({"id_number", "phone", "bank_card"})
# Of several reasons the nearest to the act is told: who lacks the power for one step may lack the line for another.
FIRST_SAID = ("no_power", "not_in_hand", "not_your_line")


def open_case(case_id: uuid.UUID, *, page: str = "case", by: Scope, now: datetime) -> Case:
    """The case as the viewer may see it. `page` says what was looked at: the case, or a paper to print.

    Raises Case.DoesNotExist outside the viewer's reach.
    """
    with transaction.atomic():
        case = Case.objects.visible_to(by).for_page().get(pk=case_id)
        audit.record(
            "case.viewed",
            by=by,
            target=case,
            person_id=case.applicant_id,
            place_path=case.community.path,
            detail={"number": case.number, "page": page},
            now=now,
        )
    return case


def reveal_in_case(
    case_id: uuid.UUID,
    field: str,
    *,
    reason: str,
    is_proven: bool = False,
    by: Scope,
    now: datetime,
) -> str:
    """The full value of one masked field of a case: "id_number", "contact_phone" or the key of an answer.

    For those who hold the case, whether or not they may open the person's whole file; counted like any
    other reveal (residents.base.actions.guarding).
    """
    if not reason.strip():
        raise Invalid("reason_missing", _("请写明查看的理由。"), {"reason": _("请写明理由。")})
    if not by.has(Power.REVEAL_FIELDS):
        raise NotAllowed("no_power", _("您现在的岗位不能查看完整信息，请由经办人查看。"))
    with transaction.atomic():
        case = (
            Case.objects.visible_to(by)
            .select_related("applicant__community", "community", "version")
            .get(pk=case_id)
        )
        value = _full_value(case, field)
        guard_reveal(case.applicant, is_proven=is_proven, by=by, now=now)
        entry = audit.record(
            "person.revealed",
            by=by,
            target=case,
            person_id=case.applicant_id,
            place_path=case.community.path,
            reason=reason.strip(),
            detail={"number": case.number, "field": field},
            now=now,
        )
        raise_alarm(case.applicant, entry, by=by, now=now)
    return value


def _full_value(case: Case, field: str) -> str:
    if field == "id_number":
        return case.applicant.id_number or ""
    if field == "contact_phone":
        return case.contact_phone or ""
    masked = {q["key"] for q in case.version.questions if is_masked(q)}
    if field not in masked:
        raise NotAllowed("not_revealable", _("这一项不能查看完整内容，需要时请当面问申请人。"))
    return str(load_answers(case.answers or "{}").get(field, ""))


def is_masked(question: dict[str, object]) -> bool:
    """Whether the answer to a question is shown masked: numbers that identify a person or an account."""
    return question.get("prefill") in MASKED_FACTS or question["type"] == "person"


def offers(case: Case, steps: Sequence[ReviewStep], *, by: Scope) -> tuple[CaseAction, ...]:
    """What the viewer may do with the case now: the table, the powers of the post, and the open step.

    Advice for the page, which offers nothing else; each action checks again under its lock.
    """
    return tuple(action for action in CASE if refusal(case, steps, action, by=by) is None)


def refusal(
    case: Case, steps: Sequence[ReviewStep], action: CaseAction, *, by: Scope
) -> NotAllowed | None:
    """Why the viewer may not take this act now, in the words of the action; None where he may."""
    step = next((step for step in steps if step.state == StepState.OPEN), None)
    if case.state not in CASE[action].sources or not _fits(case, action, step):
        return Conflict("state_moved_on", _core.MOVED_ON)
    try:
        _core.check_may(case, action, CASE[action], by=by)
    except NotAllowed as error:
        return error
    return None


def idle(case: Case, steps: Sequence[ReviewStep], *, by: Scope) -> NotAllowed | None:
    """Why somebody who sees an open case can do nothing with it; None where it moves by nobody's hand."""
    by_staff = [action for action in CASE if action not in BY_APPLICANT | BY_MACHINE]
    refusals = [refusal(case, steps, action, by=by) for action in by_staff]
    reasons = [error for error in refusals if error and not isinstance(error, Conflict)]
    return max(reasons, key=lambda error: FIRST_SAID.index(error.code), default=None)


def _fits(case: Case, action: CaseAction, step: ReviewStep | None) -> bool:
    """The last step decides, the others pass on; the first has nobody to send back to. What the item does
    not know (an extension, a publicity) is not offered."""
    if action == CaseAction.EXTEND:
        return bool(case.version.extendable) and not case.extended_by
    if action == CaseAction.ASSIGN:
        return case.handler.kind != BodyKind.DEPARTMENT
    if action == CaseAction.PUBLICISE:
        return bool(case.version.publicity_days)
    if action in {CaseAction.GRANT, CaseAction.REFUSE}:
        return step is not None and step.is_final
    if action == CaseAction.FORWARD:
        return step is not None and not step.is_final
    if action == CaseAction.SEND_BACK:
        return step is not None and step.sequence > 1
    return True


def can_finish_at_once(case: Case, offered: Sequence[CaseAction]) -> bool:
    """即办件: accepted, granted and completed in one act."""
    return CaseAction.ACCEPT in offered and case.version.is_instant and not case.version.levels


def bar(
    case: Case, steps: Sequence[ReviewStep], people: Sequence[Person], *, by: Scope
) -> rules.Text | None:
    """Why the viewer himself must leave this case to a colleague, or None (the same rule as in the actions).

    `people` are the applicant and those in the same household.
    """
    step = next((step for step in steps if step.state == StepState.OPEN), None)
    passed = [s.user_id for s in steps if s.state == StepState.PASSED and s is not step]
    return rules.barred(by.user_id, concerned=_core.accounts_of(case, people), acted=passed)
