"""The life of an item's versions: drafted, saved, proposed, published by a second person, retired."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import BodyKind
from community.governance.models import Body
from community.governance.scopes import Scope
from servicehall.catalogue.actions.columns import columns_of, digest
from servicehall.catalogue.actions.life import Life, check_power, lock_item
from servicehall.catalogue.checking import Known, check, errors_of
from servicehall.catalogue.enums import Verb, VersionState
from servicehall.catalogue.models import Bundle, ItemVersion, ServiceItem, Window
from servicehall.catalogue.naming import new_key
from servicehall.catalogue.skeleton import new_content

EMPTY: tuple[Any, ...] = (None, "", 0, False)


# --- written ---------------------------------------------------------------------------------------
def start_item(
    code: str, *, window: str, name: Mapping[str, str], by: Scope, now: datetime
) -> ItemVersion:
    """A new item with its first draft. Nobody sees it before it is published."""
    check_power(by)
    with transaction.atomic(durable=True):
        if not Window.objects.filter(pk=window).exists():
            raise Invalid("window_unknown", _("没有这个窗口。"), {"window": _("没有这个窗口。")})
        item, is_new = ServiceItem.objects.get_or_create(code=code, defaults={"window_id": window})
        if not is_new:
            raise Invalid(
                "code_taken", _("这个代码已经有事项了。"), {"code": _("这个代码已经有事项了。")}
            )
        content = new_content(code, window, name, today=timezone.localdate(now))
        version = add_draft(item, content, by=by, now=now)
        LIFE.record("drafted", version, by=by, now=now)
    return version


def start_draft(code: str, *, by: Scope, now: datetime) -> ItemVersion:
    """A copy of the last version to work on, or the draft that is there already."""
    check_power(by)
    with transaction.atomic(durable=True):
        item = lock_item(code)
        last = item.versions.order_by("-number").first()
        if last is None:
            raise ItemVersion.DoesNotExist
        if last.is_open:
            return last
        version = add_draft(item, last.content, by=by, now=now)
        LIFE.record("drafted", version, by=by, now=now, copy_of=last.number)
    return version


def add_draft(
    item: ServiceItem, content: Mapping[str, Any], *, by: Scope | None, now: datetime
) -> ItemVersion:
    """The next version, as a draft. Called inside the transaction of an action that locked the item."""
    last = item.versions.order_by("-number").first()
    number = last.number + 1 if last else 1
    content = {**content, "version": number, "search": _search_words(content)}
    return ItemVersion.objects.create(
        item=item,
        number=number,
        state=VersionState.DRAFT,
        valid_from=timezone.localdate(now),
        changed_by_id=by.user_id if by else None,
        changed_at=now,
        **columns_of(content),
    )


def _search_words(content: Mapping[str, Any]) -> dict[str, Any]:
    """Words that staff added to the version before are ordinary words of the next one."""
    words = dict(content.get("search") or {})
    added = words.pop("added", [])
    return {**words, "synonyms": list(dict.fromkeys([*words.get("synonyms", []), *added]))}


def save_section(
    version_id: uuid.UUID, changes: Mapping[str, Any], *, seen: str, by: Scope, now: datetime
) -> ItemVersion:
    """Put parts of the content in place of what was there.

    `seen` is the digest of these parts as the editor read them: a part that somebody else has changed
    meanwhile is a Conflict, and nothing is overwritten unseen.
    """
    with transaction.atomic(durable=True):
        version, _rule = LIFE.claim(version_id, Verb.SAVE, by=by, now=now)
        if digest(part_of(version.content, changes)) != seen:
            raise Conflict(
                "section_changed",
                _(
                    "您打开以后，别人改过这一部分。您填的还在下面；核对以后再保存一次，就以您的为准。"
                ),
            )
        content = _tidied({**version.content, **changes})
        if content == version.content:
            return version
        for name, value in columns_of(content).items():
            setattr(version, name, value)
        version.changed_by_id, version.changed_at = by.user_id, now
        version.save()
        if version.number == 1 and version.item.window_id != content["window"]:
            version.item.window_id = content["window"]
            version.item.save(update_fields=["window"])
        LIFE.record("saved", version, by=by, now=now, parts=sorted(changes))
    return version


def part_of(content: Mapping[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: content.get(key) for key in sorted(keys)}


def _tidied(content: dict[str, Any]) -> dict[str, Any]:
    """Steps and questions as they are worked through: the last step decides, questions follow the pages."""
    levels = content.get("levels") or []
    order = {page["key"]: number for number, page in enumerate(content.get("pages") or [])}
    if "benefit" in content:
        content = {**content, "benefit": _tidied_benefit(content["benefit"])}
    return {
        **content,
        "levels": [{**row, "decides": row is levels[-1]} for row in levels],
        "fields": sorted(content.get("fields") or [], key=lambda row: order.get(row["page"], 99)),
    }


def _tidied_benefit(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Without what is empty; None where it is no benefit. A new kind is called after its name."""
    benefit = {key: value for key, value in (found or {}).items() if value not in EMPTY}
    name = (benefit.get("name") or {}).get("zh") or ""
    if not name and not benefit.get("period"):
        return None
    if name and not benefit.get("kind"):
        benefit["kind"] = new_key(name, benefit_kinds())
    return benefit


# --- checked ---------------------------------------------------------------------------------------
def known_now() -> Known:
    """What a content may point to: windows, departments, other items, as they are now."""
    kinds = [BodyKind.DEPARTMENT, BodyKind.COMMUNITY_OFFICE]
    taken = ItemVersion.objects.filter(state=VersionState.PUBLISHED).values_list(
        "content__basic_code", "item_id"
    )
    return Known(
        windows=frozenset(Window.objects.values_list("code", flat=True)),
        departments=frozenset(Body.objects.filter(kind__in=kinds).values_list("key", flat=True)),
        basic_codes={code: item for code, item in taken if code},
        proved=frozenset(k for k, b in benefit_kinds().items() if b.get("life_proof_months")),
    )


def benefit_kinds() -> dict[str, Mapping[str, Any]]:
    """Every kind of benefit that a published version grants, with its benefit."""
    rows = ItemVersion.objects.filter(
        state=VersionState.PUBLISHED, content__benefit__isnull=False
    ).order_by("item_id", "number")
    found: dict[str, Mapping[str, Any]] = {}
    for benefit in rows.values_list("content__benefit", flat=True):
        if benefit and benefit.get("kind"):
            found[benefit["kind"]] = benefit
    return found


def check_no_bundle(code: str, last_day: date) -> None:
    """A joint form with an item that is not offered would be broken: it has to be changed first."""
    after = last_day + timedelta(days=1)
    rows = Bundle.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=after),
        state=VersionState.PUBLISHED,
        items__contains=[code],
    )
    if bundle := rows.order_by("code").first():
        text = _("“%(bundle)s”这张表里有这个事项，请先改那张表。") % {"bundle": bundle.label}
        raise NotAllowed("in_bundle", text)


def _tidy(version: ItemVersion) -> None:
    """An item that has nothing else goes with its draft."""
    if not version.item.versions.exists():
        version.item.delete()


# --- their life -------------------------------------------------------------------------------------
LIFE: Life[ItemVersion] = Life(
    ItemVersion,
    "catalogue.",
    lock=lambda version: lock_item(version.item_id),
    versions=lambda version: ItemVersion.objects.filter(item_id=version.item_id),
    errors=lambda version, _day: errors_of(check(version.content, known_now())),
    said=lambda version: {"item": version.item_id},
    may_end=lambda version, last_day: check_no_bundle(version.item_id, last_day),
    gone=_tidy,
)


def discard(version_id: uuid.UUID, *, by: Scope, now: datetime) -> None:
    LIFE.discard(version_id, by=by, now=now)


def propose(version_id: uuid.UUID, day: date, *, by: Scope, now: datetime) -> ItemVersion:
    return LIFE.propose(version_id, day, by=by, now=now)


def send_back(version_id: uuid.UUID, note: str, *, by: Scope, now: datetime) -> ItemVersion:
    return LIFE.send_back(version_id, note, by=by, now=now)


def publish(version_id: uuid.UUID, *, by: Scope, now: datetime) -> ItemVersion:
    return LIFE.publish(version_id, by=by, now=now)


def take_back(version_id: uuid.UUID, *, by: Scope, now: datetime) -> ItemVersion:
    return LIFE.take_back(version_id, by=by, now=now)


def retire(code: str, last_day: date, *, by: Scope, now: datetime) -> ItemVersion:
    """Offered for the last time on a day. Open cases go on; drafts of residents cannot be filed any more."""
    return LIFE.retire(ItemVersion.objects.filter(item_id=code), last_day, by=by, now=now)
