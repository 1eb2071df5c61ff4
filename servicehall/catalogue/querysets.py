"""The reads of the catalogue: what the hall offers is for everybody."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db.models import Model, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from common.errors import NotAllowed
from community.governance.enums import Power
from servicehall.catalogue.enums import VersionState
from servicehall.catalogue.limits import HallLimits

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from servicehall.catalogue.models import (  # noqa: F401
        Bundle,
        EmptySearch,
        HallLimit,
        ItemVersion,
        RatingQuestions,
    )

LEAST_SHOWN = 3


_M = TypeVar("_M", bound=Model)


class PublicQuerySet(QuerySet[_M]):
    """What anybody may know."""

    def public(self) -> Self:
        return self.all()


class ItemVersionQuerySet(QuerySet["ItemVersion"]):
    def public(self, day: date) -> Self:
        """The versions in force on a day: what the hall offers."""
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
            state=VersionState.PUBLISHED,
            valid_from__lte=day,
        ).select_related("item__window")

    def visible_to(self, scope: Scope) -> Self:
        """Every version, drafts too, for those who look after the catalogue; it is one for the whole city."""
        return (
            self.select_related("item__window") if scope.has(Power.EDIT_CATALOGUE) else self.none()
        )


class BundleQuerySet(QuerySet["Bundle"]):
    def public(self, day: date) -> Self:
        """The joint forms that the hall offers on a day."""
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
            state=VersionState.PUBLISHED,
            valid_from__lte=day,
        )

    def visible_to(self, scope: Scope) -> Self:
        """Every version, drafts too, for those who look after the catalogue."""
        return self if scope.has(Power.EDIT_CATALOGUE) else self.none()


class HallLimitQuerySet(QuerySet["HallLimit"]):
    def in_force(self, day: date) -> HallLimits:
        """The hall's limits on a day, in one query. Raises NotAllowed when one was never loaded."""
        rows = dict(
            self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)
            .order_by()
            .values_list("code", "value")
        )
        try:
            return HallLimits(**{name: rows[name] for name in HallLimits.__slots__})
        except KeyError:
            raise NotAllowed("limits_missing", _("大厅时限没有载入，请联系系统管理员。")) from None


class RatingQuestionsQuerySet(PublicQuerySet["RatingQuestions"]):
    def in_force(self, day: date) -> Self:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class EmptySearchQuerySet(PublicQuerySet["EmptySearch"]):
    def most_asked(self, since: date) -> QuerySet[EmptySearch, Any]:
        """Texts and how often they were searched since a day. What hardly anybody looked for may be private."""
        return (
            self.filter(day__gte=since)
            .values("text")
            .annotate(times=Sum("count"))
            .filter(times__gte=LEAST_SHOWN)
            .order_by("-times", "text")
        )
