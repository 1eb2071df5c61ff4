"""A person says who somebody without a known number is; the next file of this source need not ask again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, gettext_lazy as _

from common.errors import Conflict, Invalid
from community.governance.scopes import Scope
from residents.base.actions import Statement, foresee
from residents.exchange.actions import _core
from residents.exchange.actions.finding import candidates_of
from residents.exchange.actions.staging import Stager, known_person, settle
from residents.exchange.enums import Fate
from residents.exchange.models import ImportBatch, ImportRow, MatchMemory
from residents.exchange.transitions import Act

NEW, LEAVE = "new", "leave"


def decide(row_id: UUID, choice: str, *, by: Scope, now: datetime) -> ImportRow:
    """The same as a person (his id), somebody NEW, or LEAVE the row out.

    Raises ImportRow.DoesNotExist or Person.DoesNotExist outside the reach, Conflict, Invalid.
    """
    with transaction.atomic(durable=True):
        batch_id = (
            ImportRow.objects.visible_to(by).values_list("batch_id", flat=True).get(pk=row_id)
        )
        batch = _core.claim(batch_id, Act.DECIDE, by=by)
        row = ImportRow.objects.select_for_update(of=("self",)).get(pk=row_id)
        if row.fate != Fate.DECIDE:
            raise Conflict("decided", _("这一行已经认定过了。"))
        if choice == NEW:
            _is_new(row)
        elif choice == LEAVE:
            row.fate = Fate.LEFT_OUT
            _remember(batch, [row], None, now)
        else:
            _is(row, batch, choice, by, now)
        row.save()
        batch.counts = ImportRow.objects.filter(batch=batch).counted()
        batch.save()
        _core.record("import.decided", batch, by=by, now=now, row=row.number, fate=str(row.fate))
    return row


def leave_rest(batch_id: UUID, *, by: Scope, now: datetime) -> int:
    """Leave out everybody who is still undecided, this once."""
    with transaction.atomic(durable=True):
        batch = _core.claim(batch_id, Act.DECIDE, by=by)
        rows = ImportRow.objects.filter(batch=batch)
        count = rows.undecided().update(fate=Fate.LEFT_OUT)
        batch.counts = rows.counted()
        batch.save()
        _core.record("import.rest_left_out", batch, by=by, now=now, rows=count)
    return count


def _is_new(row: ImportRow) -> None:
    if problem := Stager.missing(row, row.values):
        raise Invalid("cannot_be_new", gettext(problem))
    row.fate, row.candidates = Fate.NEW, []


def _is(row: ImportRow, batch: ImportBatch, choice: str, by: Scope, now: datetime) -> None:
    if choice not in map(str, candidates_of(row)):
        raise Invalid("not_a_candidate", _("请从列出的人中选择。"))
    person = known_person(UUID(choice), by)
    twin = ImportRow.objects.filter(batch=batch, person=person).exclude(pk=row.pk).first()
    if twin is not None:
        raise Conflict("person_taken", _("这个人已经对应同一文件的另一行。"))
    row.person = person
    statement = Statement(person.pk, row.values, batch.as_of)
    settle(row, foresee([statement], source=batch.source_id, batch=batch.pk, now=now))
    if not row.values.get("id_number"):
        _remember(batch, [row], person.pk, now)


def _remember(
    batch: ImportBatch, rows: list[ImportRow], person_id: UUID | None, now: datetime
) -> None:
    for row in rows:
        MatchMemory.objects.update_or_create(
            source_id=batch.source_id,
            key=row.key,
            defaults={"person_id": person_id, "decided_at": now},
        )
