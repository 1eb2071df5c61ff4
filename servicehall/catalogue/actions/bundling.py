"""The life of a joint form (一件事): the same verbs as an item's version, and the second person."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.scopes import Scope
from servicehall.catalogue.actions.columns import digest
from servicehall.catalogue.actions.life import (
    check_day,
    check_note,
    check_power,
    check_verb,
    make_room,
)
from servicehall.catalogue.checking import errors_of
from servicehall.catalogue.checking_bundles import check_bundle
from servicehall.catalogue.enums import Verb, VersionState
from servicehall.catalogue.models import Bundle, ItemVersion
from servicehall.catalogue.transitions import Rule


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
        _record("catalogue.bundle_drafted", found, by=by, now=now)
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
        _record("catalogue.bundle_drafted", found, by=by, now=now)
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
        found, _rule = _claim(bundle_id, Verb.SAVE, by=by, now=now)
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
        _record("catalogue.bundle_saved", found, by=by, now=now)
    return found


def discard_bundle(bundle_id: uuid.UUID, *, by: Scope, now: datetime) -> None:
    with transaction.atomic(durable=True):
        found, _rule = _claim(bundle_id, Verb.DISCARD, by=by, now=now)
        _record("catalogue.bundle_discarded", found, by=by, now=now)
        found.delete()


# --- published -------------------------------------------------------------------------------------
def propose_bundle(bundle_id: uuid.UUID, day: date, *, by: Scope, now: datetime) -> Bundle:
    """Ask a second person to publish it from a day on. Only what has no error may be asked for."""
    check_day(day, timezone.localdate(now))
    with transaction.atomic(durable=True):
        found, rule = _claim(bundle_id, Verb.PROPOSE, by=by, now=now)
        _check(found, day)
        found.state, found.valid_from, found.note = rule.to, day, ""
        found.proposed_by_id = by.user_id
        found.save(update_fields=["state", "valid_from", "note", "proposed_by"])
        _record("catalogue.bundle_proposed", found, by=by, now=now, day=day.isoformat())
    return found


def send_bundle_back(bundle_id: uuid.UUID, note: str, *, by: Scope, now: datetime) -> Bundle:
    note = check_note(note)
    with transaction.atomic(durable=True):
        found, rule = _claim(bundle_id, Verb.SEND_BACK, by=by, now=now)
        found.state, found.note = rule.to, note
        found.save(update_fields=["state", "note"])
        _record("catalogue.bundle_sent_back", found, by=by, now=now)
    return found


def publish_bundle(bundle_id: uuid.UUID, *, by: Scope, now: datetime) -> Bundle:
    """发布: in force from its day on, today at the earliest; the version before ends on that day."""
    with transaction.atomic(durable=True):
        found, rule = _claim(bundle_id, Verb.PUBLISH, by=by, now=now)
        day = max(found.valid_from, timezone.localdate(now))
        _check(found, day)
        make_room(Bundle.objects.filter(code=found.code), day)
        found.state, found.valid_from, found.valid_to = rule.to, day, None
        found.published_by_id, found.published_at = by.user_id, now
        found.save()
        _record("catalogue.bundle_published", found, by=by, now=now, day=day.isoformat())
    return found


def take_bundle_back(bundle_id: uuid.UUID, *, by: Scope, now: datetime) -> Bundle:
    """Make a draft again of what waits, or is published for a day to come; the version before runs on."""
    with transaction.atomic(durable=True):
        found, rule = _claim(bundle_id, Verb.TAKE_BACK, by=by, now=now)
        others = Bundle.objects.filter(code=found.code)
        was_published = found.state == VersionState.PUBLISHED
        if was_published and others.filter(number__gt=found.number).exists():
            raise NotAllowed("later_draft", _("这张表已有更新的草稿，请先处理那一份。"))
        found.state, found.published_by, found.published_at = rule.to, None, None
        found.save(update_fields=["state", "published_by", "published_at"])
        if was_published:
            ended = others.filter(state=VersionState.PUBLISHED, valid_to=found.valid_from)
            ended.update(valid_to=None)
        _record("catalogue.bundle_taken_back", found, by=by, now=now)
    return found


def retire_bundle(code: str, last_day: date, *, by: Scope, now: datetime) -> Bundle:
    """停用: begun for the last time on a day; forms that were begun can still be filed."""
    check_power(by)
    today = timezone.localdate(now)
    check_day(last_day, today)
    with transaction.atomic(durable=True):
        lock_bundle(code)
        published = Bundle.objects.filter(code=code, state=VersionState.PUBLISHED)
        if published.filter(valid_from__gt=today).exists():
            raise NotAllowed("later_version", _("已有一版定在以后生效，请先收回那一版。"))
        found = published.order_by("-number").first()
        if found is None or not found.in_force_on(today):
            raise Conflict("not_in_force", _("这张表现在没有在用的版本。"))
        found.valid_to = last_day + timedelta(days=1)
        found.save(update_fields=["valid_to"])
        _record("catalogue.bundle_retired", found, by=by, now=now, day=last_day.isoformat())
    return found


# --- shared ----------------------------------------------------------------------------------------
def _claim(bundle_id: uuid.UUID, verb: Verb, *, by: Scope, now: datetime) -> tuple[Bundle, Rule]:
    check_power(by)
    lock_bundle(Bundle.objects.values_list("code", flat=True).get(pk=bundle_id))
    found = Bundle.objects.get(pk=bundle_id)
    return found, check_verb(found, verb, by=by, now=now)


def _check(found: Bundle, day: date) -> None:
    if errors_of(check_bundle(found.content, offered(day))):
        raise NotAllowed("has_errors", _("检查没有通过，请先改好列出的问题。"))


def _record(action: str, found: Bundle, *, by: audit.Actor, now: datetime, **detail: Any) -> None:
    told: Mapping[str, Any] = {"bundle": found.code, "version": found.number, **detail}
    audit.record(action, by=by, target=found, detail=told, now=now)
