"""The life of the text of a letter: the same verbs as an item's version, and the second person."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotAllowed
from community.governance.scopes import Scope
from servicehall.catalogue.actions.columns import digest
from servicehall.catalogue.actions.life import Life, check_power
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
        LIFE.record("drafted", found, by=by, now=now)
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
        found, _rule = LIFE.claim(text_id, Verb.SAVE, by=by, now=now)
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
        LIFE.record("saved", found, by=by, now=now)
    return found


def seen_of(text: LetterText) -> str:
    return digest({"content": text.content, "basis": text.basis})


# --- its life ---------------------------------------------------------------------------------------
def lock(kind: str) -> None:
    """Whatever happens to the texts of a kind happens one after the other."""
    list(LetterText.objects.select_for_update(no_key=True).filter(kind=kind).order_by("pk"))


LIFE: Life[LetterText] = Life(
    LetterText,
    "documents.text_",
    lock=lambda found: lock(found.kind),
    versions=lambda found: LetterText.objects.of(found.kind, found.item_id),
    errors=lambda found, _day: problems(LetterKind(found.kind), found.content),
    said=lambda found: {"text": found.code},
)


def last_of(kind: str, item_id: str | None) -> LetterText | None:
    return LetterText.objects.of(kind, item_id).order_by("-number").first()


def _last_published(kind: str) -> LetterText | None:
    general = LetterText.objects.of(kind, None).filter(state=VersionState.PUBLISHED)
    return general.order_by("-number").first()


def discard_text(text_id: int, *, by: Scope, now: datetime) -> None:
    LIFE.discard(text_id, by=by, now=now)


def propose_text(text_id: int, day: date, *, by: Scope, now: datetime) -> LetterText:
    return LIFE.propose(text_id, day, by=by, now=now)


def send_text_back(text_id: int, note: str, *, by: Scope, now: datetime) -> LetterText:
    return LIFE.send_back(text_id, note, by=by, now=now)


def publish_text(text_id: int, *, by: Scope, now: datetime) -> LetterText:
    """Letters issued from its day on say this; what was issued stays as it is."""
    return LIFE.publish(text_id, by=by, now=now)


def take_text_back(text_id: int, *, by: Scope, now: datetime) -> LetterText:
    return LIFE.take_back(text_id, by=by, now=now)


def retire_text(
    kind: LetterKind, item_id: str | None, last_day: date, *, by: Scope, now: datetime
) -> LetterText:
    """An item's own text: from the day after its letters say what the general text says."""
    if item_id is None:
        raise NotAllowed(
            "general_text", _("通用的文书模板不能停用，只能改；否则办件就发不出文书。")
        )
    return LIFE.retire(LetterText.objects.of(kind, item_id), last_day, by=by, now=now)
