"""Marking files that nobody has a reason to open; for those who guard the rights at the place."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.models import Canary, Person


def mark_canary(number: str, *, reason: str, by: Scope, now: datetime) -> Canary:
    """Mark the person with this ID number. Raises Invalid when the actor's places have nobody with it.

    The entry names the file as its target but not as a person's: in 谁看过我的信息 it would give itself away.
    """
    with transaction.atomic():
        reach = Person.objects.visible_to(by, Power.GRANT).with_number(number)
        person = reach.select_related("community").first()
        if person is None:
            text = _("您管理的范围内没有这个证件号码的人，请核对。")
            raise Invalid("number_unknown", text, {"id_number": text})
        try:
            with transaction.atomic():
                canary = Canary.objects.create(person=person, marked_by=by.user_id, marked_at=now)
        except IntegrityError as error:
            raise Conflict("marked_already", _("这份档案已经是预警档案。")) from error
        _record("canary.marked", person, reason, by=by, now=now)
    return canary


def unmark_canary(canary_id: uuid.UUID, *, reason: str, by: Scope, now: datetime) -> None:
    """Raises Canary.DoesNotExist outside the actor's places."""
    with transaction.atomic():
        found = Canary.objects.visible_to(by).select_for_update(of=("self",))
        canary = found.select_related("person__community").get(pk=canary_id)
        person = canary.person
        canary.delete()
        _record("canary.unmarked", person, reason, by=by, now=now)


def _record(action: str, person: Person, reason: str, *, by: Scope, now: datetime) -> None:
    if not reason.strip():
        raise NotAllowed("reason_missing", _("请写明理由。"))
    audit.record(
        action,
        by=by,
        target=person,
        place_path=person.community.path,
        reason=reason.strip(),
        now=now,
    )
