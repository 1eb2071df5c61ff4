"""The only writer of guardian rows: a group per body and role, powers at the places the body serves."""

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import Group, Permission

from community.governance.enums import BodyKind, Role
from community.governance.models import Body, Place, PlaceGrant, StationCoverage
from community.governance.roles import ROLE_POWERS


def group_name(body: Body, role: Role) -> str:
    return f"{body.code}:{role.value}"


def places_of(body: Body, day: date) -> list[Place]:
    """Where a body acts: a station in the communities it covers, any other body at its own place."""
    if body.kind == BodyKind.SERVICE_STATION:
        coverages = StationCoverage.objects.public().on(day).filter(station=body)
        return [coverage.community for coverage in coverages.select_related("community")]
    return [body.place]


def group_for(body: Body, role: Role, *, day: date) -> Group:
    """The group of a body's role, made with its grants when it does not exist yet."""
    group, is_new = Group.objects.get_or_create(name=group_name(body, role))
    if is_new:
        write(group, role, places_of(body, day))
    return group


def write(group: Group, role: Role, places: Iterable[Place]) -> None:
    """Make the group's grants exactly the role's powers at these places."""
    permissions = Permission.objects.filter(
        content_type__app_label="governance", codename__in=ROLE_POWERS[role]
    )
    PlaceGrant.objects.filter(group=group).delete()
    PlaceGrant.objects.bulk_create(
        PlaceGrant(group=group, permission=permission, content_object=place)
        for permission in permissions
        for place in places
    )


def follow_coverage(bodies: Iterable[Body], *, day: date) -> None:
    """After a change of coverage: every role of these stations acts in the places that they now serve."""
    roles = {group_name(body, role): (body, role) for body in bodies for role in Role}
    for group in Group.objects.filter(name__in=roles):
        body, role = roles[group.name]
        write(group, role, places_of(body, day))
