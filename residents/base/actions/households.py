"""Households divide, join and change their head."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid
from community.governance.scopes import Scope
from residents.base.actions.ledger import Act
from residents.base.actions.life import hand_over, household_of, in_state, may, restate
from residents.base.actions.moving import lies_within, members_of, new_household
from residents.base.enums import EventKind, OccupancyKind, PersonState, Relation
from residents.base.models import Dwelling


def split_household(
    household_id: UUID,
    *,
    relations: Mapping[UUID, str],
    number: str,
    on: date,
    successor: UUID | None = None,
    dwelling: Dwelling | None = None,
    paper: str = "",
    by: Scope,
    now: datetime,
) -> UUID:
    """分户: the persons of `relations` leave with a household number of their own; each value is the relation to the
    new head, who is the one with 02. With `dwelling` they move there, else all stay where they live."""
    with transaction.atomic():
        act = Act.open(members_of(household_id), homes=[household_id], on=on, paper=paper, by=by, now=now)  # fmt: skip
        old = act.homes[household_id]
        may(by, old.community)
        lies_within(dwelling, old.community)
        _divides(act, relations)
        hand_over(act, list(relations), successor)
        new = new_household(number, old.community, dwelling or old.lives_at)
        for pk, relation in relations.items():
            act.leave(pk, old.pk)
            act.join(pk, new, relation)
            if dwelling is not None:
                act.live(pk, old.community, dwelling)
        return act.write(EventKind.SPLIT, EventKind.HEAD, only=list(relations))


def _divides(act: Act, relations: Mapping[UUID, str]) -> None:
    """Some go, some stay, and those who go have one head."""
    if not set(relations) <= set(act.persons):
        raise Conflict("moved_on", _("家庭成员刚刚有变动，请刷新后再办。"))
    if not relations or set(relations) == set(act.persons):
        text = _("请选择分出去的人；至少有一人留下。")
        raise Invalid("nobody_leaves", text, {"leaving": text})
    if list(relations.values()).count(Relation.HEAD) != 1:
        text = _("新户须有且只有一名户主。")
        raise Invalid("one_head", text, {"leaving": text})


def change_head(
    household_id: UUID,
    *,
    head: UUID,
    relations: Mapping[UUID, str] | None = None,
    on: date,
    paper: str = "",
    by: Scope,
    now: datetime,
) -> UUID:
    """变更户主. `relations` to the new head as the register has them; the others follow by kinship."""
    with transaction.atomic():
        act = Act.open(members_of(household_id), homes=[household_id], on=on, paper=paper, by=by, now=now)  # fmt: skip
        home = act.homes[household_id]
        may(by, home.community)
        rows = {pk: row for pk in act.persons if (row := act.home_of(pk, home.pk)) is not None}
        if head not in rows:
            raise Conflict("moved_on", _("家庭成员刚刚有变动，请刷新后再办。"))
        if rows[head].relation == Relation.HEAD:
            text = _("此人已是户主。")
            raise Invalid("head_already", text, {"head": text})
        in_state(act.persons[head], PersonState.ACTIVE)
        old = next((pk for pk, row in rows.items() if row.relation == Relation.HEAD), None)
        restate(act, home, head, rows, relations or {})
        concerned = [head] if old is None else [head, old]
        return act.write(EventKind.HEAD, only=concerned)


def join_household(
    person_id: UUID,
    household_id: UUID,
    *,
    relation: str,
    on: date,
    kind: str = EventKind.JOIN,
    with_registration: bool = False,
    successor: UUID | None = None,
    paper: str = "",
    by: Scope,
    now: datetime,
) -> UUID:
    """入户, or 婚入 (kind MARRIAGE): the person leaves his household for another and lives where it lives."""
    if relation == Relation.HEAD:
        text = _("这一户已有户主。")
        raise Invalid("head_already", text, {"relation": text})
    with transaction.atomic():
        act = Act.open(household_of(person_id), homes=[household_id], on=on, paper=paper, by=by, now=now)  # fmt: skip
        home, person = act.homes[household_id], act.persons[person_id]
        may(by, home.community)
        in_state(person, PersonState.ACTIVE, PersonState.MOVED_OUT)
        if act.home_of(person_id, home.pk) is not None:
            raise Conflict("member_already", _("此人已是这一户的成员。"))
        hand_over(act, [person_id], successor)
        act.leave(person_id)
        act.join(person_id, home, relation)
        person.state = PersonState.ACTIVE
        lives = act.residence(person_id)
        if lives is None or lives.dwelling_id != home.lives_at_id or lives.dwelling_id is None:
            act.live(person_id, home.community, home.lives_at, OccupancyKind.ACTUAL)
        if with_registration:
            act.register(person_id, home.community, home.registered_at)
        return act.write(kind, EventKind.HEAD, only=[person_id])
