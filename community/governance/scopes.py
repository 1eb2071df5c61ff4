"""Who is looking: the post in which a user acts, and the powers it holds at which places.

A scope is read from rows at every request and kept nowhere else, so that a changed or ended
post counts at once (security.md, T42).
"""

from __future__ import annotations

import functools
import operator
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import get_language, override

from accounts.enums import UserKind
from community.governance.enums import BodyKind
from community.governance.roles import capacity

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import User

NOTHING = Q(pk__in=[])
# Who coordinates or governs a place looks at all of its lines, whatever its office answers for itself.
OVERSEERS = frozenset({BodyKind.COMMUNITY_OFFICE, BodyKind.GOVERNMENT})


@dataclass(frozen=True, slots=True)
class Scope:
    """The viewer. A scope of nobody sees nothing: `user_id=None` must never match a row without a user."""

    user_id: uuid.UUID | None = None
    is_resident: bool = False
    post_id: uuid.UUID | None = None
    post_label: str = ""
    post_shown: str = ""
    role: str = ""
    body_id: uuid.UUID | None = None
    body_kind: str = ""
    body_key: str = ""
    body_path: str = ""
    lines: frozenset[str] = frozenset()
    powers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ip: str = ""
    request_id: str = ""
    # The day for which it was made: what is lent for a time is seen on its days.
    today: date | None = None

    @property
    def is_nobody(self) -> bool:
        return self.user_id is None

    @property
    def is_staff(self) -> bool:
        return self.post_id is not None

    def has(self, power: str) -> bool:
        return bool(self.powers.get(power))

    def paths_for(self, power: str) -> tuple[str, ...]:
        """Path prefixes of the places where the post holds the power."""
        return self.powers.get(power, ())

    def within(self, power: str, path_field: str = "place__path") -> Q:
        """The rows whose path lies where the post holds the power; no rows when it holds it nowhere."""
        paths = self.paths_for(power)
        if not paths:
            return NOTHING
        return functools.reduce(
            operator.or_, (Q(**{f"{path_field}__startswith": path}) for path in paths)
        )

    def covers(self, power: str, path: str) -> bool:
        return any(path.startswith(prefix) for prefix in self.paths_for(power))

    def answers_for(self, line: str) -> bool:
        return not self.lines or line in self.lines

    def on_own_lines(self, line_field: str) -> Q:
        """Only the lines of business of the post; all of them when it is not narrowed."""
        return Q(**{f"{line_field}__in": sorted(self.lines)}) if self.lines else Q()


NOBODY = Scope()


class PortalRequest(HttpRequest):
    """The request that every view receives; the middleware adds who is looking."""

    scope: Scope
    user: User
    htmx: HtmxDetails
    id: str
    client_ip: str


def narrow(body_lines: list[str], post_lines: list[str]) -> frozenset[str]:
    """The lines of a post: its own, else those of its body; empty means all."""
    if body_lines and post_lines:
        return frozenset(body_lines) & frozenset(post_lines)
    return frozenset(post_lines or body_lines)


def _labels(name: str, name_en: str, title: str, role: str, *, is_deputy: bool) -> tuple[str, str]:
    """The post as it goes on record, in Chinese whoever acts, and as its holder reads it on the page."""
    with override(settings.LANGUAGE_CODE):
        recorded = f"{name} · {capacity(title, role, is_deputy=is_deputy)}"
    shown = name_en if name_en and get_language() == "en" else name
    return recorded, f"{shown} · {capacity(title, role, is_deputy=is_deputy)}"


def scope_of(
    user: User, post_id: uuid.UUID | str | None, *, today: date, ip: str = "", request_id: str = ""
) -> Scope:
    """The scope of a user acting in a post, in one query. Without a valid post: a resident, or bare staff."""
    from community.governance.models import Post

    is_resident = user.kind == UserKind.RESIDENT
    bare = Scope(
        user_id=user.pk, is_resident=is_resident, ip=ip, request_id=request_id, today=today
    )
    if is_resident or not post_id:
        return bare
    rows = list(
        Post.objects.active_on(today)
        .filter(pk=post_id, user_id=user.pk)
        .select_related("body")
        .values_list(
            "id",
            "role",
            "title",
            "deputises_id",
            "lines",
            "body_id",
            "body__kind",
            "body__key",
            "body__name",
            "body__name_en",
            "body__lines",
            "body__place__path",
            "group__placegrant__permission__codename",
            "group__placegrant__content_object__path",
        )
    )
    if not rows:
        return bare
    powers: dict[str, list[str]] = {}
    for *_post, power, path in rows:
        if power:
            powers.setdefault(power, []).append(path)
    (
        post,
        role,
        title,
        deputises,
        lines,
        body,
        kind,
        key,
        name,
        name_en,
        body_lines,
        place,
        *_grant,
    ) = rows[0]
    recorded, shown = _labels(name, name_en, title, role, is_deputy=bool(deputises))
    return Scope(
        today=today,
        user_id=user.pk,
        post_id=post,
        post_label=recorded,
        post_shown=shown,
        role=role,
        body_id=body,
        body_kind=kind,
        body_key=key,
        body_path=place,
        lines=frozenset() if kind in OVERSEERS else narrow(body_lines, lines),
        powers={power: tuple(sorted(paths)) for power, paths in powers.items()},
        ip=ip,
        request_id=request_id,
    )
