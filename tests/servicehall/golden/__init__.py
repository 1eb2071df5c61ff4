"""The golden set of 政策找人: plain data in households.yaml, and how it gets into the database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from accounts import audit
from common import plain
from common.ids import uuid7
from community.governance.models import Place
from residents.base.actions import bulk, name_columns
from residents.base.enums import (
    AidStatus,
    DisabilityKind,
    DocumentType,
    OccupancyKind,
    Pension,
    PersonState,
    Relation,
)
from residents.base.models import (
    Dwelling,
    Household,
    HouseholdMember,
    Occupancy,
    Person,
    PersonDetail,
)
from servicehall.cases.enums import CaseState, Outcome, ProposalState
from servicehall.cases.models import Case, Proposal
from servicehall.catalogue.enums import Channel
from servicehall.catalogue.models import ItemVersion
from tests.factories.governance import StationFactory, UnitFactory

FILE = Path(__file__).with_name("households.yaml")
LONG_AGO = date(2000, 1, 1)
ANSWERED = datetime(2026, 6, 1, tzinfo=UTC)
Row = dict[str, Any]


def read() -> Row:
    """The file; every household has its day."""
    data: Row = plain.read(FILE)
    for home in data["households"]:
        home.setdefault("day", data["day"])
    return data


def people(data: Row) -> Iterator[tuple[Row, Row]]:
    """Each person with the household."""
    for home in data["households"]:
        for one in home["people"]:
            yield home, one


class Town:
    """The households in one community. `ids` has the person of each id of the file."""

    def __init__(self, data: Row, community: Place, versions: dict[str, ItemVersion]) -> None:
        self.community, self.versions = community, versions
        self.station = StationFactory(place=community)
        self.name = name_columns("张伟民")
        unit = UnitFactory(community=community)
        self.elsewhere = Dwelling(place=unit, door="0", address="青年小区")
        self.batch = bulk.Batch(dwellings=[self.elsewhere])
        self.ids: dict[str, Any] = {}
        for home in data["households"]:
            self._house(home, unit)
        bulk.write(self.batch, source="golden", by=audit.SYSTEM, now=ANSWERED)
        Case.objects.bulk_create(
            self._case(one["id"], *case)
            for _home, one in people(data)
            for case in one.get("cases", ())
        )
        Proposal.objects.bulk_create(
            Proposal(
                person_id=self.ids[one["id"]],
                item_id=code,
                version=versions[code],
                is_certain=True,
                state=ProposalState.DECLINED,
                found_on=ANSWERED,
                told_at=ANSWERED,
                answered_at=ANSWERED,
            )
            for _home, one in people(data)
            for code in one.get("declined", ())
        )

    def _house(self, home: Row, unit: Place) -> None:
        dwelling = Dwelling(place=unit, door=home["id"], address=f"青年小区{home['id']}")
        household = Household(
            number=home["id"],
            community=self.community,
            lives_at=dwelling,
            registered_address=home.get("hukou", ""),
        )
        self.batch.dwellings.append(dwelling)
        self.batch.households.append(household)
        for one in home["people"]:
            person = self._person(one)
            start = one["born"] or LONG_AGO
            left = one.get("left")
            self.batch.members.append(
                HouseholdMember(
                    household=household,
                    person=person,
                    relation=Relation[one["is"].upper()],
                    from_on=start,
                    to_on=left,
                )
            )
            self._ties(one, person, dwelling, start)

    def _person(self, one: Row) -> Person:
        person = Person(
            birth_on=one["born"],
            state=PersonState(one.get("state", "active")),
            document_type=DocumentType.NONE,
            place=self.community,
            community=self.community,
            **self.name,
        )
        self.ids[one["id"]] = person.pk
        self.batch.persons.append(person)
        told = {
            "registered_address": one.get("address", ""),
            "disability_level": str(one.get("level", "")),
            "disability_kind": _code(DisabilityKind, one.get("kind")),
            "aid_status": _code(AidStatus, one.get("aid")),
            "pension": _code(Pension, one.get("pension")),
            "lives_alone": {True: "1", False: "0", None: ""}[one.get("alone")],
        }
        if one["hukou"] not in {"here", "unknown"}:
            told["registered_address"] = one["hukou"]
        if any(told.values()):  # of most people nothing is told: they have no such row
            self.batch.details.append(PersonDetail(person=person, **told))
        return person

    def _ties(self, one: Row, person: Person, dwelling: Dwelling, start: date) -> None:
        lives = OccupancyKind.RENTED if one.get("rents") else OccupancyKind.ACTUAL
        ties = [(lives, self.elsewhere, *stay) for stay in one.get("before", ())]
        if one["hukou"] == "here" or "hukou_until" in one:
            ties.append((OccupancyKind.REGISTERED, dwelling, start, one.get("hukou_until")))
        if "since" in one:
            ties.append((lives, dwelling, one["since"], one.get("left")))
        self.batch.occupancies += [
            Occupancy(
                person=person,
                community_id=person.community_id,
                dwelling=where,
                kind=kind,
                from_on=from_on,
                to_on=to_on,
            )
            for kind, where, from_on, to_on in ties
        ]

    def _case(self, who: str, code: str, how: str) -> Case:
        version = self.versions[code]
        outcome = {"granted": "granted", "delivered": "granted", "refused": "refused"}.get(how, "")
        state = CaseState.COMPLETED if how in Outcome.values else CaseState(how)
        is_closed = state in {
            CaseState.COMPLETED, CaseState.DELIVERED, CaseState.NOT_ACCEPTED, CaseState.WITHDRAWN,
            CaseState.TERMINATED,
        }  # fmt: skip
        return Case(
            number=f"{uuid7().hex[:24]}{who}",
            query_code="00000000",
            version=version,
            window=version.item.window,
            applicant_id=self.ids[who],
            community=self.community,
            station=self.station,
            handler=self.station,
            channel=Channel.COUNTER,
            filed_at=ANSWERED,
            filed_on=ANSWERED,
            received_on=ANSWERED,
            state=state,
            outcome=outcome,
            outcome_reason="不符合条件" if outcome == Outcome.REFUSED else "",
            closed_at=ANSWERED if is_closed else None,
        )


def _code(codes: Any, name: str | None) -> str:
    return codes[name.upper()].value if name else ""
