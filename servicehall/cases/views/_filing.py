"""A draft as the pages of a filing see it, and what they share."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.uploads import check_upload
from community.governance.enums import Power
from community.governance.scopes import PortalRequest, Scope
from residents.base.models import HouseholdMember, Person
from servicehall.cases import actions, prefill
from servicehall.cases.actions import files as file_actions
from servicehall.cases.actions.papers import identity_fields, marked_for
from servicehall.cases.enums import DOUBTS
from servicehall.cases.forms_page import PageForm
from servicehall.cases.models import Case, Draft, Upload
from servicehall.cases.prefill import Fact
from servicehall.cases.steps import CHECK, Question, Step, steps_of
from servicehall.catalogue import answering, checking_bundles
from servicehall.catalogue.enums import Channel

HTTP_INVALID = 422
MOST_ON_ONE_FORM = checking_bundles.MOST


@dataclass
class Filing:
    """A form as its pages see it: of one item here, of several in `Joint`. Each read happens once a request,
    and only where it is needed."""

    draft: Draft
    answers: dict[str, Any]
    is_joint: ClassVar[bool] = False

    @property
    def label(self) -> str:
        return self.draft.version.label

    @property
    def applicant(self) -> Person:
        return self.draft.applicant

    @property
    def items(self) -> list[str]:
        """The codes of the items that are applied for."""
        return [self.draft.version.item_id]

    def item_of(self, step: Step) -> str:
        """The item that a page asks for."""
        return self.draft.version.item_id

    @property
    def outdated(self) -> Draft | None:
        """A draft whose item has a new version, or is not offered any more."""
        return None if self.draft.version.in_force_on(timezone.localdate()) else self.draft

    @property
    def questions(self) -> Sequence[Question]:
        return self.draft.version.questions

    @property
    def steps(self) -> list[Step]:
        return steps_of(self.draft.version, self.answers)

    def answers_beside(self, step: Step) -> str:
        """What other pages say of the questions on which this page depends, for the browser."""
        here = {question["key"] for question in step.drawn}
        given = answering.heard(self.questions, self.answers)
        wanted = step.looks_at - here
        return json.dumps({key: given[key] for key in sorted(wanted) if key in given})

    @cached_property
    def facts(self) -> dict[str, Fact]:
        return prefill.known_facts(self.applicant)

    @cached_property
    def household(self) -> list[tuple[str, str]]:
        return household_of(self.applicant)

    # --- files: which draft keeps them, under which of its names
    def place_of(self, key: str) -> tuple[Draft, str]:
        return self.draft, key

    @cached_property
    def uploads(self) -> dict[str, list[Upload]]:
        by_field: dict[str, list[Upload]] = {}
        for upload in self.draft.uploads.order_by("id"):
            by_field.setdefault(upload.field, []).append(upload)
        return by_field

    def read_files_again(self) -> None:
        self.__dict__.pop("uploads", None)

    def form(self, step: Step, request: PortalRequest, *, is_bound: bool) -> PageForm:
        kinds = {question["type"] for question in step.drawn}
        return PageForm(
            step.drawn,
            answers=self.answers,
            facts=self.facts,
            household=self.household if "household_member" in kinds else (),
            places=prefill.communities(timezone.localdate()) if "address" in kinds else (),
            item_code=self.item_of(step),
            follows=True,
            uploaded=frozenset(self.uploads) if step.has_files else (),
            papers_shown=request.scope.is_staff,
            data=request.POST if is_bound else None,
            files=request.FILES if is_bound else None,
        )

    # --- what the buttons do
    def keep(self, answers: Mapping[str, Any], *, step: str, by: Scope, now: datetime) -> None:
        actions.save_draft(self.draft.pk, answers, step=step, by=by, now=now)

    def file(self, *, channel: Channel, by: Scope, now: datetime) -> str:
        """File it; the address of what comes then."""
        case = actions.submit(self.draft.pk, by=by, now=now, channel=channel)
        return after_filing(case, by)

    # --- addresses
    def page_url(self, key: str) -> str:
        if key == CHECK:
            return reverse("servicehall:draft-check", args=[self.draft.pk])
        return reverse("servicehall:draft-page", args=[self.draft.pk, key])

    def autosave_url(self, key: str) -> str:
        return reverse("servicehall:draft-autosave", args=[self.draft.pk, key])

    @property
    def discard_url(self) -> str:
        return reverse("servicehall:draft-discard", args=[self.draft.pk])

    @property
    def later_url(self) -> str:
        """Where residents find what they put aside."""
        return reverse("servicehall:my-cases")


def after_filing(case: Case, by: Scope) -> str:
    name = "servicehall:case" if by.is_staff else "servicehall:receipt"
    return reverse(name, args=[case.pk])


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


@dataclass(frozen=True, slots=True)
class Begun:
    """What somebody has not filled in to the end: a form of one item, or of several."""

    url: str
    label: str
    applicant: Person
    changed_at: datetime
    is_joint: bool


def begun(drafts: QuerySet[Draft], most: int | None = None) -> list[Begun]:
    """The newest first; the drafts of a joint form are one."""
    found: dict[uuid.UUID, Begun] = {}
    rows = drafts.select_related("applicant", "family__version").order_by("-changed_at", "-id")
    for draft in rows if most is None else rows[: most * MOST_ON_ONE_FORM]:
        family = draft.family
        whole = draft if family is None else family
        if whole.pk not in found:
            found[whole.pk] = Begun(
                reverse("servicehall:draft", args=[draft.pk]),
                draft.version.label if family is None else family.version.label,
                draft.applicant,
                draft.changed_at,
                family is not None,
            )
    return list(found.values())[:most]


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


def attach_one(request: PortalRequest, filing: Filing, key: str, file: "UploadedFile[Any]") -> str:
    draft, own = filing.place_of(key)
    try:
        clean = check_upload(file.read(), file.name or "")
        if own in identity_fields(draft.version):
            clean = marked_for(clean, draft, now=timezone.now())
        file_actions.attach(draft.pk, own, clean, by=request.scope, now=timezone.now())
    except NotAllowed as error:
        return str(error.message)
    return ""


def doubts_of(upload: Upload) -> list[Any]:
    """What may be hard to read on a photograph, in words."""
    return [DOUBTS[code] for code in upload.doubts if code in DOUBTS]


def with_files(filing: Filing, row: dict[str, Any]) -> dict[str, Any]:
    if row["kind"] != "file":
        return row
    draft, own = filing.place_of(row["key"])
    uploads = filing.uploads.get(row["key"], [])
    return {
        **row,
        "attach_url": reverse("servicehall:draft-attach", args=[draft.pk, own]),
        "choose_url": reverse("servicehall:draft-choose", args=[draft.pk, own]),
        "uploads": [
            (
                upload,
                reverse("servicehall:draft-remove", args=[upload.draft_id, upload.pk]),
                doubts_of(upload),
            )
            for upload in uploads
        ],
        "is_full": len(uploads) >= row["max"],
    }
