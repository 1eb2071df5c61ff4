"""The reads of those who run the portal: accounts, posts and grants, the audit trail. Each starts with who looks."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.enums import UserKind
from accounts.models import AuditEntry, AuditSeal, User
from common.masking import mask_id, mask_name
from community.governance.enums import BodyKind, Power, Role
from community.governance.grants import group_name, places_of
from community.governance.models import Body, Place, PlaceGrant, Post
from community.governance.roles import ROLE_BODIES, ROLE_POWERS
from residents.base.models import Canary, Person
from servicehall.cases.enums import StepState
from servicehall.cases.models import Case, ReviewStep
from servicehall.catalogue.enums import ReviewLevel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from community.governance.scopes import Scope

# Who must be there for an open review step to move on.
ROLE_OF_LEVEL = {
    ReviewLevel.COMMUNITY: Role.STATION_DIRECTOR,
    ReviewLevel.STREET: Role.STREET_OFFICIAL,
    ReviewLevel.DISTRICT: Role.DEPARTMENT_OFFICIAL,
}


# --- accounts -----------------------------------------------------------------------------------


def staff_accounts(scope: Scope, today: date) -> QuerySet[User]:
    """The staff accounts that a post may manage: every post they hold or will hold lies in its places.

    One post elsewhere is enough to take an account out of reach: else a district could renew the password of
    somebody who also acts for the city. Accounts that hold no post yet belong to nobody and are seen by all.
    """
    if not scope.has(Power.MANAGE_USERS):
        return User.objects.none()
    held = Post.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=today), user_id=OuterRef("pk")
    )
    elsewhere = held.exclude(scope.within(Power.MANAGE_USERS, "body__place__path"))
    return User.objects.filter(~Exists(elsewhere), kind=UserKind.STAFF)


def appointable(username: str) -> User | None:
    """Whoever has exactly this username among the staff: may be given a post by anybody who grants."""
    return User.objects.filter(username=username, kind=UserKind.STAFF).first()


def posts_of(users: Iterable[User], today: date) -> Mapping[uuid.UUID, list[Post]]:
    """The posts of today of each account, in one query."""
    found: dict[uuid.UUID, list[Post]] = defaultdict(list)
    pks = [user.pk for user in users]
    for post in Post.objects.active_on(today).filter(user_id__in=pks).select_related("body"):
        found[post.user_id].append(post)
    return found


# --- persons, masked ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Masked:
    """Enough of a person to see that it is the right one, not enough to copy."""

    name: str
    number: str
    community: str


def masked(person: Person) -> Masked:
    number = mask_id(person.id_number or "")
    return Masked(mask_name(person.full_name), number, person.community.label)


def person_of(user: User) -> Masked | None:
    """Who a member of staff is in the residents' records, where that was said."""
    person = Person.objects.of_staff(user.pk).select_related("community").first()
    return masked(person) if person is not None else None


def canaries(scope: Scope) -> QuerySet[Canary]:
    return Canary.objects.visible_to(scope).select_related("person__community")


# --- posts and grants ---------------------------------------------------------------------------


def posts_in_reach(scope: Scope) -> QuerySet[Post]:
    """Posts of the bodies for which the viewer may appoint; not his own elsewhere."""
    within = scope.within(Power.GRANT, "body__place__path")
    return Post.objects.visible_to(scope).filter(within).select_related("body__place", "user")


def bodies_in_reach(scope: Scope, today: date) -> QuerySet[Body]:
    within = scope.within(Power.GRANT, "place__path")
    return Body.objects.public().on(today).filter(within).select_related("place")


def holders(scope: Scope, today: date) -> list[tuple[Role, int]]:
    """How many people hold each role today, in the order of the roles; those that nobody holds too."""
    rows = (
        Post.objects.active_on(today)
        .filter(scope.within(Power.GRANT, "body__place__path"))
        .order_by()
        .values_list("role")
        .annotate(people=Count("user_id", distinct=True))
    )
    found = dict(rows)
    return [(role, found.get(role.value, 0)) for role in Role]


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A body that has cases to review and nobody who may."""

    body: Body
    role: Role
    waiting: int


def vacancies(scope: Scope, today: date) -> list[Vacancy]:
    """Where open review steps wait for a role that nobody holds, the longest queue first."""
    waiting = Counter[tuple[uuid.UUID, Role]]()
    rows = (
        ReviewStep.objects.filter(
            scope.within(Power.GRANT, "body__place__path"), state=StepState.OPEN
        )
        .order_by()
        .values_list("body_id", "level")
        .annotate(steps=Count("pk"))
    )
    for body_id, level, steps in rows:
        waiting[body_id, ROLE_OF_LEVEL[ReviewLevel(level)]] += steps
    held = set(
        Post.objects.active_on(today)
        .filter(body_id__in={body_id for body_id, _role in waiting})
        .values_list("body_id", "role")
    )
    missing = {key: steps for key, steps in waiting.items() if key not in held}
    bodies = Body.objects.public().in_bulk([body_id for body_id, _role in missing])
    found = [Vacancy(bodies[body_id], role, steps) for (body_id, role), steps in missing.items()]
    return sorted(found, key=lambda vacancy: (-vacancy.waiting, vacancy.body.code, vacancy.role))


@dataclass(frozen=True, slots=True)
class RoleAtBody:
    """A role at a body: who holds it today, what it may do and where."""

    role: Role
    posts: list[Post]
    powers: list[Power]
    places: list[Place]
    # False while nobody was ever appointed: then these are the powers that it would get.
    is_granted: bool

    @property
    def powers_label(self) -> str:
        return _("、").join(str(power.label) for power in self.powers)

    @property
    def places_label(self) -> str:
        return _("、").join(place.label for place in self.places)


def roles_at(body: Body, today: date) -> list[RoleAtBody]:
    """Every role that fits the body, with its grants as they are written. Three queries."""
    roles = [role for role in Role if BodyKind(body.kind) in ROLE_BODIES[role]]
    posts: dict[str, list[Post]] = defaultdict(list)
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=today)
    for post in Post.objects.filter(running, body=body).select_related("user").order_by("id"):
        posts[post.role].append(post)
    powers: dict[str, set[Power]] = defaultdict(set)
    places: dict[str, dict[str, Place]] = defaultdict(dict)
    names = {group_name(body, role): role.value for role in roles}
    for grant in PlaceGrant.objects.filter(group__name__in=names).select_related(
        "group", "permission", "content_object"
    ):
        role = names[grant.group.name]
        powers[role].add(Power(grant.permission.codename))
        places[role][grant.content_object.path] = grant.content_object
    seeds = places_of(body, today)
    return [
        RoleAtBody(
            role=role,
            posts=posts[role],
            powers=[power for power in Power if power in (powers[role] or ROLE_POWERS[role])],
            places=[places[role][path] for path in sorted(places[role])] or seeds,
            is_granted=bool(powers[role]),
        )
        for role in roles
    ]


# --- the audit trail ----------------------------------------------------------------------------


def audit_trail(scope: Scope) -> QuerySet[AuditEntry]:
    """The entries of an auditor, without order.

    What has no place (a sign-in, a change of the calendar) belongs to the places of the body that acted; where
    no body acted either, only those see it who audit the whole city.
    """
    paths = scope.paths_for(Power.READ_AUDIT)
    if not paths:
        return AuditEntry.objects.none()
    if any(is_top(path) for path in paths):
        return AuditEntry.objects.all()
    bodies = Body.objects.public().filter(scope.within(Power.READ_AUDIT, "place__path"))
    acted = Q(place_path="", body_id__in=bodies.values("pk"))
    for path in paths:
        acted |= Q(place_path__startswith=path)
    return AuditEntry.objects.filter(acted)


def is_top(path: str) -> bool:
    """Whether a path is the root of the tree."""
    return "/" not in path.strip("/")


def staff_names(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, User]:
    """The accounts behind entries, in one query. Residents among them must not be named by the caller."""
    return User.objects.in_bulk(ids)


def staff_id(username: str) -> uuid.UUID | None:
    """Whose entries are meant; residents cannot be asked for by name."""
    found = User.objects.filter(username=username, kind=UserKind.STAFF)
    return found.values_list("pk", flat=True).first()


def about_case(number: str) -> Q:
    """The entries about a case, by its number; nothing where there is none."""
    case_id = Case.objects.with_number(number).values_list("pk", flat=True).first()
    label = Case._meta.label_lower
    return Q(target_type=label, target_id=str(case_id)) if case_id else Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Chain:
    """How far the trail is sealed."""

    last: AuditSeal | None
    unsealed: int


def chain() -> Chain:
    return Chain(
        last=AuditSeal.objects.order_by("-last_no").first(),
        unsealed=AuditEntry.objects.unsealed().count(),
    )


def seal_of(entry: AuditEntry) -> AuditSeal | None:
    """The batch in which an entry was sealed."""
    if entry.seal_no is None:
        return None
    return AuditSeal.objects.filter(last_no__gte=entry.seal_no).order_by("last_no").first()


def place_names(paths: Iterable[str]) -> Mapping[str, list[Place]]:
    """The known places on the way to each path, top first, in one query. Nothing below the community."""
    ways = {path: path.strip("/").split("/") for path in paths if path}
    codes = {code for way in ways.values() for code in way}
    found = {place.code: place for place in Place.objects.public().filter(code__in=codes)}
    return {path: [found[code] for code in way if code in found] for path, way in ways.items()}
