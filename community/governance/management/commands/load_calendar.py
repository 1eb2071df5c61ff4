"""manage.py load_calendar: the published years of the work calendar, from the package chinesecalendar."""

from collections import defaultdict
from datetime import date
from importlib.metadata import version
from typing import Any

import chinese_calendar
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import audit
from community.governance.actions import load_year

Days = dict[date, tuple[bool, str]]


def published_years() -> dict[int, Days]:
    """Year → every day that its notice names, with its name. The package ends with the last notice it knows."""
    found: dict[int, Days] = defaultdict(dict)
    for is_workday, days in ((False, chinese_calendar.holidays), (True, chinese_calendar.workdays)):
        for day, name in days.items():
            found[day.year][day] = is_workday, chinese_calendar.Holiday(name).chinese
    return dict(sorted(found.items()))


class Command(BaseCommand):
    help = "Load the published years of the work calendar. Years that are already published stay as they are."

    def handle(self, *_args: Any, **_options: Any) -> None:
        source = f"chinesecalendar {version('chinesecalendar')}"
        now = timezone.now()
        years = published_years()
        loaded = [
            year
            for year, days in years.items()
            if load_year(year, days, source=source, by=audit.SYSTEM, now=now)
        ]
        self.stdout.write(f"{len(loaded)} years loaded, {len(years) - len(loaded)} already there.")
