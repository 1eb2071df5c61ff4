"""The days of requests follow a new holiday notice: their last day is never a day of rest (民法典 203)."""

from django.utils import timezone

from community.governance import moving
from community.governance.workdays import Limit, LimitUnit, WorkCalendar
from residents.rights.models import Correction, Deletion, KinRequest, RightsFigure

Asked = Correction | Deletion | KinRequest


def _of(model: type[Asked], code: str) -> moving.Days:
    def answers(calendar: WorkCalendar) -> moving.Reckoned:
        limit = moving.dated(RightsFigure, code)

        def reckoned(row: Asked) -> dict[str, object]:
            start = timezone.localdate(row.filed_at)
            found = limit(start)
            due = calendar.due(Limit(found.value, LimitUnit(found.unit)), start)
            later = max(row.due_on, due.day)
            return {"due_on": later, "due_is_provisional": due.is_provisional}

        return reckoned

    return moving.Days(model.objects.open, answers)


DAYS = (
    _of(Correction, "correction_days"),
    _of(Deletion, "deletion_days"),
    _of(KinRequest, "kin_days"),
)
