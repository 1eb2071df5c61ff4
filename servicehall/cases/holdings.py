"""What the hall holds of a person, for the copy of his data (PIPL 45)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.rights.holdings import hold
from servicehall.cases.models import Case, CaseMessage, Proposal


def cases_of(person_id: UUID) -> Sequence[Mapping[str, str]]:
    """A summary; the papers and answers of a case are on its own page."""
    rows = Case.objects.filter(applicant_id=person_id).select_related("version", "station")
    return [
        {
            "number": row.number,
            "item": row.version.label,
            "station": row.station.label,
            "filed_at": timezone.localtime(row.filed_at).isoformat(timespec="seconds"),
            "state": str(row.get_state_display()),
            "outcome": str(row.get_outcome_display()) if row.outcome else "",
        }
        for row in rows.order_by("filed_at", "id")
    ]


def messages_of(person_id: UUID) -> Sequence[Mapping[str, str]]:
    rows = CaseMessage.objects.filter(case__applicant_id=person_id).select_related("case")
    return [
        {
            "number": row.case.number,
            "at": timezone.localtime(row.at).isoformat(timespec="seconds"),
            "by": row.post_label,
            "text": row.text or "",
        }
        for row in rows.order_by("at", "id")
    ]


def proposals_of(person_id: UUID) -> Sequence[Mapping[str, str]]:
    rows = Proposal.objects.filter(person_id=person_id).select_related("version")
    return [
        {
            "item": row.version.label,
            "found_on": row.found_on.isoformat(),
            "state": str(row.get_state_display()),
        }
        for row in rows.order_by("id")
    ]


hold("cases", _("办件"), cases_of)
hold("case_messages", _("办件里的留言"), messages_of)
hold("proposals", _("您可能可以申请的服务"), proposals_of)
