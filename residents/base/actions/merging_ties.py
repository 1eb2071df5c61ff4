"""All that hangs on an entry goes over to another, whatever app it is of, and back (ties.py)."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast

from residents.base.enums import Relation
from residents.base.models import HouseholdMember, Occupancy, Person
from residents.base.snapshots import model_of, put, revived, shot
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
    """Move every tie. Of each kind: what the survivor had, what moved; and what was laid aside or changed."""
    log: dict[str, Any] = {"had": {}, "moved": {}, "aside": [], "changed": []}
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
        twin = _twin(row, survivor)
        model_of(tie.model)._default_manager.filter(pk=row.pk).delete()
        if twin is not None:
            log["changed"] += _widened(twin, row)


def _twin(row: models.Model, survivor: Person) -> models.Model | None:
    """The survivor's own open row that says the same."""
    if isinstance(row, HouseholdMember):
        mine = HouseholdMember.objects.current().filter(person=survivor)
        return mine.filter(household_id=row.household_id).first()
    if isinstance(row, Occupancy):
        own = Occupancy.objects.current().filter(person=survivor, kind=row.kind)
        same = {"dwelling": row.dwelling} if row.dwelling else {"dwelling__isnull": True}
        return own.filter(community_id=row.community_id, **same).first()
    return None


def _widened(twin: models.Model, row: models.Model) -> Iterator[dict[str, Any]]:
    """The row that stays begins with the earlier of both, and whoever was the head in one stays the head."""
    names = ["from_on", *(["relation"] if isinstance(twin, HouseholdMember) else [])]
    before = shot(twin, names)
    twin.from_on = min(twin.from_on, row.from_on)  # type: ignore[attr-defined]
    if isinstance(twin, HouseholdMember) and getattr(row, "relation", "") == Relation.HEAD:
        twin.relation = Relation.HEAD
    after = shot(twin, names)
    if before != after:
        twin.save(update_fields=names)
        yield {"model": twin._meta.label, "pk": str(twin.pk), "before": before, "after": after}


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
    """Every tie that moved and is still there goes back; what was laid aside returns, what was changed is undone
    unless somebody has changed it since."""
    for tie in moving():
        rows = _rows(tie, survivor.pk).filter(pk__in=log["moved"].get(tie.key, []))
        rows.update(**{tie.name: absorbed.pk})
    for each in log["changed"]:
        row = model_of(each["model"])._default_manager.filter(pk=each["pk"]).first()
        if row is not None and shot(row, each["after"]) == each["after"]:
            row.save(update_fields=put(row, each["before"]))
    for each in log["aside"]:
        revived(each["model"], each["row"]).save(force_insert=True)
