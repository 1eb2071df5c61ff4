"""Sessions in the database, with their owner, their device and two limits: idle and absolute.

The limits differ by the seat at which one works (accounts.limits): a counter in a hall is left alone for
minutes, an office is not. `expire_date` always holds the nearer of the two, so a row past it is dead,
whatever the cookie says; the page counts down the same seconds.
"""

import hashlib
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from typing_extensions import override

from accounts import limits
from accounts.enums import UserKind
from accounts.models.session import Session

# What the session remembers about itself, inside its own data.
SEAT, CREATED, IP, LABEL = "_seat", "_created", "_ip", "_label"
# A page view moves the idle limit at most this often; an hour of work costs 120 short updates.
TOUCH_EVERY = timedelta(seconds=30)


class Seat(StrEnum):
    """Where somebody sits; nobody has signed in at the empty one."""

    COUNTER = "counter"
    OFFICE = "office"
    RESIDENT = "resident"
    VISITOR = ""


def first_seat(kind: str) -> Seat:
    """Until a post is chosen, any place where staff sign in may be a counter."""
    return Seat.COUNTER if kind == UserKind.STAFF else Seat.RESIDENT


def sit(session: SessionBase, seat: Seat) -> None:
    """Say where this sign-in sits; holds from the next save on."""
    session[SEAT] = seat.value


def digest(session_key: str) -> str:
    """What the table holds in place of the cookie."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def idle_and_longest(seat: Seat, day: date) -> tuple[int, int]:
    """Seconds without use, seconds at most."""
    figures = limits.in_force(day)
    idle: dict[Seat, int] = {
        Seat.COUNTER: figures.counter_idle,
        Seat.OFFICE: figures.office_idle,
        Seat.RESIDENT: figures.resident_idle,
        Seat.VISITOR: figures.visitor_idle,
    }
    is_staff = seat in {Seat.COUNTER, Seat.OFFICE}
    return idle[seat], figures.staff_longest if is_staff else figures.resident_longest


def deadline(seat: Seat, *, created_at: datetime, now: datetime) -> datetime:
    """When this session ends if nobody uses it again."""
    idle, longest = idle_and_longest(seat, timezone.localdate(now))
    return min(now + timedelta(seconds=idle), created_at + timedelta(seconds=longest))


class SessionStore(DatabaseStore):
    row: Session | None = None

    @override
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        key = digest(self.session_key or "")
        self.row = Session.objects.filter(session_key=key, expire_date__gt=timezone.now()).first()
        if self.row is None:
            self._session_key = None
        return self.row

    @override
    def exists(self, session_key: str) -> bool:
        return bool(Session.objects.filter(session_key=digest(session_key)).exists())

    @override
    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=digest(key)).delete()

    @override
    def create_model_instance(self, data: dict[str, Any]) -> Session:
        now = timezone.now()
        created_at = datetime.fromisoformat(data.setdefault(CREATED, now.isoformat()))
        key: str = self._get_or_create_session_key()  # type: ignore[attr-defined]
        return Session(
            session_key=digest(key),
            session_data=self.encode(data),
            expire_date=deadline(_seat(data), created_at=created_at, now=now),
            user_id=data.get(SESSION_KEY),
            created_at=created_at,
            last_seen_at=now,
            ip=data.get(IP),
            label=data.get(LABEL, ""),
        )

    def touch(self, *, now: datetime) -> None:
        """Somebody is at work: move the idle limit. Writes nothing when it was moved a moment ago."""
        row = self.row
        if row is None or row.last_seen_at > now - TOUCH_EVERY:
            return
        expires = deadline(_seat(self), created_at=row.created_at, now=now)
        Session.objects.filter(session_key=row.session_key).update(
            last_seen_at=now, expire_date=expires
        )

    def idle_seconds(self, *, now: datetime) -> int:
        """How long this session lives without use; the page counts the same."""
        return idle_and_longest(_seat(self), timezone.localdate(now))[0]


def _seat(data: "dict[str, Any] | SessionBase") -> Seat:
    """A sign-in of a release that did not know seats counts as a counter, the strictest."""
    return Seat(data.get(SEAT, Seat.COUNTER if SESSION_KEY in data else Seat.VISITOR))
