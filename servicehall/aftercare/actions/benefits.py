"""待遇: re-checked, proved, changed, suspended, stopped. By persons, with reasons; the machine only finds tasks."""

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.models import StationCoverage
from community.governance.scopes import Scope
from notifications import outbox
from residents.rights.relatives import close_to
from servicehall.aftercare import rules
from servicehall.aftercare.enums import BenefitAction, BenefitState, ProofWay, TaskKind
from servicehall.aftercare.models import Benefit, BenefitEvent
from servicehall.aftercare.transitions import BENEFIT, Rule
from servicehall.catalogue.benefits import benefit_of

A = BenefitAction
ABOUT_PERSON = (TaskKind.DECEASED, TaskKind.MOVED, TaskKind.MISSING)


def look(pk: uuid.UUID, *, by: Scope, now: datetime) -> Benefit:
    """The benefit for a page of staff; the look stands in the trail before."""
    with transaction.atomic(durable=True):
        found = (
            Benefit.objects.visible_to(by)
            .select_related("person__community", "version__item", "case", "decider")
            .get(pk=pk)
        )
        _trail("viewed", found, by=by, now=now)
    return found


# --- what the acts share --------------------------------------------------------------------------
def claim(pk: uuid.UUID, action: BenefitAction, *, by: Scope) -> tuple[Benefit, Rule]:
    """Lock it within the reach, check the act against the table, the power and the kinship."""
    rule = BENEFIT[action]
    Benefit.objects.visible_to(by).only("pk").select_for_update(of=("self",), no_key=True).get(
        pk=pk
    )
    found = Benefit.objects.select_related("person__community", "version__item", "decider").get(
        pk=pk
    )
    if found.state not in rule.sources:
        raise Conflict("state_moved_on", _("这项待遇已经变动，请刷新后查看。"))
    if refusal := refused(found, rule, by=by):
        raise refusal
    return found, rule


def refused(found: Benefit, rule: Rule, *, by: Scope) -> NotAllowed | None:
    """Why this viewer may not take an act that the table allows."""
    if rule.by == "decider" and (by.body_id != found.decider_id or not by.has(Power.DECIDE_CASES)):
        return NotAllowed(
            "not_the_decider",
            _("变更、暂停和停止由作出决定的%(body)s办理。") % {"body": found.decider.label},
        )
    if rule.by == "station" and not by.has(Power.ACCEPT_CASES):
        return NotAllowed("no_power", _("由服务站核查和登记。"))
    kin = close_to(found.person_id)
    rows = kin.values_list("account_id", "staff_account_id")
    own = {found.person.account_id, found.person.staff_account_id}
    if by.user_id in own | {account for row in rows for account in row}:
        return NotAllowed("conflict_of_interest", _("这是您本人或家人的待遇，请回避。"))
    return None


def finish(
    found: Benefit,
    action: BenefitAction,
    *,
    state: str,
    reason: str | Promise,
    from_on: date,
    proof: str = "",
    by: audit.Actor,
    now: datetime,
) -> Benefit:
    """Write the benefit, the event and the trail. Inside a transaction."""
    found.state = state
    found.save()
    BenefitEvent.objects.create(
        benefit=found,
        action=action,
        at=now,
        from_on=from_on,
        user_id=by.user_id,
        post_id=by.post_id,
        post_label=by.post_label,
        reason=str(reason).strip() or None,
        amount=found.amount,
        proof=proof,
    )
    if state == BenefitState.STOPPED:
        found.tasks.open().update(done_at=now)
    _trail(action.value, found, by=by, now=now)
    return found


def _trail(action: str, found: Benefit, *, by: audit.Actor, now: datetime) -> None:
    audit.record(
        f"benefit.{action}",
        by=by,
        target=found,
        person_id=found.person_id,
        place_path=found.person.community.path,
        detail={"state": found.state, "kind": found.kind},
        now=now,
    )


def tell(found: Benefit, kind: str, *, key: str, day: date, now: datetime) -> None:
    person = found.person
    home = (
        StationCoverage.objects.on(timezone.localdate(now))
        .filter(community_id=person.community_id)
        .select_related("station")
        .first()
    )
    outbox.post(
        kind,
        key=f"benefit:{found.pk}:{key}",
        user_id=person.account_id,
        phone=person.phone or "",
        person_id=person.pk,
        about=f"benefit:{found.pk}",
        place_path=person.community.path,
        params={
            "item": found.version.name.get("zh", ""),
            "item_en": found.version.name.get("en", ""),
            "date": day.isoformat(),
            "hotline": (home.station.phone if home else "") or settings.SERVICE_PHONE,
        },
        now=now,
    )


def _decide(
    pk: uuid.UUID,
    action: BenefitAction,
    *,
    reason: str,
    from_on: date | None,
    amount: Decimal | None = None,
    by: Scope,
    now: datetime,
) -> Benefit:
    """A decision about a benefit: in writing, with its reason, and the person is told (社会救助暂行办法 13)."""
    if not reason.strip():
        text = _("请写明理由，本人看得到。")
        raise Invalid("reason_missing", text, {"reason": text})
    with transaction.atomic(durable=True):
        found, rule = claim(pk, action, by=by)
        today = timezone.localdate(now)
        # What has not begun may still be stopped: then its last day lies before its first.
        first = found.from_on - timedelta(days=int(action == A.STOP))
        day = from_on or max(today, first)
        if day < first:
            text = _("生效日期不能早于待遇开始的日期。")
            raise Invalid("too_early", text, {"from_on": text})
        if amount is not None:
            found.amount = str(amount)
        if rule.to == BenefitState.STOPPED:
            found.to_on = day
        found = finish(
            found, action, state=rule.to or found.state, reason=reason, from_on=day, by=by, now=now
        )
        if rule.to is None:
            _close_tasks(found, (TaskKind.REVIEW,), now=now)
        else:
            _close_tasks(found, ABOUT_PERSON, now=now)
        if rule.message:
            tell(found, rule.message, key=f"{action}:{now.timestamp():.0f}", day=day, now=now)
    return found


def _close_tasks(found: Benefit, kinds: tuple[str, ...], *, now: datetime) -> None:
    found.tasks.open().filter(kind__in=kinds).update(done_at=now)


# --- who decided decides --------------------------------------------------------------------------
def set_amount(
    pk: uuid.UUID, *, amount: Decimal, reason: str = "", by: Scope, now: datetime
) -> Benefit:
    """核定金额, where it is reckoned for each household; afterwards it is a change, with its reason."""
    with transaction.atomic(durable=True):
        found, _rule = claim(pk, A.SET_AMOUNT, by=by)
        if found.amount:
            raise Conflict("amount_is_set", _("金额已经核定过，调整请用“变更”并写明理由。"))
        _check_amount(amount)
        found.amount = str(amount)
        return finish(
            found, A.SET_AMOUNT, state=found.state, reason=reason, from_on=found.from_on, by=by, now=now
        )  # fmt: skip


def _check_amount(amount: Decimal) -> None:
    if amount <= 0:
        text = _("金额应大于零；不再发放的请用“停止”。")
        raise Invalid("amount_wrong", text, {"amount": text})


def change(
    pk: uuid.UUID,
    *,
    amount: Decimal,
    reason: str,
    from_on: date | None = None,
    by: Scope,
    now: datetime,
) -> Benefit:
    """变更: another amount from a day on."""
    _check_amount(amount)
    return _decide(pk, A.CHANGE, amount=amount, reason=reason, from_on=from_on, by=by, now=now)


def suspend(
    pk: uuid.UUID, *, reason: str, from_on: date | None = None, by: Scope, now: datetime
) -> Benefit:
    return _decide(pk, A.SUSPEND, reason=reason, from_on=from_on, by=by, now=now)


def resume(
    pk: uuid.UUID, *, reason: str, from_on: date | None = None, by: Scope, now: datetime
) -> Benefit:
    return _decide(pk, A.RESUME, reason=reason, from_on=from_on, by=by, now=now)


def stop(
    pk: uuid.UUID, *, reason: str, from_on: date | None = None, by: Scope, now: datetime
) -> Benefit:
    """停止: never by the machine. `from_on` is the last day of the benefit."""
    return _decide(pk, A.STOP, reason=reason, from_on=from_on, by=by, now=now)


# --- the station ----------------------------------------------------------------------------------
def recheck(pk: uuid.UUID, *, finding: str, by: Scope, now: datetime) -> Benefit:
    """定期复核: the conditions still hold; the next day follows from the item."""
    if not finding.strip():
        text = _("请写明核对了什么。")
        raise Invalid("finding_missing", text, {"finding": text})
    with transaction.atomic(durable=True):
        found, _rule = claim(pk, A.RECHECK, by=by)
        rule = benefit_of(found.version.content)
        today = timezone.localdate(now)
        months = rule.review_months if rule else 0
        found.review_on = rules.months_after(today, months) if months else None
        _close_tasks(found, (TaskKind.REVIEW, TaskKind.MOVED), now=now)
        return finish(
            found, A.RECHECK, state=found.state, reason=finding, from_on=today, by=by, now=now
        )


def prove(pk: uuid.UUID, *, way: str, note: str = "", by: Scope, now: datetime) -> Benefit:
    """生存认证: seen at the counter, at home, by video or by data; a visit at home counts like any (W2-07)."""
    if way not in ProofWay.values:
        text = _("请选择认证方式。")
        raise Invalid("way_unknown", text, {"way": text})
    with transaction.atomic(durable=True):
        found, _rule = claim(pk, A.PROVE, by=by)
        return prove_inside(found, way=way, note=note, by=by, now=now)


def prove_inside(found: Benefit, *, way: str, note: str, by: audit.Actor, now: datetime) -> Benefit:
    """The proof itself, inside a transaction."""
    rule = benefit_of(found.version.content)
    today = timezone.localdate(now)
    months = rule.life_proof_months if rule else 0
    found.prove_by_on = rules.months_after(today, months) if months else None
    # Who was seen alive is neither dead nor missing; whether he has moved is another matter.
    _close_tasks(found, (TaskKind.LIFE_PROOF, TaskKind.DECEASED, TaskKind.MISSING), now=now)
    return finish(
        found, A.PROVE, state=found.state, reason=note, from_on=today, proof=way, by=by, now=now
    )


def report(pk: uuid.UUID, *, words: str, by: Scope, now: datetime) -> Benefit:
    """上报: what the station found about an open task, for the body that decides. It changes nothing itself."""
    if not words.strip():
        text = _("请写明核查到的情况。")
        raise Invalid("words_missing", text, {"words": text})
    with transaction.atomic(durable=True):
        found, _rule = claim(pk, A.REPORT, by=by)
        tasks = list(found.tasks.open().select_for_update())
        if not tasks:
            raise Conflict("nothing_open", _("现在没有待核查的事项。"))
        for task in tasks:
            task.report, task.reported_at = words.strip(), now
            task.save(update_fields=["report", "reported_at"])
        today = timezone.localdate(now)
        return finish(
            found, A.REPORT, state=found.state, reason=words, from_on=today, by=by, now=now
        )
