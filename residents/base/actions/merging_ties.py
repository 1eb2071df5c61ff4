"""All that hangs on an entry goes over to another, whatever app it is of, and back (ties.py)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast

from residents.base.models import Person
from residents.base.snapshots import model_of, revived, shot
from residents.base.ties import OnClash, Tie, moving


def _rows(tie: Tie, person_id: UUID) -> "models.QuerySet[Any]":
    return model_of(tie.model)._default_manager.filter(**{tie.name: person_id}).order_by("pk")


def hanging_on(*person_ids: UUID) -> dict[tuple[str, UUID], list[str]]:
    """The rows that hang on persons, by tie and person, in one query."""
    parts = [
        model_of(tie.model)
        ._default_manager.filter(**{f"{tie.name}__in": person_ids})
        .order_by()
        .annotate(
            tie_key=Value(tie.key, CharField()),
            tie_of=F(f"{tie.name}_id"),
            tie_pk=Cast("pk", CharField()),
        )
        .values_list("tie_key", "tie_of", "tie_pk")
        for tie in moving()
    ]
    found: dict[tuple[str, UUID], list[str]] = {}
    for key, person_id, pk in parts[0].union(*parts[1:], all=True):
        found.setdefault((key, person_id), []).append(pk)
    return found


# --- over -----------------------------------------------------------------------------------------
def hand_over(survivor: Person, absorbed: Person) -> dict[str, Any]:
    """Move every tie. Of each kind: what the survivor had, what moved; and what was laid aside."""
    log: dict[str, Any] = {"had": {}, "moved": {}, "aside": []}
    hanging = hanging_on(survivor.pk, absorbed.pk)
    for tie in moving():
        log["had"][tie.key] = hanging.get((tie.key, survivor.pk), [])
        wanted = hanging.get((tie.key, absorbed.pk), [])
        try:
            with transaction.atomic():
                _rows(tie, absorbed.pk).update(**{tie.name: survivor.pk})
        except IntegrityError:
            for row in list(_rows(tie, absorbed.pk)):
                _hand_over_row(tie, row, survivor, log)
        left = set(_ids(tie, absorbed.pk)) | {each["pk"] for each in log["aside"]}
        log["moved"][tie.key] = [pk for pk in wanted if pk not in left]
    return log


def _ids(tie: Tie, person_id: UUID) -> list[str]:
    return [str(pk) for pk in _rows(tie, person_id).values_list("pk", flat=True)]


def _hand_over_row(tie: Tie, row: models.Model, survivor: Person, log: dict[str, Any]) -> None:
    try:
        with transaction.atomic():
            model_of(tie.model)._default_manager.filter(pk=row.pk).update(**{tie.name: survivor.pk})
    except IntegrityError:
        if tie.on_clash == OnClash.STAY:
            return
        log["aside"].append(
            {"tie": tie.key, "model": tie.model, "pk": str(row.pk), "row": shot(row)}
        )
        model_of(tie.model)._default_manager.filter(pk=row.pk).delete()


# --- and back -------------------------------------------------------------------------------------
def come_since(survivor: Person, log: Mapping[str, Any]) -> list[tuple[Tie, int]]:
    """What was tied to the survivor since: it stays there."""
    found, hanging = [], hanging_on(survivor.pk)
    for tie in moving():
        known = {*log["had"].get(tie.key, []), *log["moved"].get(tie.key, [])}
        count = sum(pk not in known for pk in hanging.get((tie.key, survivor.pk), []))
        if count:
            found.append((tie, count))
    return found


def hand_back(survivor: Person, absorbed: Person, log: Mapping[str, Any]) -> None:
    """Every tie that moved and is still there goes back; what was laid aside returns."""
    for tie in moving():
        rows = _rows(tie, survivor.pk).filter(pk__in=log["moved"].get(tie.key, []))
        rows.update(**{tie.name: absorbed.pk})
    for each in log["aside"]:
        revived(each["model"], each["row"]).save(force_insert=True)
