"""共同签字: every adult of the household agrees for himself, online, on paper, or by his guardian."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, gettext_noop

from accounts import audit
from common import storage
from common.errors import Conflict, Invalid, NotAllowed
from common.uploads import CleanFile
from community.governance.enums import Power
from community.governance.scopes import Scope
from notifications import outbox
from residents.base.models import HouseholdMember, Person
from residents.rights.models import Guardianship
from residents.rights.relatives import grown_ups
from servicehall.cases.actions import _core, files as file_actions
from servicehall.cases.actions.handling import give_notice
from servicehall.cases.enums import OPEN_STATES, CaseAction, SignatureHow, SignatureState
from servicehall.cases.models import Case, CoSignature
from servicehall.cases.transitions import CASE
from servicehall.catalogue import answering
from servicehall.catalogue.enums import Channel

S = SignatureState
# From which states each answer may be given; who said no may still say yes.
SOURCES = {
    S.SIGNED: frozenset({S.ASKED, S.REFUSED, S.WITHDRAWN}),
    S.REFUSED: frozenset({S.ASKED}),
    S.WITHDRAWN: frozenset({S.SIGNED}),
}
FIELD = "cosign"


def ask_signatures(case: Case, answers: answering.Answers, *, now: datetime) -> None:
    """A row for every grown-up member who was named on the form. Called inside the transaction of a filing.

    The applicant signs by filing, unless another filed for him. Who is not of the household is refused.
    """
    if case.version.content.get("cosign") != "adults":
        return
    named = _named(case, answers)
    is_by_other = case.channel == Channel.ONLINE and case.filed_by_id != case.applicant.account_id
    members = list(
        HouseholdMember.objects.living_with(case.applicant_id)
        .filter(person_id__in=named)
        .order_by("person_id")
        .distinct("person_id")
    )
    people = [row.person for row in members if row.person_id != case.applicant_id]
    people += [case.applicant] if is_by_other else []
    today = timezone.localdate(now)
    rows = CoSignature.objects.bulk_create(
        CoSignature(case=case, person=person, asked_at=now) for person in grown_ups(people, today)
    )
    for row in rows:
        _ask(row, now=now)


def _named(case: Case, answers: answering.Answers) -> list[str]:
    keys = [q["key"] for q in case.version.questions if q["type"] == "household_member"]
    found: list[str] = []
    for key in keys:
        value = answers.get(key)
        found += [str(one) for one in (value if isinstance(value, list) else [value]) if one]
    return found


def answer_signature(
    signature_id: uuid.UUID, state: SignatureState, *, by: Scope, now: datetime
) -> CoSignature:
    """The person himself, or his guardian, agrees, refuses, or takes the agreement back.

    A consent withdrawn before the decision stops the case: the applicant is told what is missing now.
    Raises CoSignature.DoesNotExist for whoever is not asked.
    """
    with transaction.atomic(durable=True):
        found = CoSignature.objects.visible_to(by, timezone.localdate(now)).get(pk=signature_id)
        row, case = _claim(found, state)
        is_own = row.person.account_id == by.user_id
        row.how = SignatureHow.ONLINE if is_own else SignatureHow.GUARDIAN
        row.signer_id = by.user_id
        row.post_id = row.scan_id = None
        _settle(row, case, state, by=by, now=now)
        if state == S.WITHDRAWN:
            _stop(case, now=now)
    return row


def record_signature(
    signature_id: uuid.UUID,
    *,
    how: str,
    scan: CleanFile | None = None,
    by: Scope,
    now: datetime,
) -> CoSignature:
    """A paper was signed at the counter, by the person or by a guardian whom the register knows."""
    if how not in {SignatureHow.PAPER, SignatureHow.GUARDIAN}:
        raise Invalid("how_unknown", _("请选择谁签的字。"), {"how": _("请选择。")})
    kept = ""
    try:
        with transaction.atomic(durable=True):
            cases = Case.objects.visible_to(by)
            found = CoSignature.objects.filter(case__in=cases).get(pk=signature_id)
            row, case = _claim(found, S.SIGNED)
            _check_window(case, row, how, by=by, now=now)
            row.how, row.post_id, row.signer_id = how, by.post_id, None
            if scan is not None:
                row.scan = file_actions.keep(
                    scan, draft=None, case=case, field=FIELD, by=by, now=now
                )
                kept = row.scan.stored_as
            _settle(row, case, S.SIGNED, by=by, now=now)
    except Exception:
        if kept:
            storage.drop(kept)
        raise
    return row


def _check_window(case: Case, row: CoSignature, how: str, *, by: Scope, now: datetime) -> None:
    if by.body_id not in {case.station_id, case.handler_id} or not by.has(Power.ACCEPT_CASES):
        raise NotAllowed("no_power", _("书面签字由受理的服务站登记。"))
    _core.check_conflict(case, by=by)
    if by.user_id in {row.person.account_id, row.person.staff_account_id}:
        raise NotAllowed("conflict_of_interest", _("这是您本人的事，请由其他同事登记。"))
    if how == SignatureHow.GUARDIAN:
        today = timezone.localdate(now)
        if not Guardianship.objects.in_force(today).filter(ward=row.person).exists():
            text = _("没有登记过监护人，请先带证明登记监护关系。")
            raise Invalid("no_guardian", text, {"how": text})


def _claim(found: CoSignature, state: SignatureState) -> tuple[CoSignature, Case]:
    """The case first, then the row, as every act locks them."""
    Case.objects.only("pk").select_for_update(of=("self",), no_key=True).get(pk=found.case_id)
    case = Case.objects.select_related(
        "version__item", "community", "station__place", "handler", "applicant"
    ).get(pk=found.case_id)
    row = (
        CoSignature.objects.select_related("person__community")
        .select_for_update(of=("self",))
        .get(pk=found.pk)
    )
    if case.state not in OPEN_STATES:
        raise Conflict("state_moved_on", _("本件已经办结，不能再改。"))
    if row.state not in SOURCES[state]:
        raise Conflict("answered", _("已经答复过了，请刷新后查看。"))
    return row, case


def _settle(
    row: CoSignature, case: Case, state: SignatureState, *, by: Scope, now: datetime
) -> None:
    row.state, row.answered_at = state, now
    row.save()
    audit.record(
        f"cosign.{state.value}",
        by=by,
        target=case,
        person_id=row.person_id,
        place_path=case.community.path,
        detail={"number": case.number, "how": row.how},
        now=now,
    )


def _stop(case: Case, *, now: datetime) -> None:
    if case.state not in CASE[CaseAction.SUPPLEMENT].sources:
        return  # already stopped; no decision is made without the signature
    item = {
        "key": FIELD,
        "title": gettext_noop("家庭成员签字"),
        "what": gettext_noop("有成年家庭成员撤回了同意，请由本人重新签字，或者改正家庭成员。"),
    }
    reason = gettext_noop("有成年家庭成员撤回了同意。")
    give_notice(case, [item], reason=reason, by=audit.SYSTEM, now=now)


def _ask(row: CoSignature, *, now: datetime) -> None:
    person, case = row.person, row.case
    guardians: Sequence[Person] = [
        found.guardian
        for found in Guardianship.objects.in_force(timezone.localdate(now))
        .filter(ward=person)
        .select_related("guardian")
    ]
    for to in guardians or [person]:
        outbox.post(
            "cosign.asked",
            key=f"cosign:{row.pk}:{to.pk}",
            user_id=to.account_id,
            phone=to.phone or "",
            person_id=to.pk,
            place_path=case.community.path,
            params={
                "item": case.version.name.get("zh", ""),
                "item_en": case.version.name.get("en", ""),
                "station": case.station.name,
                "station_en": case.station.name_en,
                "hotline": case.station.phone,
            },
            now=now,
        )
