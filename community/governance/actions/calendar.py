"""Changing the work calendar. Open deadlines are recomputed by the apps that own them, from the new revision."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.models import WorkCalendarDay, WorkCalendarYear
from community.governance.scopes import Scope

FIRST_YEAR, LAST_YEAR = 2004, 2100


def set_day(
    day: date,
    *,
    is_workday: bool | None,
    reason: str,
    by: Scope,
    now: datetime,
    note: str = "",
    source: str = "",
) -> None:
    """Say that a day is worked or not; None takes the word back, so that the day follows the week again.

    Raises NotAllowed without Power.SETUP, Invalid without a reason. Saying the same again changes nothing.
    """
    _check(by, day.year, reason)
    with transaction.atomic(durable=True):
        year = _locked(day.year)
        before = WorkCalendarDay.objects.filter(day=day).values_list("is_workday", "note").first()
        if before == (None if is_workday is None else (is_workday, note)):
            return
        if is_workday is None:
            WorkCalendarDay.objects.filter(day=day).delete()
        else:
            values = {
                "is_workday": is_workday,
                "note": note,
                "source": source or reason[:120],
                "changed_at": now,
            }
            WorkCalendarDay.objects.update_or_create(
                day=day, defaults=values, create_defaults=values | {"created_at": now}
            )
        _touch(year)
        detail = {"day": day.isoformat(), "from": before and before[0], "to": is_workday}
        audit.record("calendar.day_set", by=by, target=year, reason=reason, detail=detail, now=now)


def publish_year(
    year: int, *, source: str, published_on: date, reason: str, by: Scope, now: datetime
) -> None:
    """Mark that the notice of a year is loaded: its days are certain. `source` is the 文号.

    Raises NotAllowed without Power.SETUP or when no day of the year has been set; Invalid without reason or source.
    """
    _check(by, year, reason)
    if not source.strip():
        raise Invalid(
            "source_missing", _("请填写放假通知的文号。"), {"source": _("请填写放假通知的文号。")}
        )
    with transaction.atomic(durable=True):
        row = _locked(year)
        if not WorkCalendarDay.objects.of_year(year).exists():
            raise NotAllowed(
                "year_has_no_days", _("这一年还没有录入放假和调休的日子，请先逐日录入。")
            )
        row.is_published, row.source, row.published_on = True, source.strip(), published_on
        _touch(row)
        audit.record(
            "calendar.year_published",
            by=by,
            target=row,
            reason=reason,
            detail={"source": row.source},
            now=now,
        )


def withdraw_year(year: int, *, reason: str, by: Scope, now: datetime) -> None:
    """Take the publication back: dates of that year are provisional again. The days stay."""
    _check(by, year, reason)
    with transaction.atomic(durable=True):
        row = _locked(year)
        if not row.is_published:
            return
        row.is_published = False
        _touch(row)
        audit.record("calendar.year_withdrawn", by=by, target=row, reason=reason, now=now)


def load_year(
    year: int, days: Mapping[date, tuple[bool, str]], *, source: str, by: audit.Actor, now: datetime
) -> bool:
    """Seed a year from a published source: day → (is worked, note). For commands, not for people.

    A year that already has a source is left alone: what people decided about it survives. True if it was loaded.
    """
    with transaction.atomic(durable=True):
        row = _locked(year)
        if row.source:
            return False
        WorkCalendarDay.objects.bulk_create(
            (
                WorkCalendarDay(
                    day=day,
                    is_workday=is_workday,
                    note=note,
                    source=source,
                    created_at=now,
                    changed_at=now,
                )
                for day, (is_workday, note) in days.items()
            ),
            ignore_conflicts=True,
        )
        row.is_published, row.source = True, source
        _touch(row)
        audit.record("calendar.year_loaded", by=by, target=row, detail={"days": len(days)}, now=now)
    return True


def _check(by: Scope, year: int, reason: str) -> None:
    if not by.has(Power.SETUP):
        raise NotAllowed("setup_power_missing", _("您的岗位不能修改工作日历，请联系系统管理员。"))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotAllowed("year_out_of_range", _("日历不包括这一年。"))
    if not reason.strip():
        raise Invalid(
            "reason_missing", _("请写明修改的理由。"), {"reason": _("请写明修改的理由。")}
        )


def _locked(year: int) -> WorkCalendarYear:
    """The row of the year, made if need be and locked: changes of one year queue up behind each other."""
    WorkCalendarYear.objects.bulk_create([WorkCalendarYear(year=year)], ignore_conflicts=True)
    return WorkCalendarYear.objects.select_for_update().get(year=year)


def _touch(year: WorkCalendarYear) -> None:
    year.revision = uuid.uuid4()
    year.save()
