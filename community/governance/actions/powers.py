"""After an upgrade: who holds a post gets what its role may do now, and loses what it may do no longer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from accounts import audit
from community.governance import grants
from community.governance.enums import Role
from community.governance.models import Body, PlaceGrant, Post
from community.governance.roles import ROLE_POWERS

Held = set[tuple[str, str]]  # power, path of the place


@dataclass(frozen=True, slots=True)
class Renewed:
    """What changes for those who hold a role at a body; powers, or only the places where they hold."""

    body: Body
    role: Role
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def grant_powers(*, dry_run: bool = False, by: audit.Actor, now: datetime) -> list[Renewed]:
    """Bring the grants of every body's roles to what the table of roles says. Repeats change nothing.

    Posts that have ended count too: the next holder of the role acts by the same grants.
    """
    today = timezone.localdate(now)
    found = []
    with transaction.atomic():
        posts = Post.objects.order_by("body__code", "role").distinct("body__code", "role")
        held = _held()
        for post in posts.select_related("body__place", "group"):
            role = Role(post.role)
            places = grants.places_of(post.body, today)
            wanted = {(power.value, place.path) for power in ROLE_POWERS[role] for place in places}
            has = held.get(post.group_id, set())
            if wanted == has:
                continue
            change = Renewed(post.body, role, _powers(wanted - has), _powers(has - wanted))
            found.append(change)
            if not dry_run:
                Group.objects.select_for_update().get(pk=post.group_id)
                grants.write(post.group, role, places)
                _note(change, by=by, now=now)
    return found


def _held() -> Mapping[int, Held]:
    found: dict[int, Held] = {}
    rows = PlaceGrant.objects.values_list("group", "permission__codename", "content_object__path")
    for group, power, path in rows:
        found.setdefault(group, set()).add((power, path))
    return found


def _powers(grants_: Held) -> tuple[str, ...]:
    return tuple(sorted({power for power, _path in grants_}))


def _note(change: Renewed, *, by: audit.Actor, now: datetime) -> None:
    audit.record(
        "powers.granted",
        by=by,
        target=change.body,
        place_path=change.body.place.path,
        detail={
            "role": change.role.value,
            "gained": list(change.gained),
            "lost": list(change.lost),
        },
        now=now,
    )
