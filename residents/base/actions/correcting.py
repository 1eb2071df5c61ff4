"""What was written down wrongly is taken back by an event of its own, and stands again on the right day."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, gettext_noop

from accounts import audit
from accounts.actions.users import reopen_account
from common.errors import Conflict, Invalid, NotAllowed
from common.ids import uuid7
from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.enums import EventKind
from residents.base.models import Household, HouseholdMember, Occupancy, Person, PersonEvent

Tie = Occupancy | HouseholdMember
EARLIER = gettext_noop("此前有变动，入库日期随之提前。")  # written down in the language of record
Begun = dict[tuple[type[Tie], int], Tie]  # what stands now, by the row that it follows
ROWS: tuple[tuple[str, type[Tie]], ...] = (("ties", Occupancy), ("members", HouseholdMember))
MIRRORED = (
    ("household_before_id", "household_after_id"),
    ("dwelling_before_id", "dwelling_after_id"),
    ("place_before", "place_after"),
    ("lived_in_id", "lives_in_id"),
    ("was_registered_in_id", "registered_in_id"),
    ("was_head", "is_head"),
    ("state_before", "state_after"),
)


def correct_event(
    act_id: UUID, *, reason: str, on: date | None = None, by: Scope, now: datetime
) -> UUID:
    """Take a whole act back; with `on` it stands again on that day. Only the last act of its persons can be
    corrected: what came later rests on it.

    Nothing is edited: each event gets a correction that mirrors it, and `on` a new event besides. Ties that the act
    opened end on the day they began; those that it closed are open again. Returns the id of the new act.
    """
    if not reason.strip():
        text = _("请写明更正的原因。")
        raise Invalid("reason_missing", text, {"reason": text})
    if on is not None and on > timezone.localdate(now):
        text = _("发生日期不能晚于今天。")
        raise Invalid("date_ahead", text, {"on": text})
    with transaction.atomic():
        events = _locked(act_id)
        _may(events, by)
        _is_last(events)
        voided = _void(events)
        new_id = uuid7()
        rows = [mirror(event, new_id, reason.strip(), by, now) for event in events]
        if on is None:
            _restore(events)
            _reopen(events, reason=reason.strip(), by=by, now=now)
        else:
            begun = _shift(events, voided, on)
            rows += [_again(event, begun, new_id, on, reason.strip(), by, now) for event in events]
        PersonEvent.objects.bulk_create(rows)
        audit.record_many(
            "life.correction",
            [
                audit.Touched(
                    target=event.person,
                    person_id=event.person_id,
                    place_path=event.person.community.path,
                    detail={"day": event.on.isoformat(), "kind": event.kind},
                )
                for event in events
            ],
            reason=reason.strip(),
            by=by,
            now=now,
        )
    return new_id


def _locked(act_id: UUID) -> list[PersonEvent]:
    """The standing events of an act, with households and persons locked as in every act."""
    events = list(PersonEvent.objects.standing().filter(act_id=act_id))
    if not events:
        raise Conflict("corrected_already", _("这项变动已经更正过了。"))
    homes = {key for event in events for key in event.effects.get("homes", {})}
    list(Household.objects.filter(pk__in=homes).order_by("pk").select_for_update(no_key=True))
    persons = {
        person.pk: person
        for person in Person.objects.filter(pk__in=[event.person_id for event in events])
        .select_related("community", "place")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    }
    if any(event.kind == EventKind.MERGED for event in events):
        raise Conflict(
            "merged", _("这是档案合并，不是登记错误。合并有误的，请在合并记录中撤销合并。")
        )
    if any("stood" not in event.effects for event in events):
        raise Conflict("loaded", _("这是批量载入的变动，不能在这里更正。"))
    # Read again: somebody may have been faster.
    fresh = list(PersonEvent.objects.standing().filter(act_id=act_id))
    if len(fresh) != len(events):
        raise Conflict("corrected_already", _("这项变动已经更正过了。"))
    for event in fresh:
        event.person = persons[event.person_id]
    return fresh


def _may(events: Sequence[PersonEvent], by: Scope) -> None:
    """Whoever registers persons where the act left them."""
    if not all(by.covers(Power.REGISTER_PERSONS, event.person.community.path) for event in events):
        raise NotAllowed("no_power", _("您的任职不能更正这项变动。"))


def _is_last(events: Sequence[PersonEvent]) -> None:
    later = PersonEvent.objects.standing().filter(
        person_id__in=[event.person_id for event in events]
    )
    for event in events:
        if later.filter(person_id=event.person_id, recorded_at__gt=event.recorded_at).exists():
            raise Conflict("later_events", _("之后还有别的变动，请先更正后面的变动。"))


def _void(events: Sequence[PersonEvent]) -> list[Tie]:
    """The ties that the act opened never held."""
    found: list[Tie] = []
    for key, model in ROWS:
        found += model._default_manager.filter(pk__in=_ids(events, "begun", key))
    for row in found:
        if row.to_on is not None:
            raise Conflict("later_events", _("之后还有别的变动，请先更正后面的变动。"))
        row.to_on = row.from_on
        row.save(update_fields=["to_on"])
    return found


def _ended(events: Sequence[PersonEvent]) -> Iterator[Tie]:
    for key, model in ROWS:
        yield from model._default_manager.filter(pk__in=_ids(events, "ended", key))


def _restore(events: Sequence[PersonEvent]) -> None:
    """As if nothing had happened."""
    for row in _ended(events):
        row.to_on = None
        row.save(update_fields=["to_on"])
    for event in events:
        place, community = event.effects["stood"]
        event.person.state = event.state_before
        event.person.place_id, event.person.community_id = UUID(place), UUID(community)
        event.person.save(update_fields=["state", "place", "community", "changed_at"])
    homes = {key: values for event in events for key, values in event.effects["homes"].items()}
    for key, values in homes.items():
        Household.objects.filter(pk=key).update(**values)


def _reopen(events: Sequence[PersonEvent], *, reason: str, by: Scope, now: datetime) -> None:
    """The account that a death had shut."""
    for event in events:
        account = event.person.account
        if account is not None and str(account.pk) == event.effects.get("shut"):
            reopen_account(account, reason=reason, by=by, now=now)


def _shift(events: Sequence[PersonEvent], voided: Sequence[Tie], on: date) -> Begun:
    """The same changes on another day; the ties that stand now, by those that they follow."""
    before = PersonEvent.objects.standing().filter(
        person_id__in=[event.person_id for event in events], on__gt=on
    )
    ended = list(_ended(events))
    if any(row.from_on > on for row in ended) or (before.exclude(act_id=events[0].act_id).exists()):
        text = _("这个日期早于上一次变动，请核对。")
        raise Invalid("date_before_last", text, {"on": text})
    for row in ended:
        row.to_on = on
        row.save(update_fields=["to_on"])
    return _begin_again(voided, on)


def _begin_again(voided: Sequence[Tie], on: date) -> Begun:
    begun: Begun = {}
    for row in voided:
        values = {
            each.attname: getattr(row, each.attname)
            for each in row._meta.concrete_fields
            if not each.primary_key
        }
        begun[type(row), row.pk] = type(row)(**values | {"from_on": on, "to_on": None})
        begun[type(row), row.pk].save(force_insert=True)
    return begun


def enter_earlier(
    events: Sequence[PersonEvent], *, on: date, by: audit.Actor, now: datetime
) -> None:
    """Entries into the base, of locked persons, stand again on an earlier day, with the ties that they began."""
    act_id, reason = uuid7(), EARLIER
    rows = []
    for event in events:
        began = [
            row
            for _key, model in ROWS
            for row in model._default_manager.filter(
                person_id=event.person_id, from_on=event.on, to_on=None
            )
        ]
        for row in began:
            row.to_on = row.from_on
            row.save(update_fields=["to_on"])
        begun = _begin_again(began, on)
        rows += [
            mirror(event, act_id, reason, by, now),
            _again(event, begun, act_id, on, reason, by, now),
        ]
    PersonEvent.objects.bulk_create(rows)


def _ids(events: Sequence[PersonEvent], part: str, key: str) -> list[int]:
    return [pk for event in events for pk in event.effects.get(part, {}).get(key, [])]


def _copied(
    event: PersonEvent, act_id: UUID, reason: str, by: audit.Actor, now: datetime
) -> PersonEvent:
    copy = PersonEvent(
        act_id=act_id,
        kind=event.kind,
        person=event.person,
        on=event.on,
        recorded_at=now,
        source=event.source,
        user_id=by.user_id,
        post_id=by.post_id,
        post_label=by.post_label,
        paper=event.paper,
        reason=reason,
    )
    for before, after in MIRRORED:
        setattr(copy, before, getattr(event, before))
        setattr(copy, after, getattr(event, after))
    return copy


def mirror(
    event: PersonEvent, act_id: UUID, reason: str, by: audit.Actor, now: datetime
) -> PersonEvent:
    """The event, not saved, that takes another back."""
    row = _copied(event, act_id, reason, by, now)
    row.kind, row.corrects = EventKind.CORRECTION, event
    for before, after in MIRRORED:
        setattr(row, before, getattr(event, after))
        setattr(row, after, getattr(event, before))
    return row


def _again(
    event: PersonEvent,
    begun: Begun,
    act_id: UUID,
    on: date,
    reason: str,
    by: audit.Actor,
    now: datetime,
) -> PersonEvent:
    """The event as it should have been; `begun` are the ties that stand now for those that it had opened."""
    copy = _copied(event, act_id, reason, by, now)
    copy.on = on
    if "begun" in event.effects:  # a loaded event does not name its rows
        copy.effects = {
            **event.effects,
            "begun": {
                key: [begun[model, pk].pk for pk in event.effects["begun"].get(key, [])]
                for key, model in ROWS
            },
        }
    return copy
