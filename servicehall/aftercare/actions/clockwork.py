"""What the machine does at night: finds what has come due, reminds, counts how long things take. It decides nothing."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from community.governance.models import WorkCalendarYear
from residents.base.enums import PersonState
from servicehall.aftercare import limits, rules
from servicehall.aftercare.actions import benefits, rectifying
from servicehall.aftercare.enums import RectifyAction, TaskKind
from servicehall.aftercare.models import Benefit, BenefitTask, ExpectedDuration, Rectification
from servicehall.aftercare.transitions import RECTIFY

BATCH = 500
TASK_DAYS = 5  # working days, to look at somebody who died, moved or is missing
STATES: Mapping[str, TaskKind] = {
    PersonState.DECEASED: TaskKind.DECEASED,
    PersonState.MOVED_OUT: TaskKind.MOVED,
    PersonState.MISSING: TaskKind.MISSING,
}
REMINDERS = {TaskKind.REVIEW: "benefit.review_due", TaskKind.LIFE_PROOF: "benefit.proof_due"}


def find_tasks(*, now: datetime) -> int:
    """Open a task for each re-check and proof that comes due, and for who died, moved or is missing.

    Returns how many are new. A second run the same night finds none. The person is reminded once, with the task.
    """
    today = timezone.localdate(now)
    until = today + timedelta(days=limits.in_force(today).remind_days)
    soon = WorkCalendarYear.objects.calendar().add(today, TASK_DAYS).day
    standing = Benefit.objects.standing().filter(to_on__isnull=True) | (
        Benefit.objects.standing().filter(to_on__gte=today)
    )
    alive = standing.exclude(person__state__in=STATES)
    new = 0
    # A task without its reminder would never be reminded of: the next night looks at its own tasks only.
    with transaction.atomic():
        for kind, field in ((TaskKind.REVIEW, "review_on"), (TaskKind.LIFE_PROOF, "prove_by_on")):
            rows = alive.filter(**{f"{field}__lte": until})
            new += _open(rows.values_list("pk", field), kind, now=now)
        for state, kind in STATES.items():
            rows = standing.filter(person__state=state)
            # Looked at once and left as it is: not again every night.
            rows = rows.exclude(tasks__kind=kind)
            new += _open(((pk, soon) for pk in rows.values_list("pk", flat=True)), kind, now=now)
        _remind(now=now)
    return new


def _open(rows: object, kind: TaskKind, *, now: datetime) -> int:
    today = timezone.localdate(now)
    open_now = set(
        BenefitTask.objects.open().filter(kind=kind).values_list("benefit_id", flat=True)
    )
    tasks = [
        BenefitTask(benefit_id=pk, kind=kind, due_on=due, opened_on=today)
        for pk, due in rows  # type: ignore[attr-defined]
        if pk not in open_now
    ]
    BenefitTask.objects.bulk_create(tasks, batch_size=BATCH, ignore_conflicts=True)
    return len(tasks)


def _remind(*, now: datetime) -> None:
    """Once a task: the key of the message keeps a second one away."""
    today = timezone.localdate(now)
    rows = BenefitTask.objects.open().filter(kind__in=REMINDERS, opened_on=today)
    rows = rows.select_related("benefit__person__community", "benefit__version")
    for task in rows.order_by("pk").iterator(chunk_size=BATCH):
        benefits.tell(
            task.benefit,
            REMINDERS[TaskKind(task.kind)],
            key=f"task:{task.pk}",
            day=task.due_on,
            now=now,
        )


def close_rectifications(*, now: datetime) -> int:
    """End those whose rater was told and has not rated again in time."""
    today = timezone.localdate(now)
    rule = RECTIFY[RectifyAction.CLOSE]
    closed = 0
    for pk in Rectification.objects.over(today).order_by("pk").values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic(durable=True):
            found = (
                Rectification.objects.over(today)
                .filter(pk=pk)
                .select_related(*rectifying.WHOLE)
                .select_for_update(of=("self",), skip_locked=True)
                .first()
            )
            if found is not None:
                rectifying.record(found, rule, RectifyAction.CLOSE, by=audit.SYSTEM, now=now)
                closed += 1
    return closed


_COUNT = """
    INSERT INTO aftercare_expectedduration (item_id, place_id, cases, median_days, most_days, counted_on)
    SELECT item_id, place_id, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY days),
           percentile_disc(0.8) WITHIN GROUP (ORDER BY days), %(today)s
    FROM (
        SELECT version.item_id, place.id AS place_id,
               greatest(0, matter.closed_on - matter.received_on - coalesce(parked.days, 0)) AS days
        FROM servicehall_case matter
        JOIN catalogue_itemversion version ON version.id = matter.version_id
        JOIN governance_place community ON community.id = matter.community_id
        JOIN governance_place place ON starts_with(community.path, place.path)
        LEFT JOIN LATERAL (
            SELECT sum(coalesce(pause.to_on, matter.closed_on) - pause.from_on) AS days
            FROM servicehall_clockpause pause WHERE pause.case_id = matter.id
        ) parked ON true
        WHERE matter.closed_on BETWEEN %(first)s AND %(today)s AND matter.outcome <> ''
    ) counted
    GROUP BY item_id, place_id
    HAVING count(*) >= %(least)s
"""


def count_durations(*, now: datetime) -> int:
    """Count all items and places anew, in one statement; returns how many figures there are."""
    today = timezone.localdate(now)
    figures = limits.in_force(today)
    params = {"first": first_day(today, figures.duration_months), "today": today}
    with transaction.atomic():
        ExpectedDuration.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, {**params, "least": figures.duration_least})
            return int(cursor.rowcount)


def first_day(today: date, months: int) -> date:
    return rules.months_after(today, -months)
