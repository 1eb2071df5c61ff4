"""Telling those who watch over a place (their body stands at it or above it), and those who work at a body."""

import logging
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from community.governance.enums import Role
from community.governance.models import Post
from notifications import outbox

logger = logging.getLogger(__name__)

# 等保: whoever guards the rights and whoever reads the trail; the system administrator runs the machines.
GUARDS = (Role.SECURITY_ADMIN, Role.AUDITOR)
KEEPERS = (Role.SYSTEM_ADMIN, Role.AUDITOR)


def tell(
    kind: str,
    *,
    key: str,
    roles: Collection[Role],
    path: str = "",
    about: str = "",
    params: Mapping[str, object],
    now: datetime,
) -> int:
    """Post one message to each of them, once per `key`; how many they are. Without a path: to all who hold one."""
    posts = Post.objects.watching(roles, path, timezone.localdate(now))
    users = sorted(set(posts.values_list("user_id", flat=True)))
    if not users:
        logger.error("nobody watches: %s", kind)
    for user_id in users:
        outbox.post(
            kind, key=f"{key}:{user_id}", user_id=user_id, about=about, params=params, now=now
        )
    return len(users)


def tell_body(
    kind: str,
    *,
    key: str,
    body_id: uuid.UUID,
    roles: Collection[Role],
    line: str = "",
    about: str = "",
    place_path: str = "",
    params: Mapping[str, object],
    now: datetime,
) -> int:
    """Post one message to each who holds such a post at a body and answers for the line, once per `key`.

    How many were told. Nobody at a body is no fault of ours: its posts come and go.
    """
    posts = Post.objects.active_on(timezone.localdate(now)).filter(body_id=body_id, role__in=roles)
    if line:
        posts = posts.filter(Q(lines=[]) | Q(lines__contains=[line]))
    users = sorted(set(posts.values_list("user_id", flat=True)))
    for user_id in users:
        outbox.post(
            kind,
            key=f"{key}:{user_id}",
            user_id=user_id,
            about=about,
            place_path=place_path,
            params=params,
            now=now,
        )
    return len(users)
