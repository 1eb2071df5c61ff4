"""Guessing gets slow, then stops; the clerks behind the same address go on working.

Failures are counted per account and address, and per account over all addresses. Nobody sleeps: a
sign-in that comes too early is refused with the seconds to wait, the same for known and unknown names.
An address from which the account signed in lately answers only for its own failures, so a guesser
elsewhere cannot shut the owner out; and nothing is counted for an address alone, so he cannot shut
out a station. Accounts are stored as keyed hashes: people type their ID number into that field.
"""

import hashlib
import hmac
import math
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q, Sum

from accounts.models import SignInGate

# Failures are forgiven after this long without a new one.
FORGIVEN_AFTER = timedelta(hours=12)
# An address that the account used within this time is known.
KNOWN_FOR = timedelta(days=30)


def pair_delay(failures: int) -> int:
    """Seconds to wait after the last failure of one account from one address."""
    if failures < 5:
        return 0
    return min(2 ** (failures - 4), 25) if failures < 10 else 15 * 60


def account_delay(failures: int) -> int:
    """Seconds to wait after the last failure of one account from anywhere."""
    if failures < 20:
        return 0
    return 25 if failures < 100 else 15 * 60


def account_key(username: str) -> str:
    """The account as it stands in the table of failures."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, username.strip().lower().encode(), hashlib.sha256).hexdigest()


def wait(username: str, ip: str, *, now: datetime) -> int:
    """Whole seconds until this account may be tried again from this address; 0 when it may."""
    gates = SignInGate.objects.filter(account=account_key(username))
    failing = gates.failing_since(now - FORGIVEN_AFTER)
    own = failing.filter(ip=ip).first()
    until = own.failed_at + timedelta(seconds=pair_delay(own.failures)) if own else now
    if not gates.filter(ip=ip, known_at__gt=now - KNOWN_FOR).exists():
        total = failing.aggregate(failures=Sum("failures"), last=Max("failed_at"))
        if total["failures"]:
            until = max(until, total["last"] + timedelta(seconds=account_delay(total["failures"])))
    return max(0, math.ceil((until - now).total_seconds()))


def fail(username: str, ip: str, *, now: datetime) -> None:
    """Count one wrong password or code. Raises nothing: a failure that races another is still counted."""
    account = account_key(username)
    with transaction.atomic():
        gate, _ = SignInGate.objects.select_for_update().get_or_create(account=account, ip=ip)
        stale = gate.failed_at is None or gate.failed_at <= now - FORGIVEN_AFTER
        SignInGate.objects.filter(pk=gate.pk).update(
            failures=1 if stale else F("failures") + 1, failed_at=now
        )


def succeed(username: str, ip: str, *, now: datetime) -> None:
    """The owner is in: this address is known now, and owes nothing."""
    SignInGate.objects.update_or_create(
        account=account_key(username),
        ip=ip,
        defaults={"failures": 0, "failed_at": None, "known_at": now},
    )


def forget_old(*, now: datetime) -> None:
    """Drop what no longer decides anything."""
    recent = Q(failed_at__gt=now - FORGIVEN_AFTER) | Q(known_at__gt=now - KNOWN_FOR)
    SignInGate.objects.exclude(recent).delete()
