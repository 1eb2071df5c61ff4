"""A holiday notice was loaded or changed: the clocks are reckoned anew, once for each state of the calendar."""

import hashlib
from datetime import datetime

from django.db import transaction

from community.governance.models import WorkCalendarYear
from servicehall.cases import actions as cases
from servicehall.supervision.models import Rung, SweepMark

CALENDAR = "calendar"


def recompute(*, now: datetime) -> int:
    """Recompute what is open if the calendar is not the one of the last time; how many due days moved.

    Due days may have moved into the past of the sweep's marks, so it looks at all that is open once more.
    """
    state = calendar_state()
    mark = SweepMark.objects.filter(pk=CALENDAR).first()
    if mark is not None and mark.text == state:
        return 0
    moved = cases.recompute_clocks(occasion=state[:16], now=now) if mark is not None else 0
    with transaction.atomic(durable=True):
        SweepMark.objects.update_or_create(code=CALENDAR, defaults={"text": state})
        # However many moved now: a run before this one may have moved them and come no further.
        if mark is not None:
            codes = [*Rung.objects.values_list("code", flat=True), "steps"]
            SweepMark.objects.filter(pk__in=codes).update(day=None)
    return moved


def calendar_state() -> str:
    """A digest of the revisions of all years: another one after every change."""
    years = WorkCalendarYear.objects.order_by("year").values_list(
        "year", "is_published", "revision"
    )
    return hashlib.sha256(repr(list(years)).encode()).hexdigest()
