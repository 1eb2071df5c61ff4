"""Letters beside a case: for staff, for the applicant, for whoever follows by number and code."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from django.urls import reverse

from community.governance.scopes import Scope
from servicehall.cases.models import Case
from servicehall.cases.panels import Audience, Panel, declare
from servicehall.documents.enums import LetterState
from servicehall.documents.models import Letter

PAGES = {
    Audience.STAFF: "letter",
    Audience.APPLICANT: "my-letter",
    Audience.TRACKER: "tracked-letter",
}
TONES = {
    LetterState.IN_FORCE: "success",
    LetterState.REPLACED: "neutral",
    LetterState.WITHDRAWN: "danger",
}


def declare_panels() -> None:
    for audience in Audience:
        reads = partial(letters_of, audience)
        declare(Panel("documents/_panel.html", reads, frozenset({audience}), order=10))


def letters_of(
    audience: Audience, case: Case, _by: Scope, _today: date
) -> Mapping[str, Any] | None:
    """The letters of a case with their pages; nothing where there are none."""
    page = PAGES[audience]
    rows = [
        {
            "letter": letter,
            "tone": TONES[LetterState(letter.state)],
            "url": reverse(f"documents:{page}", args=[letter.pk]),
            "pdf_url": reverse(f"documents:{page}-pdf", args=[letter.pk]),
        }
        for letter in Letter.objects.of_case(case).defer("content")
    ]
    return {"rows": rows} if rows else None
