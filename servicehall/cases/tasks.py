"""The hall's clockwork. Each task may be lost or run twice: what it does is decided by the rows."""

from celery import shared_task
from django.utils import timezone

from servicehall.cases import actions
from servicehall.cases.models import Case


@shared_task
def lapse_notices(**_: object) -> None:
    """End the cases whose notice was not answered in time."""
    now = timezone.now()
    for case_id in Case.objects.with_lapsed_notice(timezone.localdate(now))[:500]:
        actions.lapse(case_id, now=now)


@shared_task
def accept_by_silence(**_: object) -> None:
    """Accept what nobody has answered within the legal days (行政许可法 32)."""
    now = timezone.now()
    today = timezone.localdate(now)
    for case_id in Case.objects.unanswered_since(today)[:500]:
        actions.tacit_accept(case_id, now=now)


@shared_task(soft_time_limit=600, time_limit=660)
def reroute_barred(**_: object) -> None:
    """Hand on what lies where by now everybody must stand back."""
    actions.reroute_barred(now=timezone.now())


@shared_task
def remind_of_consultations(**_: object) -> None:
    """Remind the offices whose answer is due tomorrow or late."""
    actions.remind_of_consultations(now=timezone.now())


@shared_task(soft_time_limit=600, time_limit=660)
def propose(*, is_nightly: bool = False, **_: object) -> None:
    """Find who is entitled: every item at night, each minute those whose rule has changed."""
    actions.propose(only_changed=not is_nightly, now=timezone.now())
