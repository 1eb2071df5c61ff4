"""Counting the searches that found nothing, so that the words people use get into the catalogue."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from common.names import tripled
from residents.base.models import Person
from servicehall.catalogue import finding
from servicehall.catalogue.models import EmptySearch

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
    return Person.objects.filter(name_tripled__contains=tripled(text), full_name=text).exists()
