"""What the acts on a request share: the reach, the table, who must keep away, the traces and the message."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import AuditEntry
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.models import WorkCalendarYear
from community.governance.scopes import Scope
from community.governance.workdays import Due
from notifications import outbox
from residents.base.actions import raise_alarm
from residents.base.actions.guarding import guard_opening
from residents.base.actions.people import OPEN_FOR
from residents.base.enums import Purpose
from residents.base.models import Person, Visit
from residents.rights import deadlines
from residents.rights.enums import RequestAction
from residents.rights.models import Correction, Deletion, KinRequest, RightsFigure
from residents.rights.relatives import close_to
from residents.rights.transitions import REQUEST

_R = TypeVar("_R", Correction, Deletion, KinRequest)


def account_of(by: Scope) -> UUID:
    if by.user_id is None:
        raise NotAllowed("not_signed_in", _("请先登录。"))
    return by.user_id


def due_of(code: str, *, now: datetime) -> Due:
    """By when something asked now must be answered."""
    today = timezone.localdate(now)
    figure = RightsFigure.objects.in_force(today)[code]
    return deadlines.due(figure, today, WorkCalendarYear.objects.calendar())


def claim(model: type[_R], pk: UUID, action: RequestAction, *, by: Scope) -> _R:
    """Lock the request within the reach and check the act against the table.

    Raises Model.DoesNotExist, Conflict when it was answered already, NotAllowed for whoever may not.
    """
    model.objects.visible_to(by).only("pk").select_for_update(of=("self",), no_key=True).get(pk=pk)
    found = model.objects.select_related("person__community", "person__detail").get(pk=pk)
    rule = REQUEST[action]
    if found.state not in rule.sources:
        raise Conflict("answered", _("这份申请已经处理过了，请刷新后查看。"))
    if rule.by == "office":
        if not by.has(Power.REVIEW_CORRECTIONS):
            raise NotAllowed("no_power", _("您的任职没有这项权限。"))
        check_conflict(found.person, found.filed_by, by=by)
    elif by.user_id != found.filed_by:
        raise NotAllowed("not_yours", _("只有提出申请的人可以撤回。"))
    return found


def check_conflict(person: Person, *more: UUID, by: Scope) -> None:
    """Nobody reviews his own matter, his household's, or one that he asked for himself (by person, not by post)."""
    if by.user_id in concerned(person) | set(more):
        raise NotAllowed(
            "conflict_of_interest", _("这是您本人或家人的申请，请回避，由其他同事办理。")
        )


def concerned(person: Person) -> set[UUID]:
    kin = close_to(person.pk)
    rows = kin.values_list("account_id", "staff_account_id")
    own = (person.account_id, person.staff_account_id)
    return {account for row in [*rows, own] for account in row if account}


def look(
    model: type[Correction] | type[Deletion], pk: UUID, *, name: str, by: Scope, now: datetime
) -> Correction | Deletion:
    """Open a request to answer it: a look at the file of its person, counted and written down once a visit."""
    with transaction.atomic(durable=True):
        found = model.objects.visible_to(by).select_related("person__community").get(pk=pk)
        guard_opening(found.person, by=by, now=now)
        if by.post_id is not None:
            Visit.objects.update_or_create(
                post_id=by.post_id,
                person=found.person,
                defaults={"purpose": Purpose.CORRECTION, "until": now + OPEN_FOR},
            )
        entry = trail(f"{name}.viewed", found, reason=Purpose.CORRECTION, by=by, now=now)
        raise_alarm(found.person, entry, by=by, now=now)
    return found


def close(
    found: _R, action: RequestAction, *, answer: str = "", name: str, by: Scope, now: datetime
) -> _R:
    """Write state, audit entry and message. `name` is what the trail calls this kind: "correction"."""
    answer = answer.strip()
    if action == RequestAction.REFUSE and not answer:
        raise Invalid("reason_missing", _("请写明不同意的理由。"), {"answer": _("请写明理由。")})
    found.state = REQUEST[action].to
    found.closed_at = now
    found.answer = answer
    if action != RequestAction.WITHDRAW:
        found.answered_by = by.post_label
    found.save()
    trail(f"{name}.{action.value}", found, by=by, now=now)
    if action != RequestAction.WITHDRAW:
        tell(f"{name}.{found.state}", found, now=now)
    return found


def trail(
    action: str,
    found: Correction | Deletion | KinRequest,
    *,
    reason: str = "",
    by: Scope,
    now: datetime,
) -> AuditEntry:
    return audit.record(
        action,
        by=by,
        target=found,
        person_id=found.person_id,
        place_path=found.person.community.path,
        reason=reason,
        detail={"field": found.attribute} if isinstance(found, Correction) else {},
        now=now,
    )


def tell(kind: str, found: Correction | Deletion | KinRequest, *, now: datetime) -> None:
    """To the account that asked, and by phone to the person when it is his own."""
    person = found.person
    is_own = found.filed_by == person.account_id
    outbox.post(
        kind,
        key=f"rights:{found.pk}:{found.state}",
        user_id=found.filed_by,
        phone=(person.phone or "") if is_own else "",
        person_id=person.pk,
        place_path=person.community.path,
        params={"date": found.due_on.isoformat(), "hotline": settings.SERVICE_PHONE},
        now=now,
    )
