"""The figures of 好差评 after the rating: called back, put right in time, rated again (domain 3.7).

Each is one condition on cases, as those of servicehall/cases/facts.py, and counted with them.
"""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from servicehall.cases.facts import Measure, Ratio, declare
from servicehall.catalogue.enums import GOOD

# The column of the day that a measure counts, and what must hold besides.
_OPENED, _DONE, _AGAIN = "opened_on", "rectified_on", "re_rated_on"


def _measure(code: str, label: object, definition: object, day: str, **more: object) -> Measure:
    also = Q(**{f"rectification__{name}": value for name, value in more.items()})
    return Measure(
        code,
        label,  # type: ignore[arg-type]
        definition,  # type: ignore[arg-type]
        lambda first, last, _today: Q(**{f"rectification__{day}__range": (first, last)}) & also,
        day=f"rectification__{day}",
        about="rectification",
    )


MEASURES = (
    _measure("mend", _("差评整改"), _("期内因差评或反映被要求好评而开始的整改。"), _OPENED),
    _measure("mend_named", _("实名差评"), _("期内开始、应当回访的整改。"), _OPENED, is_anonymous=False),
    _measure(
        "mend_called",
        _("已回访"),
        _("期内开始、应当回访、并已回访的整改。"),
        _OPENED,
        is_anonymous=False,
        called_on__isnull=False,
    ),
    _measure("mend_done", _("整改完成"), _("期内整改完成的件数。"), _DONE),
    _measure(
        "mend_in_time",
        _("按时整改"),
        _("期内整改完成、且不晚于整改期限的件数。"),
        _DONE,
        is_in_time=True,
    ),
    _measure("mend_again", _("再次评价"), _("期内整改后再次评价的件数。"), _AGAIN),
    _measure(
        "mend_good",
        _("再评好评"),
        _("期内整改后再次评价为非常满意或满意的件数。"),
        _AGAIN,
        re_level__in=sorted(GOOD),
    ),
)  # fmt: skip
RATIOS = (
    Ratio(
        "call_back_rate",
        _("差评回访率"),
        _("已回访 ÷ 实名差评。目标100%。"),
        "mend_called",
        "mend_named",
        is_column=False,
    ),
    Ratio(
        "mend_rate",
        _("按时整改率"),
        _("按时整改 ÷ 整改完成。"),
        "mend_in_time",
        "mend_done",
        is_column=False,
    ),
    Ratio(
        "again_rate",
        _("再评好评率"),
        _("再评好评 ÷ 再次评价。"),
        "mend_good",
        "mend_again",
        is_column=False,
    ),
)


def declare_all() -> None:
    declare(MEASURES, RATIOS)
