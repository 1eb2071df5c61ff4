"""Sessions in the database, with their owner, their device and two limits: idle and absolute.

The limits differ by kind of user (settings.SESSION_LIMITS). `expire_date` always holds the nearer of
the two, so a row past it is dead, whatever the cookie says.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from typing_extensions import override

from accounts.models.session import Session

# What the session remembers about itself, inside its own data.
KIND, CREATED, IP, LABEL = "_kind", "_created", "_ip", "_label"
# A page view moves the idle limit at most this often; an hour of work costs 120 short updates.
TOUCH_EVERY = timedelta(seconds=30)


def digest(session_key: str) -> str:
    """What the table holds in place of the cookie."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def deadline(kind: str, *, created_at: datetime, now: datetime) -> datetime:
    """When this session ends if nobody uses it again."""
    idle, absolute = settings.SESSION_LIMITS[kind or "anonymous"]
    return min(now + timedelta(seconds=idle), created_at + timedelta(seconds=absolute))


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
            expire_date=deadline(data.get(KIND, ""), created_at=created_at, now=now),
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
        expires = deadline(self.get(KIND, ""), created_at=row.created_at, now=now)
        Session.objects.filter(session_key=row.session_key).update(
            last_seen_at=now, expire_date=expires
        )
