"""异议: handed in by anybody, investigated by whoever has the case, answered with reasons."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance import watchers
from community.governance.enums import Role
from community.governance.models import WorkCalendarYear
from community.governance.scopes import Scope
from notifications import numbers, outbox
from servicehall.cases.models import Case
from servicehall.publicity.actions.closing import end_if_due
from servicehall.publicity.actions.publishing import check_hand, locked_case, new_code
from servicehall.publicity.enums import NoticeState, ObjectionAction, ObjectionState, ObjectionWay
from servicehall.publicity.models import Objection, PublicityRule, PublicNotice
from servicehall.publicity.rules import Text
from servicehall.publicity.transitions import OBJECTION

MOST_WORDS = 1000
INVESTIGATORS = (
    Role.STATION_DIRECTOR,
    Role.STREET_OFFICIAL,
    Role.OFFICE_HEAD,
    Role.DEPARTMENT_OFFICIAL,
)


def file_objection(
    ref: str,
    *,
    words: str,
    name: str = "",
    phone: str = "",
    key: uuid.UUID,
    by: Scope | None,
    now: datetime,
) -> Objection:
    """Anybody objects to a notice while it stands. `by` is the clerk who writes it down, None on the web.

    Who objects on the web is not recorded: no account, no address. The same `key` twice is one objection.
    """
    if errors := _unclear(words, phone):
        raise Invalid("objection_incomplete", _("还有内容没有填好，请按提示修改。"), errors)
    if by is not None and not by.has("accept_cases"):
        raise NotAllowed("no_power", _("您现在的岗位不能登记异议，请由窗口人员登记。"))
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        notice = (
            PublicNotice.objects.filter(ref=ref)
            .select_related("case__version__item", "community", "body")
            .select_for_update(of=("self",), no_key=True)
            .first()
        )
        if (filed := Objection.objects.filter(key=key).first()) is not None:
            return filed
        if notice is None or notice.state != NoticeState.OPEN or today > notice.until_on:
            raise Conflict("publicity_over", _("公示已经结束。有意见请直接向承办单位反映。"))
        days = PublicityRule.objects.in_force(today).objection_days
        objection = Objection.objects.create(
            notice=notice,
            code=new_code(),
            key=key,
            way=ObjectionWay.COUNTER if by else ObjectionWay.ONLINE,
            words=words.strip(),
            name=name.strip() or None,
            phone=numbers.normalised(phone) or None,
            filed_at=now,
            filed_with_id=by.post_id if by else None,
            due_on=WorkCalendarYear.objects.calendar().add(today, days).day,
            state=ObjectionState.OPEN,
        )
        _trail("objection.filed", objection, notice.case, by=by or audit.SYSTEM, now=now)
        watchers.tell_body(
            "publicity.objection",
            key=f"objection:{objection.pk}",
            body_id=notice.body_id,
            roles=INVESTIGATORS,
            line=notice.case.version.item.window_id,
            about=f"objection:{objection.pk}",
            place_path=notice.community.path,
            params={
                "place": notice.community.name,
                "place_en": notice.community.name_en,
                "date": objection.due_on.isoformat(),
            },
            now=now,
        )
    return objection


def _unclear(words: str, phone: str) -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if not words.strip():
        errors["words"] = _("请写明您有什么异议。")
    elif len(words) > MOST_WORDS:
        errors["words"] = _("太长了，请写在 %(most)s 字以内。") % {"most": MOST_WORDS}
    if phone.strip() and not numbers.takes_sms(numbers.normalised(phone)):
        errors["phone"] = _("请填写手机号，答复会发短信提醒您；也可以不填。")
    return errors


def refer_objection(objection_id: uuid.UUID, *, by: Scope, now: datetime) -> Objection:
    """交民主评议: the representatives of the community are asked first."""
    with transaction.atomic(durable=True):
        objection, case = _claim(objection_id, ObjectionAction.REFER, by=by)
        objection.state = OBJECTION[ObjectionAction.REFER].to
        objection.save(update_fields=["state"])
        _trail("objection.referred", objection, case, by=by, now=now)
    return objection


def answer_objection(
    objection_id: uuid.UUID,
    *,
    is_upheld: bool,
    inquiry: str,
    answer: str,
    by: Scope,
    now: datetime,
) -> Objection:
    """Investigated and answered, with reasons. An objection that was right ends the notice; so does the last
    answer after its days. `inquiry` stays inside, `answer` goes to whoever objected."""
    errors = {}
    if not inquiry.strip():
        errors["inquiry"] = _("请写明怎样核查的、查到什么。")
    if not answer.strip():
        errors["answer"] = _("请写明答复和理由。")
    if errors:
        raise Invalid("answer_incomplete", _("还有内容没有填好，请按提示修改。"), errors)
    action = ObjectionAction.UPHOLD if is_upheld else ObjectionAction.DISMISS
    with transaction.atomic(durable=True):
        objection, case = _claim(objection_id, action, by=by)
        objection.state = OBJECTION[action].to
        objection.inquiry, objection.answer = inquiry.strip(), answer.strip()
        objection.answered_at = now
        objection.answered_by_id, objection.answered_user_id = by.post_id, by.user_id
        objection.save()
        _trail(f"objection.{action.value}", objection, case, by=by, now=now)
        if objection.phone:
            outbox.post(
                "publicity.answered",
                key=f"objection:{objection.pk}:answered",
                user_id=None,
                phone=objection.phone,
                place_path=case.community.path,
                params={
                    "station": case.station.name,
                    "station_en": case.station.name_en,
                    "code": objection.code,
                    "hotline": case.station.phone,
                },
                now=now,
            )
        end_if_due(objection.notice, now=now)
    return objection


def _claim(
    objection_id: uuid.UUID, action: ObjectionAction, *, by: Scope
) -> tuple[Objection, Case]:
    """Lock case, notice and objection, in this order, and check table and viewer.

    Raises Objection.DoesNotExist outside the viewer's reach, Conflict when it has moved on.
    """
    seen = Objection.objects.visible_to(by).select_related("notice").get(pk=objection_id)
    case = locked_case(seen.notice.case_id)
    notice = PublicNotice.objects.select_for_update().get(pk=seen.notice_id)
    objection = Objection.objects.select_for_update().get(pk=objection_id)
    objection.notice = notice
    if objection.state not in OBJECTION[action].sources:
        raise Conflict("state_moved_on", _("这条异议已经处理过，请刷新后查看。"))
    check_hand(case, by=by)
    return objection, case


def _trail(
    action: str, objection: Objection, case: Case, *, by: audit.Actor, now: datetime
) -> None:
    audit.record(
        action,
        by=by,
        target=objection,
        person_id=case.applicant_id,
        place_path=case.community.path,
        detail={"number": case.number, "way": objection.way},
        now=now,
    )
