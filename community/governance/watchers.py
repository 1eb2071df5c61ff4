"""Telling those who watch over a place: administrators and auditors whose body stands at it or above it."""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime

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
    params: Mapping[str, object],
    now: datetime,
) -> None:
    """Post one message to each of them, once per `key`. Without a path: to all who hold such a post."""
    posts = Post.objects.watching(roles, path, timezone.localdate(now))
    users = sorted(set(posts.values_list("user_id", flat=True)))
    if not users:
        logger.error("nobody watches: %s", kind)
    for user_id in users:
        outbox.post(kind, key=f"{key}:{user_id}", user_id=user_id, params=params, now=now)
