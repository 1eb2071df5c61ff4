"""Members of a household ask each other, answer, and take back; guardians are recorded at the counter."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from notifications import outbox
from residents.base.models import HouseholdMember, Person
from residents.rights import deadlines
from residents.rights.enums import FamilyAction, FamilyKind, FamilyState, GuardianKind
from residents.rights.models import FamilyConsent, Guardianship, RightsFigure
from residents.rights.relatives import relation_between, seen_by
from residents.rights.transitions import FAMILY


def ask_member(member_id: UUID, kind: str, *, by: Scope, now: datetime) -> FamilyConsent:
    """Ask a grown-up of the own household to be allowed to see, or to act. Raises Person.DoesNotExist."""
    today = timezone.localdate(now)
    if kind not in FamilyKind.values:
        raise Invalid("kind_unknown", _("请选择要看，还是也要替办。"))
    with transaction.atomic(durable=True):
        me = _me(by)
        member = _member(me, member_id)
        age = RightsFigure.objects.in_force(today)["adult_age"].value
        if deadlines.is_under(member.birth_on, age, today):
            raise NotAllowed(
                "minor", _("未成年家人由监护人代办。请带户口簿或出生证到窗口登记监护关系。")
            )
        if member.account_id is None:
            raise NotAllowed(
                "no_account", _("这位家人还没有账号，没法在网上答复。可以一起到服务站窗口办理。")
            )
        between = FamilyConsent.objects.filter(giver=member, receiver=me)
        between.filter(state=FamilyState.GIVEN, until__lt=today).update(
            state=FamilyState.ENDED, ended_at=now
        )
        if between.filter(state__in=[FamilyState.ASKED, FamilyState.GIVEN]).exists():
            raise Conflict("asked_already", _("已经问过这位家人了，请等答复。"))
        found = FamilyConsent.objects.create(giver=member, receiver=me, kind=kind, asked_at=now)
        _trail("family.asked", found, by=by, now=now)
        _tell("family.asked", found, member, now=now)
    return found


def change_family(
    consent_id: UUID, action: FamilyAction, *, by: Scope, now: datetime
) -> FamilyConsent:
    """Answer, or take back. Raises FamilyConsent.DoesNotExist, Conflict, NotAllowed."""
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        FamilyConsent.objects.visible_to(by).only("pk").select_for_update(of=("self",)).get(
            pk=consent_id
        )
        found = FamilyConsent.objects.select_related("giver__community", "receiver").get(
            pk=consent_id
        )
        rule = FAMILY[action]
        if found.state not in rule.sources:
            raise Conflict("answered", _("已经答复或收回了，请刷新后查看。"))
        may = {
            "asked": {found.giver.account_id},
            "asker": {found.receiver.account_id},
            "either": {found.giver.account_id, found.receiver.account_id},
        }[rule.by]
        if by.user_id not in may:
            raise NotAllowed("not_yours", _("这一步要由对方来做。"))
        found.state = FamilyState(rule.to)
        if action in {FamilyAction.GIVE, FamilyAction.DECLINE}:
            found.answered_at = now
        if action == FamilyAction.GIVE:
            months = RightsFigure.objects.in_force(today)["family_months"].value
            found.until = deadlines.months_after(today, months)
        if found.state != FamilyState.GIVEN:
            found.ended_at = now
        found.save()
        _trail(f"family.{action.value}", found, by=by, now=now)
        other = found.receiver if by.user_id == found.giver.account_id else found.giver
        _tell(f"family.{found.state}", found, other, now=now)
    return found


def look_at_member(member_id: UUID, *, by: Scope, now: datetime) -> Person:
    """See the data of a ward or of who allowed it; the member reads who looked. Raises Person.DoesNotExist."""
    with transaction.atomic(durable=True):
        me = _me(by)
        member = (
            seen_by(by, timezone.localdate(now))
            .exclude(pk=me.pk)
            .select_related("community", "detail")
            .get(pk=member_id)
        )
        audit.record(
            "family.viewed",
            by=by,
            target=member,
            person_id=member.pk,
            place_path=member.community.path,
            detail={"relation": relation_between(member.pk, me.pk)},
            now=now,
        )
    return member


def record_guardian(
    ward_id: UUID,
    guardian_id: UUID,
    *,
    kind: str,
    document: str,
    from_on: date,
    to_on: date | None = None,
    by: Scope,
    now: datetime,
) -> Guardianship:
    """Write down at the counter who the guardian is, with the document that was shown.

    A parent's guardianship ends on coming of age at the latest (民法典 17, 27). Raises Person.DoesNotExist
    outside the reach, Invalid, Conflict.
    """
    if kind not in GuardianKind.values or not document.strip():
        text = _("请写明核对了什么材料，如户口簿、出生证、判决书。")
        raise Invalid("document_missing", text, {"document": text})
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        reach = Person.objects.visible_to(by, Power.REGISTER_PERSONS)
        ward = reach.select_related("community").select_for_update(of=("self",)).get(pk=ward_id)
        guardian = Person.objects.get(pk=guardian_id)
        if by.user_id in {guardian.account_id, guardian.staff_account_id}:
            raise NotAllowed("conflict_of_interest", _("这是您本人的事，请由其他同事登记。"))
        age = RightsFigure.objects.in_force(today)["adult_age"].value
        _check_ages(ward, guardian, kind, age, today)
        if ward.birth_on and kind == GuardianKind.PARENT:
            last = deadlines.birthday_after(ward.birth_on, age)
            to_on = min(to_on, last) if to_on else last
        if to_on is not None and to_on < from_on:
            text = _("结束日期不能早于开始日期。")
            raise Invalid("dates", text, {"to_on": text})
        known = Guardianship.objects.not_over(today).filter(guardian=guardian, ward=ward)
        if known.exists():
            raise Conflict("known", _("这位监护人已经登记过了。"))
        found = Guardianship.objects.create(
            guardian=guardian,
            ward=ward,
            kind=kind,
            document=document.strip()[:120],
            from_on=from_on,
            to_on=to_on,
            recorded_by=by.post_label,
            recorded_at=now,
        )
        _trail_guardian("guardian.recorded", found, by=by, now=now)
    return found


def end_guardian(guardianship_id: UUID, *, by: Scope, now: datetime) -> Guardianship:
    """It holds no longer; from the day before on nobody acts on it."""
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        reach = Person.objects.visible_to(by, Power.REGISTER_PERSONS).values("pk")
        found = (
            Guardianship.objects.not_over(today)
            .filter(ward_id__in=reach)
            .select_for_update(of=("self",))
            .get(pk=guardianship_id)
        )
        if found.from_on >= today:  # recorded by mistake: it never held
            _trail_guardian("guardian.ended", found, by=by, now=now)
            found.delete()
            return found
        found.to_on = today - date.resolution
        found.save(update_fields=["to_on"])
        _trail_guardian("guardian.ended", found, by=by, now=now)
    return found


def _check_ages(ward: Person, guardian: Person, kind: str, age: int, today: date) -> None:
    if ward.pk == guardian.pk or deadlines.is_under(guardian.birth_on, age, today):
        text = _("监护人应是成年人，也不能是本人。")
        raise Invalid("guardian_unfit", text, {"number": text})
    if kind == GuardianKind.PARENT and not deadlines.is_under(ward.birth_on, age, today):
        text = _("已成年的人，父母不当然是监护人；请按认定或协议登记。")
        raise Invalid("not_a_minor", text, {"kind": text})


def _me(by: Scope) -> Person:
    return Person.objects.of_account(by.user_id).select_related("community").get()


def _member(me: Person, member_id: UUID) -> Person:
    shared = HouseholdMember.objects.living_with(me.pk).exclude(person_id=me.pk)
    return (
        Person.objects.filter(pk__in=shared.values("person_id"))
        .select_related("community")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=member_id)
    )


def _trail(action: str, found: FamilyConsent, *, by: Scope, now: datetime) -> None:
    """In the file of the giver, whose data it is about."""
    relation = relation_between(found.giver_id, found.receiver_id)
    audit.record(
        action,
        by=by,
        target=found,
        person_id=found.giver_id,
        place_path=found.giver.community.path,
        detail={"relation": relation} if by.user_id == found.receiver.account_id else {},
        now=now,
    )


def _trail_guardian(action: str, found: Guardianship, *, by: Scope, now: datetime) -> None:
    audit.record(
        action,
        by=by,
        target=found,
        person_id=found.ward_id,
        place_path=found.ward.community.path,
        now=now,
    )


def _tell(kind: str, found: FamilyConsent, to: Person, *, now: datetime) -> None:
    outbox.post(
        kind,
        key=f"family:{found.pk}:{found.state}",
        user_id=to.account_id,
        phone=to.phone or "",
        person_id=to.pk,
        place_path=found.giver.community.path,
        params={"hotline": settings.SERVICE_PHONE},
        now=now,
    )
