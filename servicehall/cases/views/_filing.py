"""A draft as the pages of a filing see it, and what they share."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.uploads import check_upload
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from residents.base.models import HouseholdMember, Person
from servicehall.cases import prefill
from servicehall.cases.actions import files as file_actions
from servicehall.cases.actions.papers import identity_fields, marked_for
from servicehall.cases.enums import DOUBTS
from servicehall.cases.forms_page import PageForm
from servicehall.cases.models import Draft, Upload
from servicehall.cases.prefill import Fact
from servicehall.cases.steps import CHECK, Step, steps_of
from servicehall.catalogue import answering

HTTP_INVALID = 422


@dataclass
class Filing:
    """A draft as its pages see it; each read happens once a request, and only where it is needed."""

    draft: Draft
    answers: dict[str, Any]

    @property
    def is_outdated(self) -> bool:
        """The item has a new version, or is not offered any more."""
        return not self.draft.version.in_force_on(timezone.localdate())

    def answers_beside(self, step: Step) -> str:
        """What other pages say of the questions on which this page depends, for the browser."""
        here = {question["key"] for question in step.drawn}
        given = answering.heard(self.draft.version.questions, self.answers)
        wanted = step.looks_at - here
        return json.dumps({key: given[key] for key in sorted(wanted) if key in given})

    @property
    def steps(self) -> list[Step]:
        return steps_of(self.draft.version, self.answers)

    @cached_property
    def facts(self) -> dict[str, Fact]:
        return prefill.known_facts(self.draft.applicant)

    @cached_property
    def uploads(self) -> dict[str, list[Upload]]:
        by_field: dict[str, list[Upload]] = {}
        for upload in self.draft.uploads.order_by("id"):
            by_field.setdefault(upload.field, []).append(upload)
        return by_field

    def read_files_again(self) -> None:
        self.__dict__.pop("uploads", None)

    @cached_property
    def household(self) -> list[tuple[str, str]]:
        return household_of(self.draft.applicant)

    def form(self, step: Step, request: PortalRequest, *, is_bound: bool) -> PageForm:
        kinds = {question["type"] for question in step.drawn}
        return PageForm(
            step.drawn,
            answers=self.answers,
            facts=self.facts,
            household=self.household if "household_member" in kinds else (),
            places=prefill.communities(timezone.localdate()) if "address" in kinds else (),
            item_code=self.draft.version.item_id,
            follows=True,
            uploaded=frozenset(self.uploads) if step.has_files else (),
            papers_shown=request.scope.is_staff,
            data=request.POST if is_bound else None,
            files=request.FILES if is_bound else None,
        )


def household_of(person: Person) -> list[tuple[str, str]]:
    """The applicant and those who live with him as choices; the applicant stands first."""
    rows = HouseholdMember.objects.living_with(person.pk).exclude(person=person)
    mine = _("%(name)s（本人）") % {"name": person.full_name}
    others = [
        (
            str(row.person_id),
            _("%(name)s（%(relation)s）")
            % {"name": row.person.full_name, "relation": row.get_relation_display()},
        )
        for row in rows.order_by("relation", "person__birth_on", "pk")
    ]
    return [(str(person.pk), mine), *others]


def layout(request: PortalRequest) -> str:
    return "counter.html" if request.scope.is_staff else "resident.html"


def check_may_type(request: PortalRequest) -> None:
    """Drafts are for those who file: residents and counters."""
    if not request.scope.is_resident and not request.scope.has(Power.ACCEPT_CASES):
        raise PermissionDenied


def find_filing(request: PortalRequest, draft_id: uuid.UUID) -> Filing | None:
    check_may_type(request)
    draft = (
        Draft.objects.visible_to(request.scope)
        .select_related("applicant__community")
        .filter(pk=draft_id)
        .first()
    )
    return None if draft is None else Filing(draft, answering.load_answers(draft.answers or "{}"))


def get_filing(request: PortalRequest, draft_id: uuid.UUID) -> Filing:
    filing = find_filing(request, draft_id)
    if filing is None:
        raise Http404
    return filing


def page_url(filing: Filing, key: str) -> str:
    if key == CHECK:
        return reverse("servicehall:draft-check", args=[filing.draft.pk])
    return reverse("servicehall:draft-page", args=[filing.draft.pk, key])


def attach_one(request: PortalRequest, filing: Filing, key: str, file: "UploadedFile[Any]") -> str:
    try:
        clean = check_upload(file.read(), file.name or "")
        if key in identity_fields(filing.draft.version):
            clean = marked_for(clean, filing.draft, now=timezone.now())
        file_actions.attach(filing.draft.pk, key, clean, by=request.scope, now=timezone.now())
    except NotAllowed as error:
        return str(error.message)
    return ""


def doubts_of(upload: Upload) -> list[Any]:
    """What may be hard to read on a photograph, in words."""
    return [DOUBTS[code] for code in upload.doubts if code in DOUBTS]


def with_files(filing: Filing, row: dict[str, Any]) -> dict[str, Any]:
    if row["kind"] != "file":
        return row
    uploads = filing.uploads.get(row["key"], [])
    return {
        **row,
        "attach_url": reverse("servicehall:draft-attach", args=[filing.draft.pk, row["key"]]),
        "choose_url": reverse("servicehall:draft-choose", args=[filing.draft.pk, row["key"]]),
        "uploads": [
            (
                upload,
                reverse("servicehall:draft-remove", args=[filing.draft.pk, upload.pk]),
                doubts_of(upload),
            )
            for upload in uploads
        ],
        "is_full": len(uploads) >= row["max"],
    }
