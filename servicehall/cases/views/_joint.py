"""一件事: the drafts of several items as one form, on the same pages as the form of one."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from community.governance.scopes import PortalRequest, Scope
from servicehall.cases import actions
from servicehall.cases.actions.families import drafts_of, uploads_of
from servicehall.cases.bundles import Asked, joint, joint_pages
from servicehall.cases.models import CaseFamily, Draft, Upload
from servicehall.cases.steps import Question, Step, laid_out
from servicehall.cases.views._filing import Filing
from servicehall.catalogue import answering
from servicehall.catalogue.enums import Channel


@dataclass
class Joint(Filing):
    """`draft` is the first of `drafts`; answers stand under the names of the joint form."""

    family: CaseFamily
    drafts: list[Draft]
    asked: list[Asked]
    is_joint: ClassVar[bool] = True

    @property
    def label(self) -> str:
        return self.family.version.label

    @property
    def items(self) -> list[str]:
        return [draft.version.item_id for draft in self.drafts]

    def item_of(self, step: Step) -> str:
        number = self._number_of(step.key)
        return "" if number is None else self.drafts[number].version.item_id

    @staticmethod
    def _number_of(key: str) -> int | None:
        number = key.partition("-")[0]
        return int(number) if number.isdecimal() else None

    @property
    def outdated(self) -> Draft | None:
        today = timezone.localdate()
        return next((one for one in self.drafts if not one.version.in_force_on(today)), None)

    @property
    def questions(self) -> Sequence[Question]:
        return [one.question for one in self.asked]

    @property
    def steps(self) -> list[Step]:
        pages = joint_pages([draft.version for draft in self.drafts])
        return laid_out(pages, self.questions, self.answers)

    def place_of(self, key: str) -> tuple[Draft, str]:
        number, own = next(one.owners[0] for one in self.asked if one.key == key)
        return self.drafts[number], own

    def name_of(self, draft: Draft, key: str) -> str:
        """What a question of one of the drafts is called here; "" for one that is not asked."""
        number = next((n for n, one in enumerate(self.drafts) if one.pk == draft.pk), None)
        return next((one.key for one in self.asked if (number, key) in one.owners), "")

    @cached_property
    def uploads(self) -> dict[str, list[Upload]]:
        by_field: dict[str, list[Upload]] = {}
        for upload in uploads_of(self.drafts):
            if upload.draft and (name := self.name_of(upload.draft, upload.field)):
                by_field.setdefault(name, []).append(upload)
        return by_field

    def keep(self, answers: Mapping[str, Any], *, step: str, by: Scope, now: datetime) -> None:
        actions.save_family(self.family, answers, step=step, by=by, now=now)

    def file(self, *, channel: Channel, by: Scope, now: datetime) -> str:
        actions.submit_family(self.family.pk, by=by, now=now, channel=channel)
        return reverse("servicehall:family", args=[self.family.pk])

    def page_url(self, key: str) -> str:
        return reverse("servicehall:family-page", args=[self.family.pk, key])

    def autosave_url(self, key: str) -> str:
        return reverse("servicehall:family-autosave", args=[self.family.pk, key])

    @property
    def discard_url(self) -> str:
        return reverse("servicehall:family-discard", args=[self.family.pk])

    @property
    def later_url(self) -> str:
        return reverse("servicehall:bundles")


def get_family(request: PortalRequest, family_id: uuid.UUID) -> CaseFamily:
    """The form that the viewer is typing, or has filed."""
    own = CaseFamily.objects.visible_to(request.scope).filter(owner_id=request.scope.user_id)
    return get_object_or_404(own.select_related("version", "applicant__community"), pk=family_id)


def joint_of(request: PortalRequest, family: CaseFamily) -> Joint | None:
    """None where nothing is left to fill in: it is filed, or each draft was filed or deleted by itself."""
    drafts = drafts_of(family, by=request.scope)
    if family.filed_at is not None or not drafts:
        return None
    asked = joint([draft.version for draft in drafts])
    given = [answering.load_answers(draft.answers or "{}") for draft in drafts]
    answers = {"contact_phone": _first(one.get("contact_phone") for one in given)}
    for one in asked:
        answers[one.key] = _first(given[number].get(key) for number, key in one.owners)
    said = {key: value for key, value in answers.items() if value is not None}
    return Joint(drafts[0], said, family, drafts, asked)


def _first(values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def on_joint_form(request: PortalRequest, filing: Filing, field: str) -> tuple[Filing, str]:
    """A draft and one of its questions as they stand on its joint form, where it is on one."""
    family = filing.draft.family
    whole = joint_of(request, family) if family is not None else None
    if whole is None or not (name := whole.name_of(filing.draft, field)):
        return filing, field
    return whole, name
