"""What publicity holds of a person, for the copy of his data (PIPL 45)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from residents.rights.holdings import hold
from servicehall.publicity.models import PublicNotice


def notices_of(person_id: UUID) -> Sequence[Mapping[str, str]]:
    rows = PublicNotice.objects.filter(case__applicant_id=person_id).select_related("case__version")
    return [
        {
            "item": row.label,
            "name": row.name,
            "from": row.from_on.isoformat(),
            "until": row.until_on.isoformat(),
            "state": str(row.get_state_display()),
        }
        for row in rows.order_by("id")
    ]


hold("public_notices", _("公示"), notices_of)
