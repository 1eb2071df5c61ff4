"""What the applicant adds to his rating: that he was pressed for it, and once more how satisfied he is.

`case` was fetched as his own or by number and query code, as for the rating itself.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotAllowed
from community.governance.scopes import Scope
from servicehall.aftercare import limits
from servicehall.aftercare.actions import rectifying
from servicehall.aftercare.enums import RectifyAction
from servicehall.aftercare.models import Delivery, Rectification
from servicehall.aftercare.transitions import OPEN, RECTIFY
from servicehall.cases.models import Case
from servicehall.catalogue.enums import Satisfaction


def complain(
    case: Case, *, words: str, is_anonymous: bool = False, by: Scope, now: datetime
) -> Rectification:
    """反映被要求好评: joins what is open already, else opens a matter of its own."""
    if not words.strip():
        text = _("请写明是谁、怎样要求您评价的。")
        raise Invalid("words_missing", text, {"words": text})
    with transaction.atomic(durable=True):
        case = _locked(case, by=by)
        today = timezone.localdate(now)
        days = limits.in_force(today).pressure_days
        if case.closed_on is None or (today - case.closed_on).days > days:
            raise NotAllowed("too_late", _("已经超过期限，请拨打服务电话，我们照样处理。"))
        found = Rectification.objects.select_for_update().filter(case=case).first()
        if found is None:
            return rectifying.begin(
                case, is_rated=False, is_anonymous=is_anonymous, complaint=words.strip(), by=by, now=now
            )  # fmt: skip
        if found.complaint or found.state not in OPEN:
            raise Conflict("complained_once", _("已经收到过您的反映。有新的情况请拨打服务电话。"))
        found.complaint = words.strip()
        found.save(update_fields=["complaint"])
        rectifying.write_event(found, "complain", before=found.state, by=None, note="", now=now)
        rectifying.trail("complain", found, case, by=by, now=now)
    return found


def rate_again(
    case: Case, *, level: int, comment: str = "", by: Scope, now: datetime
) -> Rectification:
    """再次评价, once, after he was told. The first rating stays what it was."""
    if level not in Satisfaction.values:
        raise Invalid("level_unknown", _("请选择一个评价等级。"), {"level": _("请选择。")})
    with transaction.atomic(durable=True):
        case = _locked(case, by=by)
        rule = RECTIFY[RectifyAction.RE_RATE]
        found = (
            Rectification.objects.filter(case=case)
            .select_related(*rectifying.WHOLE)
            .select_for_update(of=("self",))
            .first()
        )
        if found is None or found.state not in rule.sources:
            raise Conflict("not_now", _("现在不能再次评价。"))
        today = timezone.localdate(now)
        if found.re_rate_until is not None and today > found.re_rate_until:
            raise NotAllowed("rating_is_over", _("再次评价的期限已过。"))
        found.re_level, found.re_comment = level, comment.strip() or None
        found.re_rated_on = today
        rectifying.record(found, rule, RectifyAction.RE_RATE, by=by, now=now)
    return found


def _locked(case: Case, *, by: Scope) -> Case:
    if by.is_staff:
        raise NotAllowed("staff_cannot_rate", _("评价只能由申请人本人作出。"))
    found = (
        Case.objects.select_related("community", "applicant", "station", "version__item")
        .select_for_update(of=("self",))
        .get(pk=case.pk)
    )
    check_own_word(found, by=by)
    return found


def check_own_word(case: Case, *, by: Scope) -> None:
    """A proxy rates for nobody: neither who filed for the applicant nor who fetched the result with his slip."""
    account = case.applicant.account_id
    if by.user_id is not None and by.user_id == account:
        return
    if by.user_id is not None and by.user_id == case.filed_by_id:
        raise NotAllowed("proxy_cannot_rate", _("评价只能由申请人本人作出，代办人不能代评。"))
    if Delivery.objects.of_case(case.pk).filter(receiver="proxy").exists():
        raise NotAllowed(
            "proxy_cannot_rate",
            _("结果是由他人代收的，请申请人本人登录后评价，或本人拨打服务电话。"),
        )
