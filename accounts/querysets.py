"""Reads of accounts: the audit trail and the sign-ins. Scoped reads above us build on these."""

import uuid
from datetime import date, datetime
from typing import Any, Self

from django.db import models


class AuditQuerySet(models.QuerySet[Any]):
    def of_person(self, *person_ids: uuid.UUID) -> Self:
        """Who touched this person's file, newest first (谁看过我的信息); several ids where entries were merged."""
        return self.filter(person_id__in=person_ids).order_by("-id")

    def under(self, *paths: str) -> Self:
        """What happened in these subtrees of places, newest first; no path means nothing."""
        within = models.Q()
        for path in paths:
            within |= models.Q(place_path__startswith=path)
        return self.filter(within).order_by("-id") if paths else self.none()

    def unsealed(self) -> Self:
        return self.filter(seal_no__isnull=True).order_by("id")


class SessionQuerySet(models.QuerySet[Any]):
    def of(self, user_id: uuid.UUID | None) -> Self:
        """The sign-ins of one user, the latest used first; nobody has none."""
        return self.filter(user_id=user_id).order_by("-last_seen_at") if user_id else self.none()


class GateQuerySet(models.QuerySet[Any]):
    def failing_since(self, moment: datetime) -> Self:
        return self.filter(failed_at__gt=moment)


class FileUseQuerySet(models.QuerySet[Any]):
    def totals(self, user_id: uuid.UUID, day: date) -> tuple[int, int]:
        """How many files a user looked at on a day, and how many values were shown in full."""
        found = self.filter(user_id=user_id, day=day).aggregate(
            files=models.Count("pk"), reveals=models.Sum("reveals", default=0)
        )
        return found["files"], found["reveals"]

    def before(self, day: date) -> Self:
        return self.filter(day__lt=day)


class SealDelayQuerySet(models.QuerySet[Any]):
    def going_on(self) -> Self:
        return self.filter(ended_at__isnull=True)
