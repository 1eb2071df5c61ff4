"""The life of a joint form (一件事): the same verbs as an item's version, and the second person."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid
from community.governance.scopes import Scope
from servicehall.catalogue.actions.columns import digest
from servicehall.catalogue.actions.life import Life, check_power
from servicehall.catalogue.checking import errors_of
from servicehall.catalogue.checking_bundles import check_bundle
from servicehall.catalogue.enums import Verb, VersionState
from servicehall.catalogue.models import Bundle, ItemVersion


def offered(day: date) -> frozenset[str]:
    """The items that a joint form may hold from a day on."""
    return frozenset(ItemVersion.objects.public(day).values_list("item_id", flat=True))


# --- written ---------------------------------------------------------------------------------------
def start_bundle(code: str, content: Mapping[str, Any], *, by: Scope, now: datetime) -> Bundle:
    """A new joint form as its first draft."""
    check_power(by)
    with transaction.atomic(durable=True):
        if Bundle.objects.filter(code=code).exists():
            text = _("这个代码已经有一张表了。")
            raise Invalid("code_taken", text, {"code": text})
        found = add_bundle(code, content, by=by, now=now)
        LIFE.record("drafted", found, by=by, now=now)
    return found


def start_bundle_draft(code: str, *, by: Scope, now: datetime) -> Bundle:
    """A copy of the last version to work on, or the draft that is there already."""
    check_power(by)
    with transaction.atomic(durable=True):
        last = lock_bundle(code)
        if last is None:
            raise Bundle.DoesNotExist
        if last.is_open:
            return last
        found = add_bundle(code, last.content, by=by, now=now)
        LIFE.record("drafted", found, by=by, now=now)
    return found


def lock_bundle(code: str) -> Bundle | None:
    """The newest version; whatever happens to the versions of a form happens one after the other."""
    rows = Bundle.objects.select_for_update(no_key=True, of=("self",)).filter(code=code)
    return max(rows.order_by("number"), key=lambda row: row.number, default=None)


def add_bundle(code: str, content: Mapping[str, Any], *, by: Scope | None, now: datetime) -> Bundle:
    """The next version, as a draft. Called inside a transaction that locked the form."""
    last = Bundle.objects.filter(code=code).order_by("-number").first()
    return Bundle.objects.create(
        code=code,
        number=last.number + 1 if last else 1,
        state=VersionState.DRAFT,
        valid_from=timezone.localdate(now),
        changed_by_id=by.user_id if by else None,
        changed_at=now,
        **_said(content),
    )


def _said(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: content[key] for key in ("name", "short", "items", "basis")}


def save_bundle(
    bundle_id: uuid.UUID, content: Mapping[str, Any], *, seen: str, by: Scope, now: datetime
) -> Bundle:
    """What the draft says. `seen`: its digest as the editor read it; what changed meanwhile is a Conflict."""
    with transaction.atomic(durable=True):
        found, _rule = LIFE.claim(bundle_id, Verb.SAVE, by=by, now=now)
        if digest(found.content) != seen:
            raise Conflict(
                "section_changed",
                _(
                    "您打开以后，别人改过这一部分。您填的还在下面；核对以后再保存一次，就以您的为准。"
                ),
            )
        for key, value in _said(content).items():
            setattr(found, key, value)
        found.changed_by_id, found.changed_at = by.user_id, now
        found.save()
        LIFE.record("saved", found, by=by, now=now)
    return found


# --- its life ---------------------------------------------------------------------------------------
LIFE: Life[Bundle] = Life(
    Bundle,
    "catalogue.bundle_",
    lock=lambda found: lock_bundle(found.code),
    versions=lambda found: Bundle.objects.filter(code=found.code),
    errors=lambda found, day: errors_of(check_bundle(found.content, offered(day))),
    said=lambda found: {"bundle": found.code},
)


def discard_bundle(bundle_id: uuid.UUID, *, by: Scope, now: datetime) -> None:
    LIFE.discard(bundle_id, by=by, now=now)


def propose_bundle(bundle_id: uuid.UUID, day: date, *, by: Scope, now: datetime) -> Bundle:
    return LIFE.propose(bundle_id, day, by=by, now=now)


def send_bundle_back(bundle_id: uuid.UUID, note: str, *, by: Scope, now: datetime) -> Bundle:
    return LIFE.send_back(bundle_id, note, by=by, now=now)


def publish_bundle(bundle_id: uuid.UUID, *, by: Scope, now: datetime) -> Bundle:
    return LIFE.publish(bundle_id, by=by, now=now)


def take_bundle_back(bundle_id: uuid.UUID, *, by: Scope, now: datetime) -> Bundle:
    return LIFE.take_back(bundle_id, by=by, now=now)


def retire_bundle(code: str, last_day: date, *, by: Scope, now: datetime) -> Bundle:
    """Begun for the last time on a day; forms that were begun can still be filed."""
    return LIFE.retire(Bundle.objects.filter(code=code), last_day, by=by, now=now)
