"""Events as a page tells them: who, what, from where to where."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from community.governance.models import Place
from community.governance.naming import post_read
from community.governance.scopes import Scope
from residents.base.models import Dwelling, HouseholdMember, PersonEvent

SHOWN = (
    *("person", "household_before", "household_after", "dwelling_before", "dwelling_after"),
    *("lived_in", "lives_in", "was_registered_in", "registered_in", "corrected_by"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One event; `lines` are (what, before, after), without what stayed the same."""

    act_id: UUID
    on: date
    recorded_at: datetime
    kind: str
    name: str
    lines: list[tuple[str, str, str]]
    who: str
    paper: str
    reason: str
    is_corrected: bool


def changes(
    events: Iterable[PersonEvent], scope: Scope, *, name: Callable[[str, UUID], str]
) -> list[Change]:
    """`events` with their relations selected (SHOWN); one more query for the relations to the head."""
    found = list(events)
    begun = [pk for event in found for pk in event.effects.get("begun", {}).get("members", [])]
    members = HouseholdMember.objects.visible_to(scope).filter(pk__in=begun)
    relations = {row.pk: str(row.get_relation_display()) for row in members}
    return [_change(event, relations, name) for event in found]


def _change(
    event: PersonEvent, relations: dict[int, str], name: Callable[[str, UUID], str]
) -> Change:
    relation = [
        relations[pk] for pk in event.effects.get("begun", {}).get("members", []) if pk in relations
    ]
    lines = [
        (_("状态"), str(event.get_state_before_display()), str(event.get_state_after_display())),
        (_("现住"), _where(event.lived_in, event.dwelling_before),
         _where(event.lives_in, event.dwelling_after)),
        (_("户籍"), _where(event.was_registered_in, None), _where(event.registered_in, None)),
        (_("户号"), _number(event.household_before), _number(event.household_after)),
    ]  # fmt: skip
    told = [line for line in lines if line[1] != line[2]]
    if relation:
        told.append((_("与户主关系"), "", _("、").join(relation)))
    return Change(
        act_id=event.act_id,
        on=event.on,
        recorded_at=event.recorded_at,
        kind=str(event.get_kind_display()),
        name=name(event.person.full_name, event.person_id),
        lines=told,
        who=post_read(event.post_label),
        paper=event.paper,
        reason=event.reason,
        is_corrected=hasattr(event, "corrected_by"),
    )


def _where(community: Place | None, dwelling: Dwelling | None) -> str:
    if community is None:
        return _("无")
    return f"{community.label} {dwelling.address}" if dwelling else community.label


def _number(home: object) -> str:
    return str(home) if home is not None else _("无")
