"""Carrying the catalogue from one installation to another: one file with checksums; an import only makes drafts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Invalid
from community.governance.scopes import Scope
from servicehall.catalogue.actions._core import check_power, lock_item, record
from servicehall.catalogue.actions.columns import columns_of, digest
from servicehall.catalogue.actions.versions import add_draft, known_now
from servicehall.catalogue.checking import Known, check
from servicehall.catalogue.enums import VersionState
from servicehall.catalogue.models import ItemVersion, ServiceItem
from servicehall.catalogue.skeleton import new_content

FORMAT, MOST_BYTES, MOST_ITEMS = "yizhan-catalogue-1", 8 * 1024 * 1024, 1000
NEW, CHANGED, SAME, BUSY, REFUSED = "new", "changed", "same", "busy", "refused"


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of an item of the file."""

    code: str
    name: Mapping[str, str]
    fate: str
    why: str | Promise = ""


def export_items(*, by: Scope | None, now: datetime) -> bytes:
    """The newest published version of every item, as one file. `by` is None for the command."""
    if by is not None:
        check_power(by)
    newest: dict[str, ItemVersion] = {}
    published = ItemVersion.objects.filter(state=VersionState.PUBLISHED)
    for version in published.order_by("item_id", "number"):
        newest[version.item_id] = version
    items = [
        {"content": version.content, "sha256": digest(version.content)}
        for version in newest.values()
    ]
    file = {"format": FORMAT, "made_at": now.isoformat(), "items": items, "sha256": digest(items)}
    with transaction.atomic():
        audit.record(
            "catalogue.exported", by=by or audit.SYSTEM, detail={"items": len(items)}, now=now
        )
    return json.dumps(file, ensure_ascii=False, indent=1).encode()


def import_items(data: bytes, *, by: Scope | None, now: datetime) -> list[Carried]:
    """Make a draft of each item that differs from what is here. Nothing is published, no draft is overwritten.

    Raises Invalid where the file as a whole cannot be trusted. `by` is None for the command.
    """
    if by is not None:
        check_power(by)
    items = _items_of(data)
    with transaction.atomic(durable=True):
        known = known_now()
        return [_carry(item["content"], known, by=by, now=now) for item in items]


def _items_of(data: bytes) -> list[dict[str, Any]]:
    wrong = Invalid("file_unreadable", _("这不是从本系统导出的事项目录文件。"))
    if len(data) > MOST_BYTES:
        raise wrong
    try:
        file = json.loads(data)
        items = file["items"]
        is_ours = file["format"] == FORMAT and isinstance(items, list) and len(items) <= MOST_ITEMS
        is_whole = is_ours and file["sha256"] == digest(items)
        is_whole = is_whole and all(each["sha256"] == digest(each["content"]) for each in items)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise wrong from None
    if not is_ours:
        raise wrong
    if not is_whole:
        raise Invalid("file_changed", _("文件的校验值对不上，导出以后被改过或没有传完整。"))
    return list(items)


def _carry(content: Any, known: Known, *, by: Scope | None, now: datetime) -> Carried:
    if not _is_readable(content, known, now):
        return Carried(_text(content, "code"), {}, REFUSED, _("内容的写法不对。"))
    code, name = content["code"], content["name"]
    if content["window"] not in known.windows:
        return Carried(code, name, REFUSED, _("本系统没有这个窗口。"))
    item, is_new = ServiceItem.objects.get_or_create(
        code=code, defaults={"window_id": content["window"]}
    )
    lock_item(code)
    last = item.versions.order_by("-number").first()
    if last is not None and _bare(last.content) == _bare(content):
        return Carried(code, name, SAME)
    if last is not None and last.is_open:
        return Carried(code, name, BUSY, _("这里已有草稿，请先处理那一份。"))
    version = add_draft(item, {**content, "window": item.window_id}, by=by, now=now)
    record("catalogue.imported", version, by=by or audit.SYSTEM, now=now)
    return Carried(code, name, NEW if is_new else CHANGED)


def _bare(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content without its number here, and with the words that staff added among the others."""
    words = dict(content.get("search") or {})
    synonyms = [*words.get("synonyms", []), *words.pop("added", [])]
    rest = {key: value for key, value in content.items() if key != "version"}
    return {**rest, "search": {**words, "synonyms": synonyms}}


def _is_readable(content: Any, known: Known, now: datetime) -> bool:
    """Whether it has the shape of an item: what every page relies on is there, of its kind."""
    try:
        model = new_content("W0-00", "", {"zh": "", "en": ""}, today=timezone.localdate(now))
        has_shape = all(
            isinstance(content[key], type(value)) or (content[key] is None and key in LOOSE)
            for key, value in model.items()
            if key not in LATER
        )
        columns_of(content)
        check(content, known)
        return has_shape and len(content["code"]) <= 50 and bool(content["name"]["zh"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return False


LOOSE = frozenset(
    {"short", "eligible", "contact", "certainty_note", "source", "source_en", "department"}
)
LATER = frozenset({"replies", "certainty_note"})  # older files lack them


def _text(content: Any, key: str) -> str:
    return str(content.get(key, ""))[:50] if isinstance(content, Mapping) else ""
