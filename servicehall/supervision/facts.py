"""The figures of 电子监察 (domain 3.7): in how many cases each trigger was found, and of how many a letter was written.

Each is one condition on cases, as those of servicehall/cases/facts.py. A case counts once for a trigger, on the day of
its first finding: so the days of a period add up to the list behind its number.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicehall.cases.facts import Condition, Measure, declare
from servicehall.supervision.enums import FindingKind
from servicehall.supervision.models import Finding, Urging

ANY = _("期内首次有监察发现的办件数，不含标为不计入的。")
ONE = _("期内首次发现这种情形的办件数，不含标为不计入的。")


def _found(**which: str) -> Condition:
    """The first finding of a case, of its kind or of any: those that somebody dismissed were none."""
    same = {"case": OuterRef("findings__case")}
    if which:
        same["kind"] = OuterRef("findings__kind")
    day, key = OuterRef("findings__found_on"), OuterRef("findings__pk")
    before = Finding.objects.filter(dismissed_at__isnull=True, **same).filter(
        Q(found_on__lt=day) | Q(found_on=day, pk__lt=key)
    )
    given = {f"findings__{name}": value for name, value in which.items()}

    def condition(first: date, last: date, _today: date) -> Q:
        standing = Q(
            findings__found_on__range=(first, last), findings__dismissed_at__isnull=True, **given
        )
        return standing & Q(~Exists(before))

    return condition


def _urged(first: date, last: date, _today: date) -> Q:
    key = OuterRef("urgings__pk")
    before = Urging.objects.filter(case=OuterRef("urgings__case"), pk__lt=key)
    begin, end = _midnight(first), _midnight(last + timedelta(days=1))
    issued = Q(urgings__issued_at__gte=begin, urgings__issued_at__lt=end)
    return issued & Q(~Exists(before))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


FOUND = "findings__found_on"
ISSUED = TruncDate("urgings__issued_at")
MEASURES = (
    Measure("found", _("监察发现"), ANY, _found(), day=FOUND, about="finding"),
    *(
        Measure(
            f"found_{kind}", kind.label, ONE, _found(kind=kind.value), day=FOUND, about="finding"
        )
        for kind in FindingKind
    ),
    Measure(
        "urged", _("督办"), _("期内首次发出督办单的办件数。"), _urged, day=ISSUED, about="urging"
    ),
)


def corrected_since(day: date) -> Iterable[date]:
    """The days that count otherwise since a finding was dismissed: its own, and that of whatever is now the first."""
    dismissed = Finding.objects.filter(dismissed_at__gte=_midnight(day)).values("case")
    days = Finding.objects.filter(case__in=dismissed).order_by().values_list("found_on", flat=True)
    return days.distinct()


def declare_all() -> None:
    declare(MEASURES, corrected=corrected_since)
