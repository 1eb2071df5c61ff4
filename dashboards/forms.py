"""What an official chooses on a dashboard: a place, a period, a window. All from data."""

from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from community.governance.models import Place
from dashboards.figures import Period, periods
from servicehall.catalogue.models import Window

DEFAULT_PERIOD = "month"


@dataclass(frozen=True, slots=True)
class Choice:
    """The place looked at, the period and the window ("" for all), and what may be chosen instead."""

    place: Place
    period: Period
    line: str
    offered_periods: list[Period]
    windows: list[Window]

    @property
    def query(self) -> str:
        """The query string that keeps period and window while the place changes."""
        query = QueryDict(mutable=True)
        query["period"] = self.period.code
        if self.line:
            query["window"] = self.line
        return query.urlencode()


def choice(data: QueryDict, place: Place, *, today: date) -> Choice:
    """Read the query; what is unknown falls back to this month and all windows."""
    offered = periods(today)
    windows: list[Window] = list(Window.objects.public())
    line = data.get("window", "")
    return Choice(
        place=place,
        period=offered.get(data.get("period", ""), offered[DEFAULT_PERIOD]),
        line=line if line in {window.pk for window in windows} else "",
        offered_periods=list(offered.values()),
        windows=windows,
    )
