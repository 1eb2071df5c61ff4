"""What every verb of a version shares: the lock, the table, the trail."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from servicehall.catalogue.enums import Verb, VersionState
from servicehall.catalogue.models import ItemVersion, ServiceItem
from servicehall.catalogue.transitions import VERSION, Rule


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
    return version, rule


def record(
    action: str, version: ItemVersion, *, by: audit.Actor, now: datetime, **detail: Any
) -> None:
    told: Mapping[str, Any] = {"item": version.item_id, "version": version.number, **detail}
    audit.record(action, by=by, target=version, detail=told, now=now)
