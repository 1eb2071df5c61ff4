"""An open draft goes on under the new version of its item: what fits stays, what is no longer asked goes."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common import storage
from common.errors import NotAllowed
from community.governance.scopes import Scope
from servicehall.cases.models import Draft
from servicehall.catalogue import answering
from servicehall.catalogue.models import ItemVersion


def move_draft(draft_id: uuid.UUID, *, by: Scope, now: datetime) -> Draft:
    """Bind a draft to the version in force. Repeats are harmless.

    Where the same typist has begun another under that version, the two become one: the answers and files of the
    newer go first. Raises NotAllowed when the item is no longer offered.
    """
    gone: list[str] = []
    with transaction.atomic(durable=True):
        draft = Draft.objects.visible_to(by).select_for_update(of=("self",)).get(pk=draft_id)
        offered = ItemVersion.objects.public(timezone.localdate(now))
        version = offered.filter(item_id=draft.version.item_id).first()
        if version is None:
            raise NotAllowed("item_retired", _("这个事项已经停办。有疑问请到服务站或打服务电话。"))
        if version.pk == draft.version_id:
            return draft
        answers = answering.fitting(version.questions, answering.load_answers(draft.answers))
        newer = (
            Draft.objects.visible_to(by)
            .filter(version=version, applicant_id=draft.applicant_id)
            .select_for_update(of=("self",))
            .first()
        )
        if newer is not None:
            given = answering.load_answers(newer.answers)
            answers |= {key: value for key, value in given.items() if value not in (None, "", [])}
            gone += _take_files(draft, newer)
            draft.family_id = draft.family_id or newer.family_id
            newer.delete()
        gone += _drop_files(draft, version)
        before = draft.version.number
        draft.version, draft.answers = version, answering.dump_answers(answers)
        draft.step, draft.changed_at = "", now
        draft.save(update_fields=["version", "answers", "step", "changed_at", "family"])
        audit.record(
            "draft.moved",
            by=by,
            target=draft,
            person_id=draft.applicant_id,
            detail={"item": version.item_id, "from": before, "to": version.number},
            now=now,
        )
    for name in gone:
        storage.drop(name)
    return draft


def _take_files(draft: Draft, newer: Draft) -> list[str]:
    """The files of the newer draft come over; of a question that both answered with files the older ones go."""
    fields = set(newer.uploads.values_list("field", flat=True))
    old = draft.uploads.filter(field__in=fields)
    names = list(old.values_list("stored_as", flat=True))
    old.delete()
    newer.uploads.update(draft=draft)
    return names


def _drop_files(draft: Draft, version: ItemVersion) -> list[str]:
    """What is no longer asked for is not kept."""
    asked = [question["key"] for question in version.questions if question["type"] == "file"]
    old = draft.uploads.exclude(field__in=asked)
    names = list(old.values_list("stored_as", flat=True))
    old.delete()
    return names
