"""What the hall holds of a person, for the copy of his data (PIPL 45)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.rights.holdings import hold
from servicehall.cases.actions import forget_drafts, forget_papers
from servicehall.cases.models import (
    Case,
    CaseMessage,
    CoSignature,
    Draft,
    KeptPaper,
    Mandate,
    Proposal,
)


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


def papers_of(person_id: UUID) -> Sequence[Mapping[str, str]]:
    rows = KeptPaper.objects.filter(person_id=person_id)
    return [
        {
            "title": row.title,
            "kind": str(row.get_kind_display()),
            "uploaded_at": timezone.localtime(row.uploaded_at).isoformat(timespec="seconds"),
            "expires_on": row.expires_on.isoformat() if row.expires_on else "",
        }
        for row in rows.order_by("id")
    ]


def drafts_of(person_id: UUID) -> Sequence[Mapping[str, str]]:
    """What he has begun with his account and not filed yet, for himself or for another."""
    rows = Draft.objects.begun_by(person_id).select_related("version")
    return [
        {
            "item": row.version.label,
            "changed_at": timezone.localtime(row.changed_at).isoformat(timespec="seconds"),
        }
        for row in rows.order_by("id")
    ]


def mandates_of(person_id: UUID) -> Sequence[Mapping[str, str]]:
    """Given and held; the other side by name, as the person knows it."""
    rows = Mandate.objects.filter(Q(giver_id=person_id) | Q(holder_id=person_id))
    return [
        {
            "giver": row.giver.full_name,
            "holder": row.holder.full_name,
            "items": "、".join(row.items),
            "until": row.until.isoformat(),
            "revoked_at": row.revoked_at.isoformat() if row.revoked_at else "",
        }
        for row in rows.select_related("giver", "holder").order_by("id")
    ]


def signatures_of(person_id: UUID) -> Sequence[Mapping[str, str]]:
    rows = CoSignature.objects.filter(person_id=person_id).select_related("case__version")
    return [
        {
            "item": row.case.version.label,
            "state": str(row.get_state_display()),
            "answered_at": row.answered_at.isoformat() if row.answered_at else "",
        }
        for row in rows.order_by("id")
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
hold("kept_papers", _("我的材料"), papers_of, forget=forget_papers)
hold("drafts", _("没有提交的申请"), drafts_of, forget=forget_drafts)
hold("mandates", _("授权委托"), mandates_of)
hold("signatures", _("共同签字"), signatures_of)
hold("proposals", _("您可能可以申请的服务"), proposals_of)
