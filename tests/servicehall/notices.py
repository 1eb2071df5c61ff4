"""A notice of holidays, as somebody loads it in the middle of a story of September 2026."""

from datetime import date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from community.governance.models import WorkCalendarDay, WorkCalendarYear

NOW = datetime(2026, 9, 8, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def holidays(*numbers: int, works: bool = False) -> None:
    """Days of September 2026 on which nobody works, or on which everybody does."""
    for number in numbers:
        WorkCalendarDay.objects.update_or_create(
            day=date(2026, 9, number),
            defaults={
                "is_workday": works,
                "note": "放假",
                "source": "测试",
                "created_at": NOW,
                "changed_at": NOW,
            },
        )
    year = WorkCalendarYear.objects.get_or_create(year=2026)[0]
    year.revision = uuid4()
    year.save()
