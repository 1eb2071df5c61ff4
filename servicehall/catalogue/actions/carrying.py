"""Carrying the catalogue from one installation to another: one file with checksums; an import only makes drafts.

The file holds items, joint forms and what apps above declare as `Cargo` (the texts of letters); older files lack
what came later.
"""

import json
from collections.abc import Callable, Iterable, Mapping
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
from servicehall.catalogue.actions import bundling, versions
from servicehall.catalogue.actions.columns import columns_of, digest
from servicehall.catalogue.actions.life import check_power, lock_item
from servicehall.catalogue.checking import Known, check
from servicehall.catalogue.checking_bundles import BASIS_LENGTH, BUNDLE_CODE, check_bundle
from servicehall.catalogue.enums import VersionState
from servicehall.catalogue.models import Bundle, ItemVersion, ServiceItem
from servicehall.catalogue.skeleton import new_content

FORMAT, MOST_BYTES, MOST_ITEMS = "yizhan-catalogue-1", 8 * 1024 * 1024, 1000
BUNDLE_KEYS = {"code", "name", "short", "items", "basis"}
NEW, CHANGED, SAME, BUSY, REFUSED = "new", "changed", "same", "busy", "refused"
HAS_DRAFT = _("这里已有草稿，请先处理那一份。")
BUNDLE_PAGE = "catalogue:bundle"


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of one thing of the file; `page` is the name of the page where its draft is."""

    code: str
    name: Mapping[str, str]
    fate: str
    why: str | Promise = ""
    page: str = "catalogue:item"


Carry = Callable[[Any, Scope | None, datetime], Carried]


@dataclass(frozen=True, slots=True)
class Cargo:
    """One sort of thing in the file. `pack` gives the contents that are published, `unpack` begins an import and
    carries one content after the other."""

    key: str
    pack: Callable[[datetime], Iterable[Mapping[str, Any]]]
    unpack: Callable[[], Carry]

    @property
    def seal(self) -> str:
        return "sha256" if self.key == "items" else f"{self.key}_sha256"


def declare(cargo: Cargo) -> None:
    """From `AppConfig.ready` of an app above; what points to items comes after them. Repeats are harmless."""
    if cargo not in _cargo:
        _cargo.append(cargo)


def export_items(*, by: Scope | None, now: datetime) -> bytes:
    """The newest published version of everything that travels, as one file. `by` is None for the command."""
    if by is not None:
        check_power(by)
    file: dict[str, Any] = {"format": FORMAT, "made_at": now.isoformat()}
    for cargo in _cargo:
        rows = [{"content": content, "sha256": digest(content)} for content in cargo.pack(now)]
        file |= {cargo.key: rows, cargo.seal: digest(rows)}
    counts = {cargo.key: len(file[cargo.key]) for cargo in _cargo}
    with transaction.atomic():
        audit.record("catalogue.exported", by=by or audit.SYSTEM, detail=counts, now=now)
    return json.dumps(file, ensure_ascii=False, indent=1).encode()


def import_items(data: bytes, *, by: Scope | None, now: datetime) -> list[Carried]:
    """Make a draft of each thing that differs from what is here. Nothing is published, no draft is overwritten.

    Raises Invalid where the file as a whole cannot be trusted. `by` is None for the command.
    """
    if by is not None:
        check_power(by)
    contents = _contents_of(data)
    carried: list[Carried] = []
    with transaction.atomic(durable=True):
        for cargo in _cargo:
            carry = cargo.unpack()
            carried += [carry(content, by, now) for content in contents[cargo.key]]
    return carried


def _contents_of(data: bytes) -> dict[str, list[Any]]:
    wrong = Invalid("file_unreadable", _("这不是从本系统导出的事项目录文件。"))
    if len(data) > MOST_BYTES:
        raise wrong
    try:
        file = json.loads(data)
        is_ours = file["format"] == FORMAT and isinstance(file["items"], list)
        found = {cargo.key: file.get(cargo.key, []) for cargo in _cargo}
        is_ours = is_ours and all(
            isinstance(rows, list) and len(rows) <= MOST_ITEMS for rows in found.values()
        )
        is_whole = is_ours and all(
            file[cargo.seal] == digest(found[cargo.key]) for cargo in _cargo if cargo.key in file
        )
        is_whole = is_whole and all(
            each["sha256"] == digest(each["content"]) for rows in found.values() for each in rows
        )
        contents = {key: [each["content"] for each in rows] for key, rows in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise wrong from None
    if not is_ours:
        raise wrong
    if not is_whole:
        raise Invalid("file_changed", _("文件的校验值对不上，导出以后被改过或没有传完整。"))
    return contents


# --- items ------------------------------------------------------------------------------------------
def _pack_items(_now: datetime) -> Iterable[Mapping[str, Any]]:
    published = ItemVersion.objects.filter(state=VersionState.PUBLISHED)
    newest = {version.item_id: version for version in published.order_by("item_id", "number")}
    return (version.content for version in newest.values())


def _unpack_items() -> Carry:
    known = versions.known_now()
    return lambda content, by, now: _carry(content, known, by=by, now=now)


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
        return Carried(code, name, BUSY, HAS_DRAFT)
    version = versions.add_draft(item, {**content, "window": item.window_id}, by=by, now=now)
    versions.LIFE.record("imported", version, by=by or audit.SYSTEM, now=now)
    return Carried(code, name, NEW if is_new else CHANGED)


# --- joint forms ------------------------------------------------------------------------------------
def _pack_bundles(_now: datetime) -> Iterable[Mapping[str, Any]]:
    forms = Bundle.objects.filter(state=VersionState.PUBLISHED).order_by("code", "number")
    return (form.content for form in {form.code: form for form in forms}.values())


def _carry_bundle(content: Any, by: Scope | None, now: datetime) -> Carried:
    if not _is_bundle(content):
        return Carried(_text(content, "code"), {}, REFUSED, _("内容的写法不对。"), BUNDLE_PAGE)
    code, name = content["code"], content["name"]
    last = bundling.lock_bundle(code)
    if last is not None and last.content == content:
        return Carried(code, name, SAME, page=BUNDLE_PAGE)
    if last is not None and last.is_open:
        return Carried(code, name, BUSY, HAS_DRAFT, BUNDLE_PAGE)
    found = bundling.add_bundle(code, content, by=by, now=now)
    bundling.LIFE.record("imported", found, by=by or audit.SYSTEM, now=now)
    return Carried(code, name, CHANGED if last else NEW, page=BUNDLE_PAGE)


def _is_bundle(content: Any) -> bool:
    """Whether it has the shape of a joint form."""
    try:
        check_bundle(content, frozenset())
        return (
            set(content) == BUNDLE_KEYS
            and bool(BUNDLE_CODE.fullmatch(content["code"]))
            and all(isinstance(content[key]["zh"], str) for key in ("name", "short"))
            and isinstance(content["items"], list)
            and all(isinstance(code, str) for code in content["items"])
            and len(content["basis"]) <= BASIS_LENGTH
            and bool(content["name"]["zh"])
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


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


_cargo: list[Cargo] = [
    Cargo("items", _pack_items, _unpack_items),
    Cargo("bundles", _pack_bundles, lambda: _carry_bundle),
]
