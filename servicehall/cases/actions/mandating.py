"""授权委托: recorded at the counter, revoked by either side or at the counter for the one who gave it."""

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from notifications import outbox
from residents.base.models import Person
from residents.rights.relatives import grown_ups
from servicehall.cases import followers
from servicehall.cases.enums import MandateHow
from servicehall.cases.followers import MandateAct
from servicehall.cases.models import Mandate
from servicehall.catalogue.models import ItemVersion

MOST_DAYS = 731  # two years; who wants longer comes again
LEAST_WITNESSES = 2


def record_mandate(
    giver_id: uuid.UUID,
    holder_id: uuid.UUID,
    *,
    how: str,
    document: str = "",
    witnesses: str = "",
    items: Collection[str] = (),
    until: date | None,
    by: Scope,
    now: datetime,
) -> Mandate:
    """Write a mandate down for the person who stands here. Raises Person.DoesNotExist outside the reach."""
    today = timezone.localdate(now)
    if not by.has(Power.ACCEPT_CASES):
        raise NotAllowed("no_power", _("您的任职没有收件权限。"))
    if errors := _unclear(how, document, witnesses, items, until, today):
        raise Invalid("mandate_incomplete", _("还有内容没有填好，请按提示修改。"), errors)
    with transaction.atomic(durable=True):
        reach = Person.objects.visible_to(by)
        giver = reach.select_related("community").select_for_update(of=("self",)).get(pk=giver_id)
        holder = Person.objects.get(pk=holder_id)
        _check_persons(giver, holder, by=by, today=today)
        found = Mandate.objects.create(
            giver=giver,
            holder=holder,
            how=how,
            document=document.strip()[:120],
            witnesses="、".join(_witnesses(witnesses))[:120],
            items=sorted(set(items)),
            from_on=today,
            until=until,  # type: ignore[misc]  # _unclear refused an empty day
            recorded_with_id=by.post_id,
            recorded_at=now,
        )
        _trail(found, "mandate.recorded", by=by, now=now)
        for person in (giver, holder):
            _tell("mandate.recorded", found, person, now=now)
        followers.tell_of_mandate(MandateAct(found, by, now))
    return found


def _unclear(
    how: str,
    document: str,
    witnesses: str,
    items: Collection[str],
    until: date | None,
    today: date,
) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    if how not in MandateHow.values:
        errors["how"] = _("请选择书面还是口头委托。")
    if how == MandateHow.PAPER and not document.strip():
        errors["document"] = _("请写明委托书的名称或编号。")
    if how == MandateHow.SPOKEN and len(_witnesses(witnesses)) < LEAST_WITNESSES:
        errors["witnesses"] = _("口头委托要有两名见证人，请写两个人的姓名。")
    if until is None or not today <= until or (until - today).days > MOST_DAYS:
        errors["until"] = _("请填写有效期，从今天起最长两年。")
    known = set(ItemVersion.objects.public(today).values_list("item_id", flat=True))
    if not known >= set(items):
        errors["items"] = _("请从列出的事项中选择。")
    return errors


def _witnesses(text: str) -> list[str]:
    for mark in "，,；;\n":
        text = text.replace(mark, "、")
    return list(dict.fromkeys(name.strip() for name in text.split("、") if name.strip()))


def _check_persons(giver: Person, holder: Person, *, by: Scope, today: date) -> None:
    adults = grown_ups((giver, holder), today)
    if giver.pk == holder.pk or holder not in adults:
        text = _("受托人应是成年人，也不能是本人。")
        raise Invalid("holder_unfit", text, {"number": text})
    if giver not in adults:
        raise NotAllowed("minor", _("未成年人由监护人代办，请登记监护关系。"))
    ours = {giver.account_id, giver.staff_account_id, holder.account_id, holder.staff_account_id}
    if by.user_id in ours:
        raise NotAllowed("conflict_of_interest", _("这是您本人的事，请由其他同事登记。"))


def revoke_mandate(mandate_id: uuid.UUID, *, by: Scope, now: datetime) -> Mandate:
    """It holds no longer, from this moment on: who held it neither files nor follows any more."""
    with transaction.atomic(durable=True):
        found = (
            Mandate.objects.visible_to(by)
            .select_related("giver__community", "holder")
            .select_for_update(of=("self",))
            .get(pk=mandate_id)
        )
        if found.revoked_at is not None:
            raise Conflict("revoked", _("这份委托已经撤销。"))
        found.revoked_at = now
        found.save(update_fields=["revoked_at"])
        _trail(found, "mandate.revoked", by=by, now=now)
        for person in (found.giver, found.holder):
            _tell("mandate.revoked", found, person, now=now)
        followers.tell_of_mandate(MandateAct(found, by, now))
    return found


def _trail(found: Mandate, code: str, *, by: Scope, now: datetime) -> None:
    audit.record(
        code,
        by=by,
        target=found,
        person_id=found.giver_id,
        place_path=found.giver.community.path,
        detail={"items": found.items},
        now=now,
    )


def _tell(kind: str, found: Mandate, to: Person, *, now: datetime) -> None:
    outbox.post(
        kind,
        key=f"{kind}:{found.pk}:{to.pk}",
        user_id=to.account_id,
        phone=to.phone or "",
        person_id=to.pk,
        place_path=found.giver.community.path,
        params={"date": found.until.isoformat(), "hotline": settings.SERVICE_PHONE},
        now=now,
    )
