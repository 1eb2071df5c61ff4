"""A person's yes and no to a purpose. A no counts from the moment it is said (PIPL 15)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.models import Person
from residents.rights import deadlines
from residents.rights.enums import ConsentHow
from residents.rights.models import Consent, ProcessingPurpose, RightsFigure
from residents.rights.relatives import wards_of


def give_consent(
    person_id: UUID, code: str, *, is_separate: bool = False, by: Scope, now: datetime
) -> Consent:
    """Say yes to the version in force: the person himself, the guardian, or at the counter on paper.

    `is_separate`: the person has confirmed the sensitive use by itself (PIPL 29). For whoever is under the
    age of PIPL 31 only a guardian says yes. Saying it twice is one yes.
    """
    today = timezone.localdate(now)
    purpose = _choice(code, now=now)
    if purpose.is_sensitive and not is_separate:
        text = _("这是敏感个人信息，请单独勾选同意。")
        raise Invalid("separate_consent", text, {"is_separate": text})
    with transaction.atomic(durable=True):
        person, how = _reach(person_id, by=by, now=now)
        age = RightsFigure.objects.in_force(today)["guardian_age"].value
        is_minor = deadlines.is_under(person.birth_on, age, today)
        if is_minor and how == ConsentHow.ONLINE:
            raise NotAllowed("guardian_needed", _("未满14周岁的，由父母或其他监护人同意。"))
        standing = Consent.objects.of(person.pk).standing(today).filter(purpose=purpose).first()
        if standing is not None:
            return standing
        # One that is over makes room for the new one.
        Consent.objects.of(person.pk).filter(purpose=purpose, withdrawn_at__isnull=True).update(
            withdrawn_at=now
        )
        expires = deadlines.months_after(today, purpose.months) if purpose.months else None
        found = Consent.objects.create(
            person=person,
            purpose=purpose,
            how=how,
            given_at=now,
            given_by=by.user_id,
            expires_on=expires,
        )
        _trail("consent.given", found, by=by, now=now)
    return found


def withdraw_consent(person_id: UUID, code: str, *, by: Scope, now: datetime) -> None:
    """Say no: every yes to any version of the purpose ends; what may be refused is refused."""
    purpose = _choice(code, now=now)
    with transaction.atomic(durable=True):
        person, how = _reach(person_id, by=by, now=now)
        rows = Consent.objects.of(person.pk).filter(purpose__code=code)
        found = rows.filter(withdrawn_at__isnull=True).first()
        if found is None and rows.filter(given_at__isnull=True).exists():
            raise Conflict("refused_already", _("您已经拒绝过了。"))
        Consent.objects.filter(person=person, purpose__code=code, withdrawn_at__isnull=True).update(
            withdrawn_at=now
        )
        if found is None:
            found = Consent.objects.create(
                person=person, purpose=purpose, how=how, given_by=by.user_id, withdrawn_at=now
            )
        _trail("consent.withdrawn", found, by=by, now=now)


def _choice(code: str, *, now: datetime) -> ProcessingPurpose:
    """The version in force of a purpose to which one can say no. Raises ProcessingPurpose.DoesNotExist."""
    purpose = ProcessingPurpose.objects.public(timezone.localdate(now)).get(code=code)
    if not purpose.is_choice:
        raise NotAllowed("statutory", _("这是法律规定必须处理的，不需要同意，也不能撤回。"))
    return purpose


def _reach(person_id: UUID, *, by: Scope, now: datetime) -> tuple[Person, ConsentHow]:
    """The person, locked, and how this actor speaks for him. Raises Person.DoesNotExist."""
    locked = Person.objects.select_related("community").select_for_update(of=("self",), no_key=True)
    if by.is_staff:
        reach = Person.objects.visible_to(by, Power.REGISTER_PERSONS).values("pk")
        return locked.get(pk=person_id, pk__in=reach), ConsentHow.PAPER
    person = locked.get(pk=person_id)
    if by.user_id and person.account_id == by.user_id:
        return person, ConsentHow.ONLINE
    if wards_of(by, timezone.localdate(now)).filter(pk=person_id).exists():
        return person, ConsentHow.GUARDIAN
    raise Person.DoesNotExist


def _trail(action: str, found: Consent, *, by: Scope, now: datetime) -> None:
    audit.record(
        action,
        by=by,
        target=found,
        person_id=found.person_id,
        place_path=found.person.community.path,
        detail={"purpose": found.purpose.code, "version": found.purpose.version},
        now=now,
    )
