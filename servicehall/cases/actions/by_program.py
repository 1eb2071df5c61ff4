"""Filing and withdrawing in one call, for programs: the key makes a repeated call the same act."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import idempotency
from common.errors import Invalid
from community.governance.scopes import Scope
from residents.base.models import Person
from servicehall.cases.actions.applicant import withdraw_claimed
from servicehall.cases.actions.filing import check_may_file, file_draft
from servicehall.cases.models import Case, Draft
from servicehall.catalogue import answering
from servicehall.catalogue.enums import Channel
from servicehall.catalogue.models import ItemVersion


def file_once(
    version: ItemVersion,
    answers: Mapping[str, Any],
    *,
    applicant: Person,
    key: str,
    fingerprint: str,
    by: Scope,
    now: datetime,
) -> Case:
    """File a case, or give back the one that this key filed before. A draft in the browser stays as it is.

    Raises Invalid with the field errors, NotAllowed when this may not be filed or nobody serves the place,
    Conflict when the key came with another content.
    """
    check_may_file(applicant, version.item_id, by=by, now=now)
    known = {field["key"] for field in version.questions} | {"contact_phone"}
    if unknown := set(answers) - known:
        raise Invalid(
            "answers_unknown",
            _("有些内容不是这个事项要填的。"),
            dict.fromkeys(sorted(unknown), _("没有这个字段。")),
        )
    owner = _owner(by)
    with transaction.atomic(durable=True):
        if (found := idempotency.claim(owner, key, fingerprint, now)) is not None:
            return Case.objects.get(pk=found)  # the owner's own earlier act
        draft = Draft.objects.create(
            owner_id=by.user_id,  # type: ignore[misc]  # check_may_file refused nobody
            version=version,
            applicant=applicant,
            answers=answering.dump_answers(answers),
            is_filed=True,
            created_at=now,
            changed_at=now,
        )
        case = file_draft(draft, by=by, now=now, channel=Channel.API)
        idempotency.settle(owner, key, str(case.pk))
    return case


def withdraw_once(
    case_id: uuid.UUID, *, reason: str, key: str, fingerprint: str, by: Scope, now: datetime
) -> Case:
    """Withdraw a case; the same key again gives back the withdrawn case. Otherwise as `withdraw`."""
    owner = _owner(by)
    with transaction.atomic(durable=True):
        if (found := idempotency.claim(owner, key, fingerprint, now)) is not None:
            return Case.objects.get(pk=found)  # the owner's own earlier act
        case = withdraw_claimed(case_id, by=by, now=now, reason=reason)
        idempotency.settle(owner, key, str(case.pk))
    return case


def _owner(by: Scope) -> str:
    """Keys belong to a person in a post: what one post filed another may not be shown."""
    return f"api:{by.user_id}:{by.post_id or ''}"
