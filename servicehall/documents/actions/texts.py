"""The life of the text of a letter: the same verbs as an item's version, and the second person."""

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
from servicehall.catalogue.enums import Verb, VersionState
from servicehall.catalogue.models import ServiceItem
from servicehall.documents.checking import problems
from servicehall.documents.enums import LetterKind
from servicehall.documents.models import LetterText


# --- written ---------------------------------------------------------------------------------------
def start_text(kind: LetterKind, item_id: str | None, *, by: Scope, now: datetime) -> LetterText:
    """A copy of the last version to work on, or the draft that is there. An item's first is a copy of the general."""
    check_power(by)
    with transaction.atomic(durable=True):
        lock(kind)
        last = last_of(kind, item_id)
        if last is not None and last.is_open:
            return last
        copied = last or _last_published(kind)
        if copied is None:
            raise LetterText.DoesNotExist
        if item_id and not ServiceItem.objects.filter(pk=item_id).exists():
            raise Invalid("item_unknown", _("没有这个事项。"), {"item": _("没有这个事项。")})
        found = add_text(
            kind, item_id, last, content=copied.content, basis=copied.basis, by=by, now=now
        )
        record("documents.text_drafted", found, by=by, now=now)
    return found


def add_text(
    kind: LetterKind,
    item_id: str | None,
    last: LetterText | None,
    *,
    content: Mapping[str, Any],
    basis: str,
    by: Scope | None,
    now: datetime,
) -> LetterText:
    """The version after `last`, as a draft. Called inside a transaction that locked the kind."""
    return LetterText.objects.create(
        kind=kind,
        item_id=item_id,
        number=last.number + 1 if last else 1,
        state=VersionState.DRAFT,
        content=content,
        basis=basis,
        valid_from=timezone.localdate(now),
        changed_by_id=by.user_id if by else None,
        changed_at=now,
    )


def save_text(
    text_id: int, content: Mapping[str, Any], basis: str, *, seen: str, by: Scope, now: datetime
) -> LetterText:
    """What the draft says. `seen`: `seen_of` what the editor read; what changed meanwhile is a Conflict."""
    with transaction.atomic(durable=True):
        found, _to = _claim(text_id, Verb.SAVE, by=by, now=now)
        if seen_of(found) != seen:
            raise Conflict(
                "section_changed",
                _(
                    "您打开以后，别人改过这一部分。您填的还在下面；核对以后再保存一次，就以您的为准。"
                ),
            )
        found.content, found.basis = dict(content), basis
        found.changed_by_id, found.changed_at = by.user_id, now
        found.save(update_fields=["content", "basis", "changed_by", "changed_at"])
        record("documents.text_saved", found, by=by, now=now)
    return found


def seen_of(text: LetterText) -> str:
    return digest({"content": text.content, "basis": text.basis})


def discard_text(text_id: int, *, by: Scope, now: datetime) -> None:
    with transaction.atomic(durable=True):
        found, _to = _claim(text_id, Verb.DISCARD, by=by, now=now)
        record("documents.text_discarded", found, by=by, now=now)
        found.delete()


# --- published -------------------------------------------------------------------------------------
def propose_text(text_id: int, day: date, *, by: Scope, now: datetime) -> LetterText:
    """Ask a second person to publish it from a day on. Only what can be used may be asked for."""
    check_day(day, timezone.localdate(now))
    with transaction.atomic(durable=True):
        found, to = _claim(text_id, Verb.PROPOSE, by=by, now=now)
        _check(found)
        found.state, found.valid_from, found.note = to, day, ""
        found.proposed_by_id = by.user_id
        found.save(update_fields=["state", "valid_from", "note", "proposed_by"])
        record("documents.text_proposed", found, by=by, now=now, day=day.isoformat())
    return found


def send_text_back(text_id: int, note: str, *, by: Scope, now: datetime) -> LetterText:
    note = check_note(note)
    with transaction.atomic(durable=True):
        found, to = _claim(text_id, Verb.SEND_BACK, by=by, now=now)
        found.state, found.note = to, note
        found.save(update_fields=["state", "note"])
        record("documents.text_sent_back", found, by=by, now=now)
    return found


def publish_text(text_id: int, *, by: Scope, now: datetime) -> LetterText:
    """发布: letters issued from its day on say this, today at the earliest; what was issued stays as it is."""
    with transaction.atomic(durable=True):
        found, to = _claim(text_id, Verb.PUBLISH, by=by, now=now)
        day = max(found.valid_from, timezone.localdate(now))
        _check(found)
        make_room(_versions(found), day)
        found.state, found.valid_from, found.valid_to = to, day, None
        found.published_by_id, found.published_at = by.user_id, now
        found.save()
        record("documents.text_published", found, by=by, now=now, day=day.isoformat())
    return found


def take_text_back(text_id: int, *, by: Scope, now: datetime) -> LetterText:
    """Make a draft again of what waits, or is published for a day to come; the version before runs on."""
    with transaction.atomic(durable=True):
        found, to = _claim(text_id, Verb.TAKE_BACK, by=by, now=now)
        was_published = found.state == VersionState.PUBLISHED
        if was_published and _versions(found).filter(number__gt=found.number).exists():
            raise NotAllowed("later_draft", _("已有更新的草稿，请先处理那一份。"))
        found.state, found.published_by, found.published_at = to, None, None
        found.save(update_fields=["state", "published_by", "published_at"])
        if was_published:
            ended = _versions(found).filter(state=VersionState.PUBLISHED, valid_to=found.valid_from)
            ended.update(valid_to=None)
        record("documents.text_taken_back", found, by=by, now=now)
    return found


def retire_text(
    kind: LetterKind, item_id: str | None, last_day: date, *, by: Scope, now: datetime
) -> LetterText:
    """停用 an item's own text: from the day after its letters say what the general text says."""
    check_power(by)
    today = timezone.localdate(now)
    check_day(last_day, today)
    if item_id is None:
        raise NotAllowed(
            "general_text", _("通用的文书模板不能停用，只能改；否则办件就发不出文书。")
        )
    with transaction.atomic(durable=True):
        lock(kind)
        published = LetterText.objects.of(kind, item_id).filter(state=VersionState.PUBLISHED)
        if published.filter(valid_from__gt=today).exists():
            raise NotAllowed("later_version", _("已有一版定在以后生效，请先收回那一版。"))
        found = published.order_by("-number").first()
        if found is None or not found.in_force_on(today):
            raise Conflict("not_in_force", _("这份模板现在没有在用的版本。"))
        found.valid_to = last_day + timedelta(days=1)
        found.save(update_fields=["valid_to"])
        record("documents.text_retired", found, by=by, now=now, day=last_day.isoformat())
    return found


# --- shared ----------------------------------------------------------------------------------------
def lock(kind: str) -> None:
    """Whatever happens to the texts of a kind happens one after the other."""
    list(LetterText.objects.select_for_update(no_key=True).filter(kind=kind).order_by("pk"))


def _versions(found: LetterText) -> Any:
    return LetterText.objects.of(found.kind, found.item_id)


def last_of(kind: str, item_id: str | None) -> LetterText | None:
    return LetterText.objects.of(kind, item_id).order_by("-number").first()


def _last_published(kind: str) -> LetterText | None:
    general = LetterText.objects.of(kind, None).filter(state=VersionState.PUBLISHED)
    return general.order_by("-number").first()


def _claim(text_id: int, verb: Verb, *, by: Scope, now: datetime) -> tuple[LetterText, str]:
    check_power(by)
    lock(LetterText.objects.values_list("kind", flat=True).get(pk=text_id))
    found = LetterText.objects.get(pk=text_id)
    return found, check_verb(found, verb, by=by, now=now).to


def _check(found: LetterText) -> None:
    if problems(LetterKind(found.kind), found.content):
        raise NotAllowed("has_errors", _("检查没有通过，请先改好列出的问题。"))


def record(
    action: str, found: LetterText, *, by: audit.Actor, now: datetime, **detail: Any
) -> None:
    told: Mapping[str, Any] = {"text": found.code, "version": found.number, **detail}
    audit.record(action, by=by, target=found, detail=told, now=now)
