"""What an act of a case says by itself (domain 3.7): written down in the transaction of the act."""

import math
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.utils import timezone

from servicehall.cases.enums import CaseAction, CaseState, StepState
from servicehall.cases.followers import Happening
from servicehall.cases.models import Case, CaseEvent, ReviewStep
from servicehall.supervision import rules
from servicehall.supervision.actions.writing import Seen, write
from servicehall.supervision.enums import FindingKind
from servicehall.supervision.models import SupervisionRule
from servicehall.supervision.rules import SupervisionRules

K = FindingKind
Eye = Callable[[Happening, SupervisionRules], Iterator[Seen]]


def follow_case(happening: Happening) -> None:
    """Most acts cost nothing here; those that may be wrong cost the query that tells."""
    eyes = EYES.get(happening.event.action, ())
    if not eyes:
        return
    figures = SupervisionRule.objects.in_force(timezone.localdate(happening.now))
    if figures is None:
        return
    found = [seen for eye in eyes for seen in eye(happening, figures)]
    if found:
        write(found, now=happening.now)


def _accepted_here(happening: Happening, figures: SupervisionRules) -> Iterator[Seen]:
    """Refused elsewhere not long ago, and the same matter is accepted here: the refusal was wrong."""
    case = happening.case
    since = timezone.localdate(happening.now) - timedelta(days=figures.elsewhere_days)
    refused = Case.objects.filter(
        applicant_id=case.applicant_id,
        version__item_id=case.version.item_id,
        state=CaseState.NOT_ACCEPTED,
        closed_on__gte=since,
    ).exclude(station_id=case.station_id)
    for row in refused.order_by("closed_on", "pk").only("pk", "station_id", "closed_on"):
        evidence = {"refused_on": _iso(row.closed_on), "accepted_at": case.station.name}
        yield Seen(K.REFUSED_ACCEPTANCE, row.pk, row.station_id, "elsewhere", evidence=evidence)


def _silence(happening: Happening, figures: SupervisionRules) -> Iterator[Seen]:
    case = happening.case
    evidence = {"received_on": _iso(case.received_on)}
    yield Seen(K.SILENCE, case.pk, case.station_id, "silence", evidence=evidence)


def _told_again(happening: Happening, figures: SupervisionRules) -> Iterator[Seen]:
    case = happening.case
    if case.supplements > 1:
        ref, evidence = str(case.supplements), {"number": case.supplements}
        body = happening.by.body_id or case.handler_id
        yield Seen(K.SECOND_NOTICE, case.pk, body, ref, evidence=evidence)


def _came_again(happening: Happening, figures: SupervisionRules) -> Iterator[Seen]:
    case = happening.case
    if case.supplements > 1:
        ref, evidence = str(case.supplements), {"number": case.supplements}
        yield Seen(K.SECOND_SUPPLEMENT, case.pk, case.handler_id, ref, evidence=evidence)


def _no_reason(happening: Happening, figures: SupervisionRules) -> Iterator[Seen]:
    case, event = happening.case, happening.event
    reason = event.note
    if event.action == CaseAction.DECLINE:
        reason = reason.rpartition("\n")[0]  # the right office stands on the last line
    if rules.is_no_reason(reason, figures):
        body = happening.by.body_id or case.handler_id
        evidence = {"chars": len(rules.bare(reason)), "least": figures.reason_chars}
        yield Seen(K.NO_REASON, case.pk, body, str(event.pk), evidence=evidence)


def _decided_late(happening: Happening, figures: SupervisionRules) -> Iterator[Seen]:
    """Late, though the sweep of that day may not have run."""
    case = happening.case
    body = happening.by.body_id or case.handler_id
    today = timezone.localdate(happening.now)
    for kind, due in (
        (K.OVER_PROMISED, case.promised_due_on),
        (K.OVER_STATUTORY, case.statutory_due_on),
    ):
        if due is not None and due < today:
            evidence = {"due_on": _iso(due)}
            yield Seen(kind, case.pk, body, "clock", evidence=evidence)


def _forwarded(happening: Happening, figures: SupervisionRules) -> Iterator[Seen]:
    """Passed on too late, or so fast that nobody can have read it."""
    case, now = happening.case, happening.now
    steps = list(ReviewStep.objects.filter(case=case).order_by("sequence"))
    passed = [step for step in steps if step.state == StepState.PASSED]
    if not passed:
        return
    step = passed[-1]
    if step.due_on is not None and step.due_on < timezone.localdate(now):
        late = {"due_on": _iso(step.due_on), "step": step.level}
        yield Seen(K.FORWARDED_LATE, case.pk, step.body_id, str(step.pk), step.pk, late)
    before = passed[-2].opinion if len(passed) > 1 else ""
    minutes = (now - step.opened_at).total_seconds() / 60 if step.opened_at else 0.0
    # The first step follows upon its own office's acceptance; only what came from another can be passed on.
    if len(passed) > 1 and rules.is_passed_on(step.opinion, before, minutes, figures):
        quick = {"minutes": max(1, math.ceil(minutes)), "step": step.level}
        yield Seen(K.PASSED_ON, case.pk, step.body_id, f"step:{step.pk}", step.pk, quick)


def _bounced(happening: Happening, figures: SupervisionRules) -> Iterator[Seen]:
    case = happening.case
    times = CaseEvent.objects.filter(case=case, action=CaseAction.SEND_BACK).count()
    if times >= figures.bounces:
        body = happening.by.body_id or case.handler_id
        yield Seen(K.PASSED_ON, case.pk, body, f"back:{times}", evidence={"times": times})


def _iso(day: object) -> str:
    return str(day) if day else ""


EYES: dict[str, tuple[Eye, ...]] = {
    CaseAction.ACCEPT: (_accepted_here,),
    CaseAction.TACIT_ACCEPT: (_silence,),
    CaseAction.SUPPLEMENT: (_told_again,),
    CaseAction.RESUBMIT: (_came_again,),
    CaseAction.DECLINE: (_no_reason,),
    CaseAction.REFUSE: (_no_reason, _decided_late),
    CaseAction.GRANT: (_decided_late,),
    CaseAction.FORWARD: (_forwarded,),
    CaseAction.SEND_BACK: (_bounced,),
}
