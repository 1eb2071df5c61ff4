"""The texts of letters travel with the catalogue, and arrive as drafts like items do."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Invalid
from community.governance.scopes import Scope
from servicehall.catalogue.actions.carrying import (
    BUSY,
    CHANGED,
    HAS_DRAFT,
    NEW,
    REFUSED,
    SAME,
    Cargo,
    Carried,
)
from servicehall.catalogue.enums import VersionState
from servicehall.catalogue.models import ServiceItem
from servicehall.documents.actions import texts
from servicehall.documents.checking import problems
from servicehall.documents.enums import LetterKind
from servicehall.documents.models import LetterText
from servicehall.documents.models.letter import BASIS_LENGTH
from servicehall.documents.wording import parse, spell

KEYS = {"kind", "item", "content", "basis"}
PAGE = "documents:text"


def _pack(now: datetime) -> Iterable[Mapping[str, Any]]:
    """The newest that is published and not retired of each text, the general ones and those of items."""
    runs_on = Q(valid_to__isnull=True) | Q(valid_to__gt=timezone.localdate(now))
    rows = LetterText.objects.filter(runs_on, state=VersionState.PUBLISHED)
    newest = {(row.kind, row.item_id): row for row in rows.order_by("kind", "item_id", "number")}
    return (
        {"kind": row.kind, "item": row.item_id, "content": row.content, "basis": row.basis}
        for row in newest.values()
    )


def _carry(given: Any, by: Scope | None, now: datetime) -> Carried:
    if not _is_readable(given):
        named = [given.get("kind"), given.get("item")] if isinstance(given, Mapping) else []
        code = "-".join(str(part) for part in named if part)[:50]
        return Carried(code, {}, REFUSED, _("内容的写法不对。"), PAGE)
    kind, item_id = LetterKind(given["kind"]), given["item"]
    code, label = LetterText(kind=kind, item_id=item_id).code, str(kind.label)
    name = {"zh": f"{label} {item_id}" if item_id else label}
    if item_id and not ServiceItem.objects.filter(pk=item_id).exists():
        return Carried(code, name, REFUSED, _("没有这个事项。"), PAGE)
    texts.lock(kind)
    last = texts.last_of(kind, item_id)
    if last is not None and (last.content, last.basis) == (given["content"], given["basis"]):
        return Carried(code, name, SAME, page=PAGE)
    if last is not None and last.is_open:
        return Carried(code, name, BUSY, HAS_DRAFT, PAGE)
    found = texts.add_text(
        kind, item_id, last, content=given["content"], basis=given["basis"], by=by, now=now
    )
    texts.LIFE.record("imported", found, by=by or audit.SYSTEM, now=now)
    return Carried(code, name, CHANGED if last else NEW, page=PAGE)


def _is_readable(given: Any) -> bool:
    """Whether it has the shape of a text, as its page shows and keeps it; what it says is checked as in any draft."""
    try:
        content = given["content"]
        problems(LetterKind(given["kind"]), content)
        return (
            set(given) == KEYS
            and parse(spell(content["blocks"])) == content["blocks"]
            and bool(content["title"])
            and all(
                isinstance(line, str)
                for key in ("attachments", "sign")
                for line in content.get(key, ())
            )
            and (given["item"] is None or isinstance(given["item"], str))
            and len(given["basis"]) <= BASIS_LENGTH
        )
    except (Invalid, KeyError, TypeError, ValueError, AttributeError, RuntimeError):
        return False


CARGO = Cargo("letters", _pack, lambda: _carry)
