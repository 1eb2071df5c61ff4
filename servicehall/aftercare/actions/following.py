"""What is written in the transaction of an act on a case: see servicehall/cases/followers.py."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext

from community.governance.scopes import Scope
from servicehall.aftercare import rules
from servicehall.aftercare.actions import benefits, rating, rectifying
from servicehall.aftercare.enums import BenefitAction, BenefitState, ProofWay, Receiver
from servicehall.aftercare.models import Benefit, Delivery
from servicehall.cases.enums import CaseAction, DeliveryWay
from servicehall.cases.followers import Happening
from servicehall.cases.models import Case, Rating
from servicehall.catalogue.benefits import BenefitRule, benefit_of, proves_life
from servicehall.catalogue.enums import BAD


def follow(happening: Happening) -> None:
    acts = {
        "rate": _rated,
        CaseAction.DELIVER: _delivered,
        CaseAction.GRANT: _granted,
        CaseAction.REFUSE: _refused,
        CaseAction.REOPEN: _reopened,
    }
    act = acts.get(happening.event.action)
    if act is not None:
        act(happening)


def _rated(happening: Happening) -> None:
    """A bad rating is followed up; a proxy's is none."""
    case = happening.case
    case = Case.objects.select_related(
        "applicant", "station", "version__item", "community__parent"
    ).get(pk=case.pk)
    if isinstance(happening.by, Scope):
        rating.check_own_word(case, by=happening.by)
    found = Rating.objects.get(case_id=case.pk)
    if found.level in BAD:
        rectifying.begin(
            case, is_rated=True, is_anonymous=found.is_anonymous, complaint="", by=happening.by,
            now=happening.now,
        )  # fmt: skip


def _delivered(happening: Happening) -> None:
    case, today = happening.case, timezone.localdate(happening.now)
    Delivery.objects.create(
        case=case,
        event=happening.event,
        way=DeliveryWay(happening.event.said["delivered"]),
        receiver=Receiver.SELF,
        delivered_on=today,
        is_in_time=None if case.deliver_by_on is None else today <= case.deliver_by_on,
    )


def _granted(happening: Happening) -> None:
    case = happening.case
    content = case.version.content
    if kinds := proves_life(content):
        for found in Benefit.objects.standing().filter(
            person_id=case.applicant_id, kind__in=kinds, prove_by_on__isnull=False
        ):
            benefits.prove_inside(
                found, way=ProofWay.COUNTER, by=happening.by, now=happening.now, note=""
            )
    rule = benefit_of(content)
    if rule is not None:
        _begin(happening, rule)


def _begin(happening: Happening, rule: BenefitRule) -> None:
    """The benefit of a granted case. A new decision about the same matter takes the place of the old one."""
    case, now = happening.case, happening.now
    today = timezone.localdate(now)
    start = rules.first_day(rule.starts, applied_on=case.filed_on, decided_on=today)
    end = None
    if rule.lasts_months:
        end = rules.months_after(start, rule.lasts_months) - timedelta(days=1)
    if rule.period == "once":
        start = end = today
    before = Benefit.objects.standing().filter(person_id=case.applicant_id, kind=rule.kind)
    for old in before.exclude(case_id=case.pk) if rule.is_kept_up else ():
        old.to_on = start - timedelta(days=1)
        benefits.finish(
            old,
            BenefitAction.STOP,
            state=BenefitState.STOPPED,
            reason=gettext("重新申请已获准，由新的决定接续。"),
            from_on=start,
            by=happening.by,
            now=now,
        )
    found = Benefit.objects.filter(case=case).first() or Benefit(case=case)
    found.person_id, found.version = case.applicant_id, case.version
    found.kind, found.period = rule.kind, rule.period
    found.decider = rectifying.concerned_body(case)
    found.amount = str(rule.amount) if rule.amount is not None else case.amount or found.amount
    found.from_on, found.to_on = start, end
    found.review_on = rules.months_after(today, rule.review_months) if rule.review_months else None
    found.prove_by_on = (
        rules.months_after(today, rule.life_proof_months) if rule.life_proof_months else None
    )
    benefits.finish(
        found,
        BenefitAction.GRANT,
        state=BenefitState.ACTIVE,
        reason="",
        from_on=start,
        by=happening.by,
        now=now,
    )


def _refused(happening: Happening) -> None:
    """A decision that was taken back and is now a refusal: what rested on it ends, with its reason."""
    _end(happening, BenefitAction.STOP, BenefitState.STOPPED)


def _reopened(happening: Happening) -> None:
    """The decision was taken back: nothing is paid on it until it is made anew. The applicant is told by the case."""
    _end(happening, BenefitAction.SUSPEND, BenefitState.SUSPENDED)


def _end(happening: Happening, action: BenefitAction, state: BenefitState) -> None:
    found = Benefit.objects.standing().filter(case=happening.case).first()
    if found is None or (state == BenefitState.SUSPENDED and found.state == state):
        return
    today = timezone.localdate(happening.now)
    if state == BenefitState.STOPPED:
        found.to_on = today
    reason = happening.event.note or gettext("原决定已撤销。")
    benefits.finish(
        found, action, state=state, reason=reason, from_on=today, by=happening.by, now=happening.now
    )
