"""再申请一次: a new draft from an old case. What still fits comes along; what does not is said."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import NotAllowed
from community.governance.scopes import Scope
from residents.base.models import HouseholdMember
from servicehall.cases.actions.filing import save_draft, start_draft
from servicehall.cases.models import Case, Draft
from servicehall.cases.steps import KNOWN
from servicehall.catalogue import answering
from servicehall.catalogue.models import ItemVersion, in_language


def start_again(case_id: uuid.UUID, *, by: Scope, now: datetime) -> tuple[Draft, list[str]]:
    """The draft, and the headings of what was answered then and must be answered anew.

    Files and declarations are always given anew. A draft that somebody has begun already stays as it is.
    Raises Case.DoesNotExist outside the viewer's reach, NotAllowed when the item is offered no more.
    """
    case = (
        Case.objects.visible_to(by)
        .select_related("version", "applicant__community")
        .get(pk=case_id)
    )
    today = timezone.localdate(now)
    version = ItemVersion.objects.public(today).filter(item_id=case.version.item_id).first()
    if version is None:
        raise NotAllowed("item_retired", _("这个事项现在不再受理，请到服务站咨询。"))
    with transaction.atomic():
        draft = start_draft(version, applicant=case.applicant, by=by, now=now)
        if draft.answers:
            return draft, []
        kept, left_out = _what_fits(case, version)
        save_draft(draft.pk, kept, step=KNOWN, by=by, now=now)
    return draft, left_out


def _what_fits(case: Case, version: ItemVersion) -> tuple[dict[str, Any], list[str]]:
    given = answering.load_answers(case.answers or "{}")
    questions = {question["key"]: question for question in version.questions}
    members = {
        str(pk)
        for pk in HouseholdMember.objects.living_with(case.applicant_id).values_list(
            "person_id", flat=True
        )
    } | {str(case.applicant_id)}
    kept: dict[str, Any] = {}
    left_out: list[str] = []
    for old in case.version.questions:
        key = old["key"]
        if old["type"] == "file":
            if case.uploads.papers().filter(field=key).exists():
                left_out.append(in_language(old["label"]))
            continue
        if given.get(key) in (None, "", []):
            continue
        new = questions.get(key)
        if new is not None and _still_fits(old, new, given[key], members):
            kept[key] = given[key]
        else:
            left_out.append(in_language(old["label"]))
    if case.contact_phone:
        kept["contact_phone"] = case.contact_phone
    return kept, left_out


def _still_fits(old: dict[str, Any], new: dict[str, Any], value: Any, members: set[str]) -> bool:
    if old["type"] != new["type"] or new.get("must_be"):
        return False
    if new["type"] == "household_member":
        named = value if isinstance(value, list) else [value]
        if not members >= {str(one) for one in named}:
            return False
    return not answering.check_answer(new, value)
