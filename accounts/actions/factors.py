"""The second factor: enrolled once, every code used once, every use and refusal written down."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit, totp
from accounts.audit import Actor
from accounts.models import RecoveryCode, Session, Totp, User
from common.errors import Invalid


def enrol_totp(user: User, secret: str, *, by: Actor, now: datetime) -> Totp:
    """Enrol a device whose secret (base32) is known to work; replaces an earlier one. For the demo city."""
    with transaction.atomic(durable=True):
        return _enrol(user, secret, last_step=0, by=by, now=now)


def confirm_totp(user: User, secret: str, code: str, *, by: Actor, now: datetime) -> list[str]:
    """Enrol the device that shows `code`, and give ten recovery codes, readable only this once.

    Raises Invalid when the code is not of this secret and this minute.
    """
    step = totp.matching_step(secret, code, after=0, now=now)
    if step is None:
        text = _("验证码不对。请确认手机时间准确，再输入当前显示的 6 位数字。")
        raise Invalid("wrong_code", text, {"code": text})
    with transaction.atomic(durable=True):
        _enrol(user, secret, last_step=step, by=by, now=now)
        return _issue_codes(user, by=by, now=now)


def renew_recovery_codes(user: User, *, by: Actor, now: datetime) -> list[str]:
    """Ten new recovery codes; the old ones are void."""
    with transaction.atomic(durable=True):
        return _issue_codes(user, by=by, now=now)


def remove_totp(user: User, *, reason: str, by: Actor, now: datetime) -> None:
    """Lost telephone: the device and the codes go, every sign-in ends, the next one enrols anew."""
    with transaction.atomic(durable=True):
        Totp.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        Session.objects.filter(user_id=user.pk).delete()
        audit.record("factor.removed", by=by, target=user, reason=reason, now=now)


def use_code(user: User, code: str, *, by: Actor, now: datetime) -> bool:
    """Whether this code opens the door now: a current TOTP code or an unused recovery code, each once."""
    code = "".join(code.split())
    with transaction.atomic(durable=True):
        if code.isascii() and code.isdigit() and len(code) == 6:
            how, is_right = "totp", _use_totp(user, code, now=now)
        else:
            how, is_right = "recovery_code", _use_recovery_code(user, code, now=now)
        action = "factor.used" if is_right else "factor.refused"
        audit.record(action, by=by, target=user, detail={"how": how}, now=now)
    return is_right


def _use_totp(user: User, code: str, *, now: datetime) -> bool:
    device = Totp.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
    if device is None:
        return False
    step = totp.matching_step(device.secret, code, after=device.last_step, now=now)
    if step is None:
        return False
    Totp.objects.filter(pk=device.pk).update(last_step=step)
    return True


def _use_recovery_code(user: User, code: str, *, now: datetime) -> bool:
    digest = totp.recovery_digest(code, user_id=user.pk)
    unused = RecoveryCode.objects.filter(user=user, digest=digest, used_at=None)
    return unused.update(used_at=now) == 1


def _enrol(user: User, secret: str, *, last_step: int, by: Actor, now: datetime) -> Totp:
    if not totp.is_secret(secret):
        raise ValueError("a TOTP secret is base32 of at least 16 bytes")
    Totp.objects.filter(user=user).delete()
    device = Totp.objects.create(user=user, secret=secret, last_step=last_step, confirmed_at=now)
    audit.record("factor.enrolled", by=by, target=user, now=now)
    return device


def _issue_codes(user: User, *, by: Actor, now: datetime) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = [totp.new_recovery_code() for _ in range(totp.RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=totp.recovery_digest(code, user_id=user.pk))
        for code in codes
    )
    audit.record("factor.codes_issued", by=by, target=user, now=now)
    return codes
