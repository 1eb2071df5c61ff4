"""Counting the searches that found nothing, so that the words people use get into the catalogue."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid
from community.governance.scopes import Scope
from residents.base.models import Person
from servicehall.catalogue import finding
from servicehall.catalogue.actions.columns import search_text
from servicehall.catalogue.actions.life import check_power, lock_item
from servicehall.catalogue.actions.versions import LIFE
from servicehall.catalogue.models import EmptySearch, ItemVersion

TEXTS_A_DAY = 1000  # whoever sends rubbish fills one day and no disk


def count_empty_search(query: str, *, now: datetime) -> bool:
    """Count a text that found nothing; False where it may not be kept or the day is full.

    Nothing that could name somebody stays: no long text, no number, no name that is in the base.
    """
    text = finding.keepable(query)
    if not text or _is_a_name(text):
        return False
    today = timezone.localdate(now)
    with transaction.atomic():
        rows = EmptySearch.objects.filter(day=today)
        if rows.filter(text=text).update(count=F("count") + 1):
            return True
        if rows.count() >= TEXTS_A_DAY:
            return False
        # Somebody else may have written it in this very moment.
        EmptySearch.objects.bulk_create([EmptySearch(day=today, text=text)], ignore_conflicts=True)
    return True


def _is_a_name(text: str) -> bool:
    return Person.objects.called(text).exists()


def add_word(code: str, word: str, *, by: Scope, now: datetime) -> int:
    """Make what people say a word by which an item is found, at once; the number of versions that got it.

    It changes nothing that a case is decided by, so no second person is asked. Every version that runs, waits or
    is being written gets it; a file that is loaded later does not take it away.
    """
    check_power(by)
    text = finding.keepable(word)
    if not text:
        raise Invalid("word_wrong", _("这个词太长、太短，或者像一个人的号码，不能用。"))
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        item = lock_item(code)
        versions = [
            version
            for version in item.versions.order_by("number")
            if version.is_open or version.in_force_on(today) or version.valid_from > today
        ]
        changed = [version for version in versions if _add(version, text)]
        for version in changed:
            version.save(update_fields=["content", "search_text"])
        if changed:
            LIFE.record("word_added", changed[-1], by=by, now=now, word=text)
    return len(changed)


def _add(version: ItemVersion, text: str) -> bool:
    words = version.content["search"]
    if text in [*words.get("synonyms", []), *words.get("added", [])]:
        return False
    words["added"] = [*words.get("added", []), text]
    version.search_text = search_text(version.content)
    return True
