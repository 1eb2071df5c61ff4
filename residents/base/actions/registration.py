"""Accounts of residents: claimed with a code to the phone on file, or opened at a counter for a person standing there.

Nobody learns from us who is in the base. Until the code is right, `ask_code` and `enter_code` do the
same reads and writes and send a text of the same kind whether the claim fits or not (messages.py). ID number
and name are no secrets, so they alone open nothing: without the phone on file the way leads to a counter.
"""

import hmac
import secrets
import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit, usernames
from accounts.actions import users
from accounts.enums import UserKind
from accounts.models import User
from common import ratelimit
from common.crypto import blind_index
from common.errors import Conflict, Invalid, NotAllowed
from common.identity import IdNumber, normalise_id_number
from common.numbers import query_code
from community.governance.enums import Power
from community.governance.scopes import Scope
from notifications import outbox
from residents.base.actions.people import bind_account
from residents.base.enums import ClaimPurpose, PersonState
from residents.base.models import AccountClaim, Person
from residents.base.models.registration import TRIES

CODE_VALID = timedelta(minutes=5)
PASSWORD_WITHIN = timedelta(minutes=10)  # after the code
KEEP = timedelta(days=1)
PHONE_SETTLES = timedelta(days=30)  # until then a phone written down at a counter opens no account
COUNTER_PASSWORD_VALID = timedelta(days=7)
COUNTER_PASSWORD_DIGITS = 8
GROWN_ENOUGH = 14  # years; below, a guardian decides (PIPL 31)

MINUTE, HOUR, DAY = 60, 3600, 86400
# (whose, how often, seconds). The minute stands first: who presses twice does not use up his hour.
LIMITS = (("phone", 1, MINUTE), ("ip", 5, HOUR), ("phone", 5, HOUR), ("phone", 10, DAY))


class TooOften(NotAllowed):
    def __init__(self) -> None:
        text = _("获取验证码太频繁了，请过几分钟再试。等不及的话，请带身份证到社区服务站窗口办理。")
        super().__init__("too_often", text)


class CodeOver(NotAllowed):
    """The code is too old, was tried too often, or was used."""

    def __init__(self) -> None:
        super().__init__("code_over", _("这个验证码已失效，请点“重新获取验证码”。"))


class ToCounter(Conflict):
    """What stands in the way after the code is told to nobody on a screen."""

    def __init__(self) -> None:
        super().__init__("to_counter", _("请带身份证到社区服务站窗口办理。"))


@dataclass(frozen=True)
class GivenPassword:
    """What the clerk hands over; readable only this once."""

    user: User
    password: str
    valid_until: datetime
    is_new: bool  # False: the account was there, its password is new


def years_between(birth_on: date, day: date) -> int:
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def ask_code(
    purpose: ClaimPurpose,
    *,
    id_number: IdNumber,
    full_name: str,
    phone: str,
    language: str,
    by: audit.Actor,
    now: datetime,
) -> AccountClaim:
    """Send a code to `phone` if this is the person's phone on file; else a text that points to the counter.

    Takes the values as `common` checks and normalises them. Raises Invalid for children (by the number
    itself, so it tells nothing of the base), TooOften.
    """
    if years_between(id_number.birth_on, timezone.localdate(now)) < GROWN_ENOUGH:
        text = _("未满14周岁不能在网上开通，请由监护人带户口簿陪同到社区服务站窗口办理。")
        raise Invalid("under_age", text, {"id_number": text})
    _count(phone, by.ip or "", now=now)
    with transaction.atomic(durable=True):
        person_id = (
            Person.objects.claimable(
                id_number.number,
                full_name,
                phone,
                has_account=purpose == ClaimPurpose.RESET,
                settled_before=timezone.localdate(now) - PHONE_SETTLES,
            )
            .values_list("pk", flat=True)
            .first()
        )
        return _send(purpose, person_id, phone, language=language, by=by, now=now)


def ask_again(
    claim: AccountClaim, *, language: str, by: audit.Actor, now: datetime
) -> AccountClaim:
    """Another code for the same claim; the one before is void. Raises TooOften."""
    _count(claim.phone or "", by.ip or "", now=now)
    with transaction.atomic(durable=True):
        AccountClaim.objects.filter(pk=claim.pk).update(keep_until=now)
        return _send(
            ClaimPurpose(claim.purpose),
            claim.person_id,
            claim.phone or "",
            language=language,
            by=by,
            now=now,
        )


def enter_code(
    claim_id: uuid.UUID, code: str, *, by: audit.Actor, now: datetime
) -> AccountClaim | None:
    """The claim, verified; None when the code is wrong, which counts as one try. Raises CodeOver."""
    with transaction.atomic(durable=True):
        claim = _locked(claim_id)
        if claim.verified_at or claim.expires_at <= now or claim.tries >= TRIES:
            raise CodeOver
        fits = hmac.compare_digest(bytes(claim.code_digest or b""), _digest(claim, code))
        is_right = fits and claim.person_id is not None
        claim.tries += 1
        if is_right:
            claim.verified_at = now
        claim.save(update_fields=["tries", "verified_at"])
        audit.record(
            "account.code_right" if is_right else "account.code_wrong",
            by=by,
            target=claim,
            person_id=claim.person_id,
            detail={"purpose": claim.purpose},
            now=now,
        )
    return claim if is_right else None


def set_first_password(
    claim_id: uuid.UUID, password: str, *, by: audit.Acting, now: datetime
) -> User:
    """Open the account, or renew its password, for a verified claim; uses the claim up.

    Everything is looked at again under lock. Raises Invalid when the password is weak, ToCounter for
    whatever else stands in the way.
    """
    with transaction.atomic(durable=True):
        claim = _locked(claim_id)
        if claim.used_at or claim.person_id is None or not _is_fresh(claim, now):
            raise ToCounter
        person = (
            Person.objects.select_related("community", "account")
            .select_for_update(of=("self",))
            .get(pk=claim.person_id)
        )
        _check_still_fits(claim, person)
        _check_not_own_number(password, person)
        hand_out = _open if claim.purpose == ClaimPurpose.REGISTER else _renew
        try:
            user = hand_out(person, password, must_change=False, by=by, now=now)
        except Conflict as error:  # two persons of the base with one number
            raise ToCounter from error
        claim.used_at = now
        claim.save(update_fields=["used_at"])
    return user


def give_password_at_counter(
    person_id: uuid.UUID,
    *,
    id_number: str,
    has_guardian: bool = False,
    by: Scope,
    now: datetime,
) -> GivenPassword:
    """Open the account of a person standing at the counter, or give a new password for it, once.

    `id_number` is read off the document in the clerk's hand and must be the one in the base: so nobody
    is given an account from a list. The person replaces the password at the first sign-in, within a week.
    Raises Person.DoesNotExist outside the clerk's reach, Invalid, NotAllowed.
    """
    with transaction.atomic(durable=True):
        person = (
            Person.objects.visible_to(by, Power.ACCEPT_CASES)
            .select_related("community", "account")
            .select_for_update(of=("self",))
            .get(pk=person_id)
        )
        _check_at_counter(person, id_number, has_guardian, today=timezone.localdate(now))
        is_new = person.account_id is None
        password = _password_to_give(person)
        hand_out = _open if is_new else _renew
        user = hand_out(person, password, must_change=True, by=by, now=now)
        valid_until = now + COUNTER_PASSWORD_VALID
        AccountClaim.objects.filter(purpose=ClaimPurpose.COUNTER, person=person).delete()
        claim = AccountClaim.objects.create(
            purpose=ClaimPurpose.COUNTER,
            person=person,
            created_at=now,
            expires_at=valid_until,
            keep_until=valid_until,
        )
        audit.record(
            "account.opened_at_counter" if is_new else "account.password_given_at_counter",
            by=by,
            target=claim,
            person_id=person.pk,
            place_path=person.community.path,
            now=now,
        )
    return GivenPassword(user, password, valid_until, is_new)


def forget_claims(*, by: audit.Actor, now: datetime) -> int:
    """Delete claims that are over; first passwords from the counter that nobody replaced end with them."""
    with transaction.atomic(durable=True):
        spent = AccountClaim.objects.spent(now).select_for_update(skip_locked=True, of=("self",))
        claims = list(spent.select_related("person__account").order_by("keep_until")[:1000])
        for claim in claims:
            account = claim.person.account if claim.person else None
            if claim.purpose == ClaimPurpose.COUNTER and account:
                users.void_given_password(account, by=by, now=now)
        AccountClaim.objects.filter(pk__in=[claim.pk for claim in claims]).delete()
    return len(claims)


def _count(phone: str, ip: str, *, now: datetime) -> None:
    subjects = {"phone": phone, "ip": ip}
    for whose, limit, seconds in LIMITS:
        if not ratelimit.hit(f"account-code-{whose}", subjects[whose], limit, seconds, now):
            raise TooOften


def _send(
    purpose: ClaimPurpose,
    person_id: uuid.UUID | None,
    phone: str,
    *,
    language: str,
    by: audit.Actor,
    now: datetime,
) -> AccountClaim:
    code = query_code()
    claim = AccountClaim(
        purpose=purpose,
        person_id=person_id,
        phone=phone,
        created_at=now,
        expires_at=now + CODE_VALID,
        keep_until=now + KEEP,
    )
    claim.code_digest = _digest(claim, code)
    claim.save(force_insert=True)
    audit.record(
        "account.code_asked",
        by=by,
        target=claim,
        person_id=person_id,
        detail={"purpose": purpose.value},
        now=now,
    )
    outbox.post(
        "registration.code" if person_id else "registration.counter",
        key=f"account:{claim.pk}",
        user_id=None,
        phone=phone,
        params={"code": code, "minutes": int(CODE_VALID.total_seconds() // 60)}
        if person_id
        else {"hotline": settings.SERVICE_PHONE},
        language=language,
        now=now,
    )
    return claim


def _digest(claim: AccountClaim, code: str) -> bytes:
    return blind_index(f"{claim.pk}|{claim.purpose}|{code}", field="account_code")


def _locked(claim_id: uuid.UUID) -> AccountClaim:
    return AccountClaim.objects.select_for_update().get(pk=claim_id)


def _is_fresh(claim: AccountClaim, now: datetime) -> bool:
    return claim.verified_at is not None and now < claim.verified_at + PASSWORD_WITHIN


def _check_still_fits(claim: AccountClaim, person: Person) -> None:
    """Between code and password the base may have changed."""
    has_phone = bytes(person.phone_index or b"") == blind_index(claim.phone or "", field="phone")
    wants_account = claim.purpose == ClaimPurpose.RESET
    has_account = person.account is not None and person.account.is_active
    if not has_phone or person.state != PersonState.ACTIVE or has_account != wants_account:
        raise ToCounter


def _check_not_own_number(password: str, person: Person) -> None:
    """The end of the ID number is the first password that anybody tries."""
    own = [person.id_number or "", person.phone or ""]
    if any(password.upper() in number for number in own):
        text = _("不要用身份证号或手机号里的数字做密码，别人很容易猜到。")
        raise Invalid("own_number", text, {"new_password": text})


def _check_at_counter(person: Person, id_number: str, has_guardian: bool, *, today: date) -> None:
    if person.state != PersonState.ACTIVE:
        raise NotAllowed("not_active", _("这位居民不在册，不能开通账号。"))
    if not person.id_number:
        raise NotAllowed("no_number", _("档案中没有证件号码，请先补录，再开通账号。"))
    given = blind_index(normalise_id_number(id_number), field="id_number")
    if not hmac.compare_digest(given, bytes(person.id_index or b"")):
        text = _("和档案中的证件号码不一样。请核对是不是本人的原件。")
        raise Invalid("other_number", text, {"id_number": text})
    if needs_guardian(person, today) and not has_guardian:
        text = _("未满14周岁，须由监护人在场同意。")
        raise Invalid("guardian_missing", text, {"has_guardian": text})


def needs_guardian(person: Person, today: date) -> bool:
    born = person.birth_on
    return born is not None and years_between(born, today) < GROWN_ENOUGH


def _password_to_give(person: Person) -> str:
    """Digits: every keyboard has them. Not common, not part of an own number; a few in a million are."""
    while True:
        password = "".join(secrets.choice("0123456789") for _ in range(COUNTER_PASSWORD_DIGITS))
        try:
            validate_password(password, User(kind=UserKind.RESIDENT))
            _check_not_own_number(password, person)
        except (ValidationError, Invalid):
            continue
        return password


def _open(
    person: Person, password: str, *, must_change: bool, by: audit.Actor, now: datetime
) -> User:
    user = users.open_account(
        username=usernames.of_resident(person.id_number or ""),
        display_name=person.full_name,
        kind=UserKind.RESIDENT,
        password=password,
        must_change=must_change,
        by=by,
        now=now,
    )
    bind_account(person, user, by=_as_owner(by, user), now=now)
    _tell("account.opened", person, user, now=now)
    return user


def _renew(
    person: Person, password: str, *, must_change: bool, by: audit.Actor, now: datetime
) -> User:
    user = person.account
    if user is None or not user.is_active:
        raise NotAllowed("account_disabled", _("这个账号已停用，请联系系统管理员。"))
    by = _as_owner(by, user)
    user = users.renew_password(user, password, must_change=must_change, by=by, now=now)
    _tell("account.password_renewed", person, user, now=now)
    return user


def _as_owner(by: audit.Actor, user: User) -> audit.Actor:
    """Whoever proved himself by the code acts as himself; a clerk stays the clerk."""
    return replace(by, user_id=user.pk) if isinstance(by, audit.Acting) else by


def _tell(kind: str, person: Person, user: User, *, now: datetime) -> None:
    """To the phone on file, whoever asked for it: its owner must learn when somebody else took the account."""
    outbox.post(
        kind,
        key=f"{kind}:{user.pk}:{now.isoformat()}",
        user_id=user.pk,
        phone=person.phone or "",
        person_id=person.pk,
        place_path=person.community.path,
        params={"hotline": settings.SERVICE_PHONE},
        now=now,
    )
