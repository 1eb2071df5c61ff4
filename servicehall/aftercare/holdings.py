"""What is held of a person's benefits and of what he said of his cases, for the copy of his data (PIPL 45)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from residents.rights.holdings import hold
from servicehall.aftercare.models import Benefit, Rectification


def benefits_of(person_id: UUID) -> Sequence[Mapping[str, str]]:
    rows = Benefit.objects.filter(person_id=person_id).select_related("version")
    return [
        {
            "benefit": row.label,
            "state": str(row.get_state_display()),
            "amount": row.amount or "",
            "from_on": row.from_on.isoformat(),
            "to_on": row.to_on.isoformat() if row.to_on else "",
        }
        for row in rows.order_by("from_on", "id")
    ]


def rectifications_of(person_id: UUID) -> Sequence[Mapping[str, str]]:
    rows = Rectification.objects.filter(case__applicant_id=person_id).select_related("case")
    return [
        {
            "number": row.case.number,
            "state": str(row.get_state_display()),
            "said": row.complaint or "",
            "answer": row.words,
        }
        for row in rows.order_by("opened_at", "id")
    ]


hold("benefits", _("待遇"), benefits_of)
hold("rectifications", _("差评整改"), rectifications_of)
