"""Whole years and months between days, by the calendar: one is full on the day with its number, else behind it.

An age and a duration are compared as days: whoever is at least 80 was born at the latest 80 years ago.
"""

import calendar
from datetime import date
from enum import IntEnum


class Span(IntEnum):
    """In months."""

    MONTHS = 1
    YEARS = 12


def whole(span: Span, since: date, day: date) -> int:
    """How many have passed; less than none for a day to come."""
    months = (day.year - since.year) * 12 + day.month - since.month - (day.day < since.day)
    return months // span


def latest(span: Span, least: int, day: date) -> date:
    """The last day since which at least so many have passed."""
    year, month = divmod(day.year * 12 + day.month - 1 - least * span, 12)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
