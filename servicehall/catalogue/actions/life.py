"""What every verb of a version shares: the lock, the table, the trail."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from servicehall.catalogue.enums import Verb, VersionState
from servicehall.catalogue.living import Version
from servicehall.catalogue.models import ItemVersion, ServiceItem
from servicehall.catalogue.transitions import VERSION, Rule

MAX_AHEAD = timedelta(days=366)


def check_power(by: Scope) -> None:
    if not by.has(Power.EDIT_CATALOGUE):
        raise NotAllowed("no_power", _("您的任职不能编辑事项。"))


def lock_item(code: str) -> ServiceItem:
    """Whatever happens to the versions of an item happens one after the other."""
    return ServiceItem.objects.select_for_update(no_key=True).get(pk=code)


def claim(
    version_id: uuid.UUID, verb: Verb, *, by: Scope, now: datetime
) -> tuple[ItemVersion, Rule]:
    """The version, its item locked, where the table and the rules allow the verb."""
    check_power(by)
    code = ItemVersion.objects.values_list("item_id", flat=True).get(pk=version_id)
    lock_item(code)
    version = ItemVersion.objects.select_related("item").get(pk=version_id)
    return version, check_verb(version, verb, by=by, now=now)


def check_verb(version: Version, verb: Verb, *, by: Scope, now: datetime) -> Rule:
    """The rule of the verb, where the table and the second person allow it."""
    rule = VERSION[verb]
    if version.state not in rule.sources:
        raise Conflict("version_moved_on", _("这一版的状态已经变了，请刷新页面再看。"))
    if rule.second and by.user_id in {version.changed_by_id, version.proposed_by_id}:
        raise NotAllowed("second_person", _("发布要由另一个人核对，修改和提请的人自己不能发布。"))
    is_begun = version.state == VersionState.PUBLISHED and version.valid_from <= timezone.localdate(
        now
    )
    if rule.before_day and is_begun:
        raise NotAllowed("in_force", _("这一版已经生效，不能收回；要改就起草新的一版。"))
    return rule


def check_day(day: date, today: date) -> None:
    if not today <= day <= today + MAX_AHEAD:
        text = _("请选今天到一年以内的日期。")
        raise Invalid("day_wrong", text, {"day": text})


def check_note(note: str) -> str:
    if not note.strip():
        raise Invalid("note_missing", _("请写明要改什么。"), {"note": _("请写明要改什么。")})
    return note.strip()[:200]


def make_room(versions: QuerySet[Any], day: date) -> None:
    """End what is in force on the day from which a new version is; what comes later must be taken back first."""
    published = versions.filter(state=VersionState.PUBLISHED)
    if published.filter(valid_from__gt=day).exists():
        raise NotAllowed(
            "later_version", _("已有一版定在这一天以后生效。请先收回那一版，或把日期定得更晚。")
        )
    for before in published.filter(valid_from__lte=day).order_by("number"):
        if before.valid_from == day:
            # Replaced on its first day: its cases keep it, nobody starts under it any more.
            before.state, before.valid_to = VersionState.RETIRED, day + timedelta(days=1)
        elif before.valid_to is None or before.valid_to > day:
            before.valid_to = day
        before.save(update_fields=["state", "valid_to"])


def record(
    action: str, version: ItemVersion, *, by: audit.Actor, now: datetime, **detail: Any
) -> None:
    told: Mapping[str, Any] = {"item": version.item_id, "version": version.number, **detail}
    audit.record(action, by=by, target=version, detail=told, now=now)
