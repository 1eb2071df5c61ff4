"""What the next of kin asks for a deceased person (PIPL 49): written down, handled by a clerk, nothing automatic."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid
from common.identity import InvalidIdNumber, check_id_number
from community.governance.scopes import Scope
from residents.base.models import Person
from residents.rights.actions import _core
from residents.rights.enums import NEXT_OF_KIN, RequestAction
from residents.rights.models import KinRequest


def file_kin_request(
    *, name: str, number: str, relation: str, wish: str, words: str, by: Scope, now: datetime
) -> KinRequest:
    """Raises Person.DoesNotExist for an account without a person, Invalid."""
    try:
        right = check_id_number(number).number
    except InvalidIdNumber as error:
        raise Invalid("number_unreadable", error.message, {"number": error.message}) from None
    if relation not in NEXT_OF_KIN:
        text = _(
            "只有近亲属可以提出：配偶、父母、子女、兄弟姐妹、祖父母、外祖父母、孙子女、外孙子女。"
        )
        raise Invalid("not_next_of_kin", text, {"relation": text})
    due = _core.due_of("kin_days", now=now)
    with transaction.atomic(durable=True):
        person = Person.objects.of_account(by.user_id).select_related("community").get()
        found = KinRequest.objects.create(
            person=person,
            filed_by=_core.account_of(by),
            filed_at=now,
            due_on=due.day,
            due_is_provisional=due.is_provisional,
            deceased_name=name.strip(),
            deceased_number=right,
            relation=relation,
            wish=wish,
            words=words.strip(),
        )
        _core.trail("kin.filed", found, by=by, now=now)
    return found


def look_at_kin(request_id: UUID, *, by: Scope, now: datetime) -> KinRequest:
    with transaction.atomic():
        found = (
            KinRequest.objects.visible_to(by).select_related("person__community").get(pk=request_id)
        )
        _core.trail("kin.viewed", found, by=by, now=now)
    return found


def answer_kin_request(
    request_id: UUID, *, is_accepted: bool, answer: str, by: Scope, now: datetime
) -> KinRequest:
    """What was done, or why not. The answer says it; the clerk has done it by the ordinary means."""
    if not answer.strip():
        text = _("请写明怎样处理、下一步找谁。")
        raise Invalid("answer_missing", text, {"answer": text})
    action = RequestAction.ACCEPT if is_accepted else RequestAction.REFUSE
    with transaction.atomic(durable=True):
        found = _core.claim(KinRequest, request_id, action, by=by)
        return _core.close(found, action, answer=answer, name="kin", by=by, now=now)


def withdraw_kin_request(request_id: UUID, *, by: Scope, now: datetime) -> KinRequest:
    with transaction.atomic(durable=True):
        found = _core.claim(KinRequest, request_id, RequestAction.WITHDRAW, by=by)
        return _core.close(found, RequestAction.WITHDRAW, name="kin", by=by, now=now)
