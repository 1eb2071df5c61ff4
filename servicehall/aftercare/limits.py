"""The limits of what follows a case: rows of HallLimit, dated, with their basis (catalogue/data/limits.yaml)."""

from dataclasses import dataclass, fields
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.errors import NotAllowed
from servicehall.catalogue.models import HallLimit


@dataclass(frozen=True, slots=True)
class AfterLimits:
    """In force on a day. Working days: call_back, verify, review, rectify, rectify_complex, tell.
    Calendar days: re_rate, pressure, remind. Months: duration_months. Numbers: least_shown, duration_least.
    """

    call_back_days: int
    verify_days: int
    review_days: int
    rectify_days: int
    rectify_complex_days: int
    tell_days: int
    re_rate_days: int
    pressure_days: int
    least_shown: int
    remind_days: int
    duration_months: int
    duration_least: int


NAMES = tuple(field.name for field in fields(AfterLimits))


def in_force(day: date) -> AfterLimits:
    """One query. Raises NotAllowed when one was never loaded."""
    rows = dict(
        HallLimit.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day, code__in=NAMES
        )
        .order_by()
        .values_list("code", "value")
    )
    try:
        return AfterLimits(**{name: rows[name] for name in NAMES})
    except KeyError:
        raise NotAllowed("limits_missing", _("大厅时限没有载入，请联系系统管理员。")) from None
