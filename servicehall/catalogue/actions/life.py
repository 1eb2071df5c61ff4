"""The life of a version, for whatever has one: an item, a joint form, the text of a letter.

`Life` holds the verbs once: lock, table, second person, check, trail. Each sort of thing says what it is made of,
and offers them under its own names.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from servicehall.catalogue.enums import Verb, VersionState
from servicehall.catalogue.living import Version
from servicehall.catalogue.models import ServiceItem
from servicehall.catalogue.transitions import VERSION, Rule

V = TypeVar("V", bound=Any)
Key = uuid.UUID | int
MAX_AHEAD = timedelta(days=366)


def check_power(by: Scope) -> None:
    if not by.has(Power.EDIT_CATALOGUE):
        raise NotAllowed("no_power", _("您的任职不能编辑事项。"))


def lock_item(code: str) -> ServiceItem:
    """Whatever happens to the versions of an item happens one after the other."""
    return ServiceItem.objects.select_for_update(no_key=True).get(pk=code)


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


@dataclass(frozen=True, slots=True)
class Life(Generic[V]):
    """`versions` are all of the thing of which a row is one; `lock` lets what happens to them happen one after the
    other. `errors` are what speaks against publishing from a day on. `said` names the thing in the trail, whose
    words begin with `prefix`. `may_end` raises where it may not be retired, `gone` tidies up after a draft."""

    model: type[V]
    prefix: str
    lock: Callable[[V], object]
    versions: Callable[[V], QuerySet[Any]]
    errors: Callable[[V, date], object]
    said: Callable[[V], Mapping[str, Any]]
    may_end: Callable[[V, date], object] | None = None
    gone: Callable[[V], object] | None = None

    def record(
        self, word: str, version: V, /, *, by: audit.Actor, now: datetime, **detail: Any
    ) -> None:
        told = {**self.said(version), "version": version.number, **detail}
        audit.record(f"{self.prefix}{word}", by=by, target=version, detail=told, now=now)

    def claim(self, key: Key, verb: Verb, *, by: Scope, now: datetime) -> tuple[V, Rule]:
        """The version, locked with its like, where the table and the second person allow the verb."""
        check_power(by)
        rows = self.model._default_manager
        self.lock(rows.get(pk=key))
        version = rows.get(pk=key)
        return version, check_verb(version, verb, by=by, now=now)

    def discard(self, key: Key, *, by: Scope, now: datetime) -> None:
        with transaction.atomic(durable=True):
            version, _rule = self.claim(key, Verb.DISCARD, by=by, now=now)
            self.record("discarded", version, by=by, now=now)
            version.delete()
            if self.gone is not None:
                self.gone(version)

    def propose(self, key: Key, day: date, *, by: Scope, now: datetime) -> V:
        """Ask a second person to publish it from a day on. Only what has no error may be asked for."""
        check_day(day, timezone.localdate(now))
        with transaction.atomic(durable=True):
            version, rule = self.claim(key, Verb.PROPOSE, by=by, now=now)
            self._check(version, day)
            version.state, version.valid_from, version.note = rule.to, day, ""
            version.proposed_by_id = by.user_id
            version.save(update_fields=["state", "valid_from", "note", "proposed_by"])
            self.record("proposed", version, by=by, now=now, day=day.isoformat())
        return version

    def send_back(self, key: Key, note: str, *, by: Scope, now: datetime) -> V:
        note = check_note(note)
        with transaction.atomic(durable=True):
            version, rule = self.claim(key, Verb.SEND_BACK, by=by, now=now)
            version.state, version.note = rule.to, note
            version.save(update_fields=["state", "note"])
            self.record("sent_back", version, by=by, now=now)
        return version

    def publish(self, key: Key, *, by: Scope, now: datetime) -> V:
        """发布: in force from its day on, today at the earliest; the version before ends on that day."""
        with transaction.atomic(durable=True):
            version, rule = self.claim(key, Verb.PUBLISH, by=by, now=now)
            day = max(version.valid_from, timezone.localdate(now))
            self._check(version, day)
            make_room(self.versions(version), day)
            version.state, version.valid_from, version.valid_to = rule.to, day, None
            version.published_by_id, version.published_at = by.user_id, now
            version.save()
            self.record("published", version, by=by, now=now, day=day.isoformat())
        return version

    def take_back(self, key: Key, *, by: Scope, now: datetime) -> V:
        """Make a draft again of what waits, or is published for a day to come; the version before runs on."""
        with transaction.atomic(durable=True):
            version, rule = self.claim(key, Verb.TAKE_BACK, by=by, now=now)
            like = self.versions(version)
            was_published = version.state == VersionState.PUBLISHED
            if was_published and like.filter(number__gt=version.number).exists():
                raise NotAllowed("later_draft", _("已有更新的草稿，请先处理那一份。"))
            version.state, version.published_by, version.published_at = rule.to, None, None
            version.save(update_fields=["state", "published_by", "published_at"])
            if was_published:
                ended = like.filter(state=VersionState.PUBLISHED, valid_to=version.valid_from)
                ended.update(valid_to=None)
            self.record("taken_back", version, by=by, now=now)
        return version

    def retire(self, versions: QuerySet[Any], last_day: date, *, by: Scope, now: datetime) -> V:
        """停用: in force for the last time on a day."""
        check_power(by)
        today = timezone.localdate(now)
        check_day(last_day, today)
        nothing = Conflict("not_in_force", _("现在没有在用的版本。"))
        with transaction.atomic(durable=True):
            latest = versions.order_by("-number").first()
            if latest is None:
                raise nothing
            self.lock(latest)
            published = versions.filter(state=VersionState.PUBLISHED)
            if published.filter(valid_from__gt=today).exists():
                raise NotAllowed("later_version", _("已有一版定在以后生效，请先收回那一版。"))
            version: V | None = published.order_by("-number").first()
            if version is None or not version.in_force_on(today):
                raise nothing
            if self.may_end is not None:
                self.may_end(version, last_day)
            version.valid_to = last_day + timedelta(days=1)
            version.save(update_fields=["valid_to"])
            self.record("retired", version, by=by, now=now, day=last_day.isoformat())
        return version

    def _check(self, version: V, day: date) -> None:
        if self.errors(version, day):
            raise NotAllowed("has_errors", _("检查没有通过，请先改好列出的问题。"))
