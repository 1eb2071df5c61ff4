"""送达: by hand with a signature, by post with its number, at home or to somebody else with his name."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid
from community.governance.scopes import Scope
from servicehall.aftercare.enums import ProxyRelation, Receiver
from servicehall.aftercare.models import Delivery
from servicehall.cases.actions.handling import deliver_inside
from servicehall.cases.enums import DeliveryWay
from servicehall.cases.models import Case


def deliver(
    case_id: uuid.UUID,
    *,
    way: str = DeliveryWay.COUNTER,
    receiver: str = Receiver.SELF,
    proxy_name: str = "",
    proxy_relation: str = "",
    is_signed: bool = False,
    tracking_number: str = "",
    note: str = "",
    by: Scope,
    now: datetime,
) -> Case:
    """The case is delivered, and it is written down to whom and how."""
    _check(way, receiver, proxy_name, proxy_relation, tracking_number, is_signed=is_signed)
    is_proxy = receiver == Receiver.PROXY
    with translation.override(settings.LANGUAGE_CODE):  # as the letter says it
        relation = str(ProxyRelation(proxy_relation).label) if is_proxy else ""
    beside = {
        "proxy_name": proxy_name.strip() if is_proxy else "",
        "proxy_relation": relation,
        "tracking_number": tracking_number.strip(),
    }
    with transaction.atomic(durable=True):
        case = deliver_inside(case_id, by=by, now=now, way=way, note=note, beside=beside)
        # The follower of the act has just written the row; here it gets its particulars.
        found = Delivery.objects.of_case(case.pk).latest("event_id")
        found.receiver = Receiver(receiver)
        found.proxy_name = proxy_name.strip() if is_proxy else None
        found.proxy_relation = proxy_relation if is_proxy else ""
        found.is_signed = is_signed
        found.tracking_number = tracking_number.strip() or None
        found.save()
    return case


def _check(
    way: str, receiver: str, name: str, relation: str, tracking_number: str, *, is_signed: bool
) -> None:
    errors = {}
    if way == DeliveryWay.POST and not tracking_number.strip():
        errors["tracking_number"] = _("请填写快递单号。")
    if way != DeliveryWay.POST and not is_signed:
        errors["is_signed"] = _("请收件人当面签字，再勾选。")
    if receiver == Receiver.PROXY:
        if not name.strip():
            errors["proxy_name"] = _("请填写代收人姓名。")
        if relation not in ProxyRelation.values:
            errors["proxy_relation"] = _("请选择与申请人的关系。")
    if errors:
        raise Invalid("delivery_incomplete", _("送达记录还没有填好，请按提示补充。"), errors)
