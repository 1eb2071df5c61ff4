"""The reads of governance. Places and bodies are public knowledge; posts are for those concerned."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import Permission
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value

from community.governance.enums import PlaceLevel, Power

if TYPE_CHECKING:
    from community.governance.models import (  # noqa: F401
        ApiToken,
        Body,
        Place,
        Post,
        StationCoverage,
    )
    from community.governance.scopes import Scope


def holds_on(day: date, start: str = "valid_from", end: str = "valid_to") -> Q:
    """The rows that hold on `day`: start included, end excluded, open when null."""
    return Q(**{f"{start}__lte": day}) & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": day}))


class PlaceQuerySet(QuerySet["Place"]):
    def public(self) -> Self:
        """The tree is public knowledge down to the community."""
        return self.filter(
            level__in=[
                PlaceLevel.CITY,
                PlaceLevel.DISTRICT,
                PlaceLevel.STREET,
                PlaceLevel.COMMUNITY,
            ]
        )

    def on(self, day: date) -> Self:
        return self.filter(holds_on(day))

    def visible_to(self, scope: Scope, power: Power = Power.READ_FACTS) -> Self:
        return self.filter(scope.within(power, "path"))

    def above(self, path: str) -> Self:
        """The node at `path` and all its ancestors, top first."""
        codes = [part for part in path.split("/") if part]
        return self.filter(code__in=codes).order_by("path")

    def at_level_of(self, path: str, level: PlaceLevel) -> Self:
        return self.above(path).filter(level=level)


class BodyQuerySet(QuerySet["Body"]):
    def public(self) -> Self:
        return self.all()

    def on(self, day: date) -> Self:
        return self.filter(holds_on(day))

    def serving_above(self, path: str) -> Self:
        """Bodies that sit at the place or at one of its ancestors."""
        return self.annotate(of_path=Value(path, output_field=CharField())).filter(
            of_path__startswith=F("place__path")
        )


class CoverageQuerySet(QuerySet["StationCoverage"]):
    def public(self) -> Self:
        return self.all()

    def on(self, day: date) -> Self:
        return self.filter(holds_on(day))


class PostQuerySet(QuerySet["Post"]):
    def active_on(self, day: date) -> Self:
        return self.filter(
            Q(started_on__lte=day) & (Q(ended_on__isnull=True) | Q(ended_on__gt=day)),
            user__is_active=True,
        )

    def held_by(self, user_id: object, day: date) -> Self:
        """The posts in which a user may act today."""
        return (
            self.active_on(day)
            .filter(user_id=user_id)
            .select_related("body")
            .order_by("body__code", "role")
        )

    def with_powers(self) -> Self:
        """With `held`: the powers of each somewhere."""
        codes = "group__placegrant__permission__codename"
        held = ArrayAgg(codes, filter=Q(**{f"{codes}__isnull": False}), distinct=True, default=[])
        return self.annotate(held=held)

    def of_body(self, scope: Scope, day: date) -> Self:
        """The posts of the acting body on a day."""
        if scope.body_id is None:
            return self.none()
        return (
            self.active_on(day)
            .filter(body_id=scope.body_id)
            .select_related("user")
            .order_by("role", "user__display_name")
        )

    def deputies_of_body(self, scope: Scope, day: date) -> Self:
        """Who deputises in the acting body, now and later."""
        if scope.body_id is None:
            return self.none()
        return (
            self.filter(body_id=scope.body_id, deputises__isnull=False, ended_on__gt=day)
            .select_related("user", "deputises__user", "body")
            .order_by("started_on", "pk")
        )

    def holding(self, power: str, path: str, day: date) -> Self:
        """Posts that hold a power at a place."""
        held = (
            self._grants_of(power)
            .annotate(of_path=Value(path, output_field=CharField()))
            .filter(of_path__startswith=F("content_object__path"))
        )
        return self.active_on(day).filter(Exists(held))

    def able(self, power: str, day: date) -> Self:
        """Posts that hold a power anywhere."""
        return self.active_on(day).filter(Exists(self._grants_of(power)))

    def _grants_of(self, power: str) -> QuerySet[Any]:
        """The grants of this power to the post. The permission is looked up first: joined, the grants of everybody
        are read wherever the planner has not counted them yet, as on the day on which posts are brought in."""
        model = self.model._meta.apps.get_model("governance", "PlaceGrant")
        permission = Permission.objects.filter(codename=power, content_type__app_label="governance")
        return model._default_manager.filter(
            group=OuterRef("group"), permission_id=Subquery(permission.values("pk")[:1])
        )

    def watching(self, roles: Collection[str], path: str, day: date) -> Self:
        """Posts of these roles whose body stands at the place or above it; no path: wherever it stands."""
        found = self.active_on(day).filter(role__in=roles)
        if not path:
            return found
        return found.annotate(of_path=Value(path, output_field=CharField())).filter(
            of_path__startswith=F("body__place__path")
        )

    def visible_to(self, scope: Scope) -> Self:
        if scope.is_nobody:
            return self.none()
        return self.filter(
            scope.within(Power.GRANT, "body__place__path") | Q(user_id=scope.user_id)
        )


class ApiTokenQuerySet(QuerySet["ApiToken"]):
    def visible_to(self, scope: Scope) -> Self:
        """A token is shown to its owner, in whichever post he acts."""
        if scope.is_nobody:
            return self.none()
        return self.filter(owner_id=scope.user_id).select_related("post__body")

    def live(self, now: datetime) -> Self:
        return self.filter(expires_at__gt=now, revoked_at__isnull=True)

    def with_hash(self, secret_hash: bytes) -> Self:
        return self.filter(secret_hash=secret_hash).select_related("owner")
