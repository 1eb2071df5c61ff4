"""What letters say of a person, for the copy of his data (PIPL 45)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.rights.holdings import hold
from servicehall.documents.models import Letter


def letters_of(person_id: UUID) -> Sequence[Mapping[str, str]]:
    """A list; each letter can be read and kept on the page of its case, or of the mandate."""
    own = Q(case__applicant_id=person_id) | Q(mandate__giver_id=person_id)
    rows = Letter.objects.filter(own).select_related("case", "body")
    return [
        {
            "number": row.number,
            "kind": str(row.get_kind_display()),
            "body": row.body.label,
            "case": row.case.number if row.case else "",
            "issued_on": row.issued_on.isoformat(),
            "state": str(row.get_state_display()),
        }
        for row in rows.defer("content").order_by("issued_at", "id")
    ]


hold("letters", _("文书"), letters_of)
