"""The reads of exchange: a body sees what it imported itself, and what those below it did."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db.models import Count, QuerySet

from community.governance.enums import Power
from residents.exchange.enums import AT_WORK, BatchState, Fate

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from residents.exchange.models import ImportBatch, ImportRow, LayoutMemory  # noqa: F401


class ImportBatchQuerySet(QuerySet["ImportBatch"]):
    def visible_to(self, scope: Scope) -> Self:
        return self.filter(scope.within(Power.IMPORT_DATA, "body__place__path"))

    def sent_by(self, scope: Scope) -> Self:
        """What the viewer's own department sent."""
        if not scope.has(Power.EXCHANGE_DATA):
            return self.none()
        return self.filter(body_id=scope.body_id)

    def standing(self) -> Self:
        """Those whose file counts as sent in."""
        return self.exclude(state__in=[BatchState.DISCARDED, BatchState.UNDONE])

    def at_work(self) -> Self:
        """What waits for the machine, the least tried first."""
        return self.filter(state__in=sorted(AT_WORK)).order_by("attempts", "id")

    def with_old_files(self, before: datetime) -> Self:
        old = self.filter(received_at__lt=before).exclude(stored_as="")
        return old.exclude(state__in=sorted(AT_WORK))


class ImportRowQuerySet(QuerySet["ImportRow"]):
    def visible_to(self, scope: Scope) -> Self:
        return self.filter(scope.within(Power.IMPORT_DATA, "batch__body__place__path"))

    def with_fate(self, fate: str) -> Self:
        return self.filter(fate=fate) if fate else self.all()

    def of(self, batch_id: UUID) -> Self:
        """The rows of a batch that was read in scope before."""
        return self.filter(batch_id=batch_id)

    def undecided(self) -> Self:
        return self.filter(fate=Fate.DECIDE)

    def counted(self) -> dict[str, int]:
        rows: Any = self.order_by().values_list("fate").annotate(Count("pk"))
        return dict(rows)


class LayoutMemoryQuerySet(QuerySet["LayoutMemory"]):
    def known(self, source_id: str, signature: str) -> LayoutMemory | None:
        return self.filter(source_id=source_id, signature=signature).first()
