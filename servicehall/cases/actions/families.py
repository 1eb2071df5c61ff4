"""一件事: one form becomes one case for each item, all of them or none."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common import storage
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.scopes import Scope
from residents.base.models import Person
from servicehall.cases.actions.filing import file_draft, new_number, open_draft, save_draft
from servicehall.cases.bundles import Asked, joint
from servicehall.cases.models import Case, CaseFamily, Draft, Upload
from servicehall.catalogue.enums import Channel
from servicehall.catalogue.models import Bundle, ItemVersion


def start_family(
    bundle: Bundle, items: Collection[str], *, applicant: Person, by: Scope, now: datetime
) -> CaseFamily:
    """Open the joint form of these items, or the one already open, which goes on under this version of it.

    Drafts that were begun are taken along.
    """
    chosen = [code for code in bundle.items if code in items]
    if not chosen:
        raise Invalid("nothing_chosen", _("请至少选一个事项。"), {"items": _("请选择。")})
    today = timezone.localdate(now)
    versions = {
        version.item_id: version
        for version in ItemVersion.objects.public(today).filter(item_id__in=chosen)
    }
    with transaction.atomic():
        family, is_new = CaseFamily.objects.get_or_create(
            owner_id=by.user_id,
            applicant=applicant,
            bundle=bundle.code,
            filed_at=None,
            defaults={"started_at": now, "version": bundle},
        )
        if not is_new and family.version_id != bundle.pk:
            family.version = bundle
            family.save(update_fields=["version"])
        Draft.objects.filter(family=family, is_filed=False).update(family=None)
        for code in chosen:
            if code not in versions:
                raise NotAllowed("item_retired", _("其中有事项现在不再受理，请重新选择。"))
            draft = open_draft(versions[code], applicant=applicant, by=by, now=now)
            draft.family = family
            draft.save(update_fields=["family"])
    return family


def drafts_of(family: CaseFamily, *, by: Scope) -> list[Draft]:
    """The drafts in the order of the form."""
    rows = Draft.objects.visible_to(by).filter(family=family)
    order = {code: number for number, code in enumerate(family.version.items)}
    return sorted(
        rows.select_related("version__item", "applicant__community"),
        key=lambda draft: (order.get(draft.version.item_id, len(order)), draft.version.item_id),
    )


def uploads_of(drafts: Collection[Draft]) -> QuerySet[Upload]:
    """The files of drafts that were read as the viewer may."""
    return Upload.objects.filter(draft__in=drafts).select_related("draft").order_by("id")


def save_family(
    family: CaseFamily, answers: Mapping[str, Any], *, step: str = "", by: Scope, now: datetime
) -> None:
    """Hand every answer to the drafts whose question it is; the contact is everybody's."""
    drafts = drafts_of(family, by=by)
    asked = {one.key: one for one in joint([draft.version for draft in drafts])}
    with transaction.atomic():
        for number, draft in enumerate(drafts):
            own: dict[str, Any] = {}
            for key, value in answers.items():
                if key == "contact_phone":
                    own[key] = value
                elif key in asked:
                    own |= {k: value for n, k in asked[key].owners if n == number}
            save_draft(draft.pk, own, step=step, by=by, now=now)


def discard_family(family_id: uuid.UUID, *, by: Scope) -> None:
    """Forget a form that was begun, its drafts, and the files that were uploaded for them."""
    with transaction.atomic(durable=True):
        family = (
            CaseFamily.objects.visible_to(by)
            .filter(owner_id=by.user_id)
            .select_for_update(of=("self",))
            .get(pk=family_id)
        )
        if family.filed_at is not None:
            raise Conflict("already_filed", _("这张表已经提交，不能删除；要撤回请打开各个办件。"))
        drafts = Draft.objects.visible_to(by).filter(family=family)
        locked = [draft.pk for draft in drafts.select_for_update(of=("self",)).order_by("pk")]
        files = Upload.objects.filter(draft_id__in=locked).order_by("pk")
        names = list(files.values_list("stored_as", flat=True))
        Draft.objects.filter(pk__in=locked).delete()
        family.delete()
    for name in names:
        storage.drop(name)


def submit_family(
    family_id: uuid.UUID, *, by: Scope, now: datetime, channel: Channel = Channel.ONLINE
) -> CaseFamily:
    """File all drafts of the form in one transaction. The same form twice gives the same cases.

    Raises Invalid with the errors under the names of the joint form.
    """
    copied: list[str] = []
    try:
        with transaction.atomic(durable=True):
            family = (
                CaseFamily.objects.visible_to(by)
                .select_related("version")
                .select_for_update(of=("self",))
                .get(pk=family_id)
            )
            if family.filed_at is not None:
                return family
            drafts = drafts_of(family, by=by)
            asked = joint([draft.version for draft in drafts])
            cases = []
            copied += _share_files(drafts, asked)
            errors: dict[str, Any] = {}
            for number, draft in enumerate(drafts):
                Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
                try:
                    cases.append(file_draft(draft, by=by, now=now, channel=channel))
                except Invalid as error:
                    errors |= _renamed(error.fields, asked, number)
            _close(family, cases, errors, now=now)
    except Exception:
        for name in copied:
            storage.drop(name)
        raise
    return family


def _close(
    family: CaseFamily, cases: list[Case], errors: Mapping[str, Any], *, now: datetime
) -> None:
    if errors:
        raise Invalid("answers_incomplete", _("还有内容没有填好，请按提示修改。"), errors)
    if not cases:
        raise NotAllowed("nothing_to_file", _("这份表里没有可以提交的事项，请重新选择。"))
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(family=family)
    family.number = f"J{new_number(cases[0].station, timezone.localdate(now))}"
    family.filed_at = now
    family.save(update_fields=["number", "filed_at"])


def _renamed(fields: Mapping[str, Any], asked: list[Asked], number: int) -> dict[str, Any]:
    names = {owner: one.key for one in asked for owner in one.owners}
    return {names.get((number, key), key): text for key, text in fields.items()}


def _share_files(drafts: list[Draft], asked: list[Asked]) -> list[str]:
    """A file that several items ask for was handed in once: each case gets a copy of its own."""
    names: list[str] = []
    for one in asked:
        if one.question["type"] != "file" or len(one.owners) == 1:
            continue
        held = {
            (number, key): list(drafts[number].uploads.filter(field=key).order_by("id"))
            for number, key in one.owners
        }
        given = next((uploads for uploads in held.values() if uploads), [])
        missing = [owner for owner, uploads in held.items() if not uploads]
        for upload in given:
            for number, other in missing:
                names.append(storage.keep(storage.read(upload.stored_as)))
                Upload.objects.create(
                    draft=drafts[number],
                    field=other,
                    title=upload.title,
                    kind=upload.kind,
                    size=upload.size,
                    sha256=upload.sha256,
                    stored_as=names[-1],
                    doubts=upload.doubts,
                    uploaded_by_id=upload.uploaded_by_id,
                    uploaded_at=upload.uploaded_at,
                )
    return names
