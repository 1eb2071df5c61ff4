"""Writing findings down: the same occasion once, whoever sees it first."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from servicehall.supervision.enums import FindingKind
from servicehall.supervision.models import Finding


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that was not as it should be; `ref` names the occasion."""

    kind: FindingKind
    case_id: uuid.UUID
    body_id: uuid.UUID
    ref: str
    step_id: int | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


def write(found: Iterable[Seen], *, now: datetime) -> None:
    """Inside the transaction of whoever saw it; what is written already stays as it is."""
    Finding.objects.bulk_create(
        (
            Finding(
                kind=seen.kind,
                case_id=seen.case_id,
                step_id=seen.step_id,
                body_id=seen.body_id,
                ref=seen.ref,
                evidence=dict(seen.evidence),
                found_at=now,
                found_on=timezone.localdate(now),
            )
            for seen in found
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )
