"""Two entries become one with all that hangs on them, and two again as if nothing had been."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from accounts.usernames import of_typed
from common.errors import Conflict, Invalid
from common.masking import mask_id
from community.governance.enums import Role
from residents.base import actions
from residents.base.actions import Statement
from residents.base.actions.conflicts import settle
from residents.base.actions.doubles import lay_together, look_at_pair, refresh_doubles
from residents.base.actions.merging import cannot_split, merge, unmerge
from residents.base.enums import (
    DoubleState,
    OccupancyKind,
    PersonState,
    Relation,
    TicketState,
)
from residents.base.models import (
    ConflictTicket,
    DoubleCandidate,
    HouseholdMember,
    Occupancy,
    Person,
    PersonDetail,
    PersonMerge,
    SourceRecord,
    Visit,
)
from residents.base.snapshots import model_of, shot
from residents.base.ties import all_ties
from servicehall.cases import actions as hall_actions
from servicehall.cases.models import Draft
from tests.factories.data import load_sources
from tests.factories.governance import CommunityOfficeFactory, StationFactory, staff
from tests.factories.residents import DwellingFactory, PersonFactory, household
from tests.factories.servicehall import ALLOWANCE, hall
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
LATER = NOW + timedelta(days=3)
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
WHY = "同一人，出生证明登记在前"


@pytest.fixture(autouse=True)
def sources():
    load_sources()


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def director(station):
    return staff(Role.STATION_DIRECTOR, station)


@pytest.fixture
def stays(station):
    return PersonFactory(full_name="陈小雨", community=station.place, id_number="")


@pytest.fixture
def goes(station):
    return PersonFactory(full_name="陈小雨", community=station.place)


def say(person, source, as_of=MAY, **values):
    return actions.say([Statement(person.pk, values, as_of)], source=source, by=SYSTEM, now=NOW)


def joined(stays, goes, by):
    """The second goes into the first."""
    return merge(stays.pk, goes.pk, reason=WHY, by=by, now=NOW)


def undone(row, by, reason="双胞胎"):
    return unmerge(row.pk, reason=reason, by=by, now=LATER)


def dump(*persons):
    """Every row, whole and opened, that is of these persons or hangs on them, whatever app it is of.

    Only `changed_at` of the person is left out: an export that follows changes must hear of both.
    """
    rows = {f"person {p.pk}": shot(Person.objects.get(pk=p.pk)) for p in persons}
    for row in rows.values():
        row.pop("changed_at")
    for tie in all_ties():
        if tie.model in {
            "accounts.AuditEntry",
            "residents.DoubleCandidate",
            "residents.PersonMerge",
            "residents.PersonEvent",  # what happened is told, and told to be mistaken
            *("residents.PersonFacts", "residents.StaleFacts"),  # reckoned anew from the rest
        }:
            continue
        manager = model_of(tie.model)._base_manager
        for found in manager.filter(**{f"{tie.name}__in": [p.pk for p in persons]}):
            key = f"{tie.key} {found.pk}"
            rows[key] = shot(found)
            rows[key].pop("changed_at" if tie.model == "residents.Person" else "", None)
    return rows


# --- what moves -----------------------------------------------------------------------------------


def test_what_goes_leads_to_what_stays(stays, goes, director, client_for):
    number = goes.id_number
    joined(stays, goes, director)
    goes.refresh_from_db()
    assert (goes.state, goes.merged_into) == (PersonState.MERGED, stays)
    assert list(Person.objects.with_number(number)) == [stays]
    assert list(Person.objects.visible_to(director).matching(number)) == [stays]
    assert list(Person.objects.visible_to(director).matching("陈小雨")) == [stays]
    client = client_for(director)
    for_one, for_other = (reverse("residents:file", args=[p.pk]) for p in (stays, goes))
    assert client.get(for_other)["Location"] == for_one
    stranger = client_for(staff(Role.WINDOW_CLERK, StationFactory()))
    assert stranger.get(for_other).status_code == 404


def test_all_ties_go_over_whatever_app_they_are_of_and_back():
    place = hall(ALLOWANCE)
    goes = place.applicant
    case = place.filed()
    hall_actions.start_draft(place.version, applicant=goes, by=place.resident, now=place.now)
    stays = PersonFactory(community=goes.community)
    home = household(goes)
    account = goes.account
    before = dump(stays, goes)
    row = joined(stays, goes, place.director)
    case.refresh_from_db()
    stays.refresh_from_db()
    assert case.applicant == stays
    assert stays.account == account
    assert home.members.get().person == stays
    assert Occupancy.objects.get(dwelling=home.lives_at).person == stays
    assert AuditEntry.objects.filter(action="person.merged").count() == 2
    undone(row, place.director)
    assert dump(stays, goes) == before


def test_where_both_have_a_draft_of_one_service_none_is_lost():
    place = hall(ALLOWANCE)
    goes, stays = place.applicant, PersonFactory(community=place.community)
    owner = goes.account
    assert owner is not None
    for applicant in (goes, stays):
        Draft.objects.create(
            owner=owner,
            version=place.version,
            applicant=applicant,
            created_at=NOW,
            changed_at=NOW,
        )
    before = dump(stays, goes)
    row = joined(stays, goes, place.director)
    assert set(Draft.objects.values_list("applicant", flat=True)) == {stays.pk, goes.pk}
    undone(row, place.director)
    assert dump(stays, goes) == before


def test_who_was_twice_in_a_household_is_in_it_once_as_its_head(stays, goes, director):
    home = household(goes)
    assert home.lives_at is not None
    Occupancy.objects.create(
        person=stays,
        community=home.community,
        dwelling=home.lives_at,
        kind=OccupancyKind.ACTUAL,
        from_on=MAY,
    )
    HouseholdMember.objects.create(
        household=home, person=stays, relation=Relation.DAUGHTER, from_on=date(2020, 1, 1)
    )
    before = dump(stays, goes)
    row = joined(stays, goes, director)
    member = home.members.current().get()
    assert (member.person, member.relation) == (stays, Relation.HEAD)
    # He has lived there since the earlier day; the other row ends, so that no day counts anybody more or less.
    mine = Occupancy.objects.get(person=stays)
    assert (mine.from_on, mine.to_on) == (date(2024, 6, 3), None)
    theirs = Occupancy.objects.get(person=goes)
    assert (theirs.from_on, theirs.to_on) == (MAY, TODAY)
    undone(row, director)
    assert dump(stays, goes) == before


def test_visits_and_chains_lead_to_the_last(stays, goes, director, station):
    first = PersonFactory(community=station.place)
    Visit.objects.create(
        post_id=director.post_id, person=goes, purpose="case", until=NOW + timedelta(minutes=5)
    )
    joined(goes, first, director)
    joined(stays, goes, director)
    first.refresh_from_db()
    assert first.merged_into == stays
    assert Visit.objects.get().person == stays
    assert list(Person.objects.with_number(first.id_number)) == [stays]


# --- facts ----------------------------------------------------------------------------------------


def test_facts_are_what_the_sources_say_of_both(stays, goes, director):
    say(stays, "human_resources", MAY, employment="10", education="21")
    say(goes, "human_resources", JUNE, employment="30")
    say(goes, "civil_affairs", JUNE, marital_status="20")
    joined(stays, goes, director)
    detail = PersonDetail.objects.get(pk=stays.pk)
    assert (detail.employment, detail.education, detail.marital_status) == ("30", "21", "20")
    stays.refresh_from_db()
    assert stays.id_number == goes.id_number
    assert not ConflictTicket.objects.filter(state=TicketState.OPEN).exists()


def test_what_the_sources_disagree_about_becomes_a_ticket(stays, goes, director):
    say(stays, "police", MAY, ethnic_group="02")
    say(goes, "counter", JUNE, ethnic_group="03")
    joined(stays, goes, director)
    ticket = ConflictTicket.objects.get(state=TicketState.OPEN, attribute="ethnic_group")
    assert (ticket.person, ticket.attribute) == (stays, "ethnic_group")


def test_a_value_without_a_source_is_not_overwritten_in_silence(station, director):
    stays = PersonFactory(community=station.place, id_number="", birth_on=date(1990, 1, 2))
    goes = PersonFactory(community=station.place, id_number="", birth_on=None)
    say(goes, "counter", MAY, birth_on="1990-02-01")
    joined(stays, goes, director)
    assert ConflictTicket.objects.get(state=TicketState.OPEN).attribute == "birth_on"


def test_a_conflict_of_the_one_is_settled_for_both(stays, goes, director):
    say(goes, "police", JUNE, ethnic_group="02")
    say(goes, "counter", JULY, ethnic_group="03")
    ticket = ConflictTicket.objects.get()
    joined(stays, goes, director)
    ticket.refresh_from_db()
    assert (ticket.person, ticket.state) == (stays, TicketState.AGREED)
    assert ConflictTicket.objects.get(state=TicketState.OPEN).person == stays


def test_conflicts_of_both_about_one_attribute_are_one(stays, goes, director):
    for person in (stays, goes):
        say(person, "police", MAY, birth_on="1985-01-01")
        say(person, "civil_affairs", JUNE, birth_on="1985-02-02")
    kept = ConflictTicket.objects.get(person=stays)
    row = joined(stays, goes, director)
    assert ConflictTicket.objects.open().get() == kept
    say(goes, "civil_affairs", JULY, birth_on="1985-03-03")
    assert ConflictTicket.objects.open().get() == kept
    # A list that still has both, of whom one agrees and the other does not.
    both = [
        Statement(stays.pk, {"birth_on": "1985-01-01"}, TODAY),
        Statement(goes.pk, {"birth_on": "1985-02-02"}, TODAY),
    ]
    actions.say(both, source="civil_affairs", by=SYSTEM, now=NOW)
    assert ConflictTicket.objects.open().get() == kept
    undone(row, director)
    assert set(ConflictTicket.objects.open().values_list("person", flat=True)) == {
        stays.pk,
        goes.pk,
    }


def test_what_was_overruled_for_one_stays_overruled_for_both(stays, goes, director):
    office = CommunityOfficeFactory(place=stays.community.parent.parent)
    for person in (stays, goes):
        say(person, "police", MAY, birth_on="1985-01-01")
        say(person, "civil_affairs", JUNE, birth_on="1985-02-02")
    ticket = ConflictTicket.objects.get(person=stays)
    officer = staff(Role.DATA_CLERK, office)
    settle(ticket.pk, "1985-01-01", note="户口簿", by=officer, now=NOW)
    joined(stays, goes, director)
    say(stays, "civil_affairs", TODAY + timedelta(days=30), birth_on="1985-02-02")
    assert not ConflictTicket.objects.open().exists()


@sweeps(unmerge)
def test_what_is_said_of_the_entry_that_went_is_said_of_the_one_that_stays(stays, goes, director):
    say(goes, "human_resources", MAY, employment="30")
    row = joined(stays, goes, director)
    before = dump(goes)
    said = say(goes, "human_resources", JULY, employment="10", education="21")
    assert said.changed[stays.pk] == said.changed[goes.pk] == ["employment", "education"]
    assert said.before[goes.pk]["employment"][0] == "30"
    detail = PersonDetail.objects.get(pk=stays.pk)
    assert (detail.employment, detail.education) == ("10", "21")
    assert dump(goes) == before, "nothing is written to the entry that only leads on"
    trace = AuditEntry.objects.get(action="person.led_on")
    assert (trace.person_id, trace.detail["into"]) == (goes.pk, str(stays.pk))
    assert trace.detail["fields"] == ["education", "employment"]
    foreseen = actions.foresee(
        [Statement(goes.pk, {"pension": "2"}, JULY)], source="human_resources", now=NOW
    )
    assert foreseen.filled[goes.pk] == ["pension"]
    undone(row, director)
    assert PersonDetail.objects.get(pk=goes.pk).employment == "30"


# --- and back -------------------------------------------------------------------------------------


@pytest.fixture
def full(stays, goes):
    """Two entries with something of everything."""
    say(stays, "human_resources", MAY, employment="10", phone="13800005678")
    say(stays, "police", MAY, ethnic_group="02")
    say(goes, "human_resources", JUNE, employment="30", employer="乌海矿业")
    say(goes, "counter", JUNE, ethnic_group="03", phone="13900001234", actual_address="青年小区")
    say(goes, "police", JULY, ethnic_group="04")
    household(stays)
    household(goes)
    Visit.objects.create(
        post_id=stays.pk, person=goes, purpose="case", until=timezone.now() + timedelta(days=1)
    )
    return stays, goes


def test_undoing_restores_both_to_the_byte(full, director):
    before = dump(*full)
    row = joined(full[0], full[1], director)
    assert dump(*full) != before
    assert not cannot_split(row)
    undone(row, director)
    assert dump(*full) == before
    told = AuditEntry.objects.filter(action="person.changed", person_id=full[0].pk).latest("at")
    assert {"employment", "employer"} <= set(told.detail["fields"])  # for those who follow changes


def test_what_came_since_stays_with_the_survivor_and_is_said_before(full, director):
    stays, goes = full
    before = dump(stays, goes)
    row = joined(stays, goes, director)
    say(stays, "human_resources", date(2026, 8, 1), employment="40")
    flat = DwellingFactory()
    new = Occupancy.objects.create(
        person=stays,
        community=stays.community,
        dwelling=flat,
        kind=OccupancyKind.REGISTERED,
        from_on=JULY,
    )
    remains = cannot_split(row)
    assert [(source, str(label)) for source, label in remains.facts] == [
        ("human_resources", "就业状况")
    ]
    assert [(str(label), count) for label, count in remains.ties] == [("居住关系", 1)]
    undone(row, director)
    new.refresh_from_db()
    assert new.person == stays
    assert PersonDetail.objects.get(pk=stays.pk).employment == "40"
    detail = PersonDetail.objects.get(pk=goes.pk)
    assert (detail.employment, detail.employer) == ("30", "乌海矿业")
    # All of what was the other's is his again, and nothing of his is left.
    ours = dump(goes)
    assert ours == {k: v for k, v in before.items() if k in ours}
    stays.refresh_from_db()
    assert (stays.phone, stays.ethnic_group) == ("13800005678", "02")
    assert PersonDetail.objects.get(pk=stays.pk).employer == ""
    assert not SourceRecord.objects.filter(person=stays, source="counter").exists()


def test_a_later_change_that_has_nothing_to_do_with_it_hinders_nothing(full, director):
    stays, goes = full
    before = dump(stays, goes)
    row = joined(stays, goes, director)
    say(stays, "counter", date(2026, 9, 1), education="21")
    undone(row, director)
    after = dump(stays, goes)
    assert {k: v for k, v in after.items() if str(goes.pk) in json.dumps(v)} == {
        k: v for k, v in before.items() if str(goes.pk) in json.dumps(v)
    }
    assert PersonDetail.objects.get(pk=stays.pk).education == "21"
    stays.refresh_from_db()
    assert stays.ethnic_group == "02"


def test_accounts_go_over_and_back(stays, station, director):
    goes = PersonFactory(community=station.place, account=True)
    before = dump(stays, goes)
    row = joined(stays, goes, director)
    assert Person.objects.of_account(goes.account_id).get() == stays
    undone(row, director)
    assert dump(stays, goes) == before


def test_an_account_is_found_by_the_number_of_the_entry_that_has_it(station, director):
    stays = PersonFactory(community=station.place)
    goes = PersonFactory(community=station.place, account=True)
    row = joined(stays, goes, director)
    stays.refresh_from_db()
    assert stays.id_number != goes.id_number
    assert _name_of(goes.account) == of_typed(stays.id_number)
    undone(row, director)
    assert _name_of(goes.account) == of_typed(goes.id_number)


def _name_of(account):
    account.refresh_from_db()
    return account.username


def test_two_accounts_in_use_are_no_matter_for_a_merge(station, director):
    stays = PersonFactory(community=station.place, account=True)
    goes = PersonFactory(community=station.place, account=True)
    with pytest.raises(Conflict, match="two_accounts"):
        joined(stays, goes, director)
    stays.account.is_active = False
    stays.account.save()
    before = dump(stays, goes)
    row = joined(stays, goes, director)
    assert Person.objects.get(pk=stays.pk).account_id == goes.account_id
    undone(row, director)
    assert dump(stays, goes) == before


def test_a_merge_is_undone_once_and_the_last_one_first(stays, goes, director, station):
    first = PersonFactory(community=station.place)
    early = joined(goes, first, director)
    late = joined(stays, goes, director)
    with pytest.raises(Conflict, match="merged_again"):
        undone(early, director)
    undone(late, director)
    with pytest.raises(Conflict, match="merge_undone"):
        undone(late, director)
    undone(early, director)
    assert not Person.objects.filter(state=PersonState.MERGED).exists()


def test_both_ways_need_a_reason_and_the_reach(stays, goes, director):
    with pytest.raises(Invalid):
        merge(stays.pk, goes.pk, reason=" ", by=director, now=NOW)
    stranger = staff(Role.STATION_DIRECTOR)
    with pytest.raises(Person.DoesNotExist):
        joined(stays, goes, stranger)
    with pytest.raises(Person.DoesNotExist):
        joined(stays, stays, director)
    row = joined(stays, goes, director)
    with pytest.raises(Invalid):
        undone(row, director, reason="")
    with pytest.raises(PersonMerge.DoesNotExist):
        undone(row, stranger)


def test_the_pair_is_decided_either_way(stays, goes, director):
    row = joined(stays, goes, director)
    assert DoubleCandidate.objects.get().state == DoubleState.MERGED
    undone(row, director)
    assert DoubleCandidate.objects.get().state == DoubleState.NOT_SAME


@sweeps(merge)
def test_the_journal_gives_nothing_away(stays, goes, director):
    row = joined(stays, goes, director)
    raw = PersonMerge.objects.values_list("journal", flat=True).get(pk=row.pk)
    assert goes.phone.encode() not in raw  # values() gives what lies in the table
    trail = AuditEntry.objects.filter(action__startswith="person.").values_list("detail", "reason")
    assert goes.phone not in str(list(trail))


def test_who_looked_at_the_entry_that_went_is_shown_to_the_person(
    stays, station, director, client_for
):
    goes = PersonFactory(community=station.place, account=True)
    actions.open_file(goes.pk, purpose="case", by=director, now=NOW)
    joined(stays, goes, director)
    page = client_for(goes.account).get(reverse("residents:who-looked"))
    assert "打开了您的档案" in page.content.decode()


@sweeps(look_at_pair)
def test_side_by_side_one_person_decides_by_keyboard(stays, goes, director, client_for):
    refresh_doubles(stays.community_id, now=NOW)
    pair = DoubleCandidate.objects.get()
    client = client_for(director)
    listed = client.get(reverse("residents:doubles")).content.decode()
    assert "陈*雨 · 陈*雨" in listed
    assert "陈小雨" not in listed
    url = reverse("residents:double", args=[pair.pk])
    page = client.get(url).content.decode()
    assert goes.id_number not in page
    assert 'data-key="ctrl+enter"' in page
    looked = AuditEntry.objects.filter(action="person.viewed", reason="correction")
    assert {entry.person_id for entry in looked} == {stays.pk, goes.pk}
    given = {"act": "merge", "reason": WHY, "keep": ""}
    assert client.post(url, given).status_code == 422
    done = client.post(url, given | {"keep": str(stays.pk)})
    row = PersonMerge.objects.get()
    assert done["Location"] == reverse("residents:merge", args=[row.pk])
    assert (row.survivor, row.absorbed) == (stays, goes)
    assert "可以完全恢复" in client.get(done["Location"]).content.decode()
    assert client.post(done["Location"], {"reason": "双胞胎"}).status_code == 302
    assert Person.objects.get(pk=goes.pk).state == PersonState.ACTIVE
    again = client.post(url, given | {"keep": str(stays.pk)})
    assert again.status_code == 422
    assert not again.context["is_open"]
    assert Person.objects.get(pk=goes.pk).state == PersonState.ACTIVE


@sweeps(lay_together)
def test_any_two_entries_can_be_laid_side_by_side(stays, goes, station, director, client_for):
    other = PersonFactory(full_name="李秀英", community=station.place)
    far = PersonFactory(full_name="李秀芳")
    client, url = client_for(director), reverse("residents:double-new")
    assert url in client.get(reverse("residents:doubles")).content.decode()
    nobody = client.post(url, {"one": far.full_name, "other": "李秀英"})
    assert nobody.status_code == 422
    assert "没有找到您可以合并的档案" in nobody.content.decode()
    asked = client.post(url, {"one": "陈小雨", "other": other.id_number})
    assert "请选择是哪一位" in asked.content.decode()
    assert mask_id(goes.id_number) in asked.content.decode()  # else two of one name look alike
    given = {"one": "陈小雨", "one_is": str(stays.pk), "other": other.id_number}
    answer = client.post(url, given)
    pair = DoubleCandidate.objects.get()
    assert answer["Location"] == reverse("residents:double", args=[pair.pk])
    assert {pair.person_a_id, pair.person_b_id} == {stays.pk, other.pk}
    assert "合并为一份" in client.get(answer["Location"]).content.decode()
    same = client.post(url, {"one": other.id_number, "other": other.id_number})
    assert "两份不同的档案" in same.content.decode()
    client.post(answer["Location"], {"act": "not_same", "reason": "双胞胎", "keep": ""})
    client.post(url, given)
    pair.refresh_from_db()
    assert pair.state == DoubleState.OPEN, "asked once more"


def test_the_pages_cost_ten_queries_at_the_most(full, director, client_for, count_queries):
    client = client_for(director)
    row = joined(full[0], full[1], director)
    undone(row, director)
    DoubleCandidate.objects.update(state=DoubleState.OPEN, decided_at=None)
    other = joined(
        PersonFactory(community=full[0].community),
        PersonFactory(community=full[0].community),
        director,
    )
    for url in (
        reverse("residents:doubles"),
        reverse("residents:double", args=[DoubleCandidate.objects.visible_to(director)[0].pk]),
        reverse("residents:merges"),
        reverse("residents:merge", args=[other.pk]),
    ):
        client.get(url)
        assert count_queries(lambda url=url: client.get(url)) <= 10, url
