"""manage.py load_calendar: the published years of the work calendar, from the package chinesecalendar."""

from collections import defaultdict
from datetime import date
from importlib.metadata import version
from typing import Any

import chinese_calendar
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext_noop
from typing_extensions import override

from accounts import audit
from community.governance.actions import load_year

NAMES = {
    chinese_calendar.Holiday.new_years_day: gettext_noop("元旦"),
    chinese_calendar.Holiday.spring_festival: gettext_noop("春节"),
    chinese_calendar.Holiday.tomb_sweeping_day: gettext_noop("清明节"),
    chinese_calendar.Holiday.labour_day: gettext_noop("劳动节"),
    chinese_calendar.Holiday.dragon_boat_festival: gettext_noop("端午节"),
    chinese_calendar.Holiday.mid_autumn_festival: gettext_noop("中秋节"),
    chinese_calendar.Holiday.national_day: gettext_noop("国庆节"),
}
Days = dict[date, tuple[bool, str]]


def published_years() -> dict[int, Days]:
    """Year → every day that its notice names, with its name. The package ends with the last notice it knows."""
    found: dict[int, Days] = defaultdict(dict)
    for is_workday, days in ((False, chinese_calendar.holidays), (True, chinese_calendar.workdays)):
        for day, name in days.items():
            found[day.year][day] = is_workday, _name(chinese_calendar.Holiday(name))
    return dict(sorted(found.items()))


def _name(holiday: chinese_calendar.Holiday) -> str:
    """The usual name; a holiday of one year only, such as that of 3 September 2015, by the name the package has."""
    return str(NAMES.get(holiday, holiday.chinese))[:60]


class Command(BaseCommand):
    help = "Load the published years of the work calendar. Years that are already published stay as they are."

    @override
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
