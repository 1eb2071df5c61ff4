"""Sources speak, one base listens: kept values, tickets, history and the audit trail."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from django.forms.models import model_to_dict

from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from common.errors import Conflict, Invalid
from community.governance.enums import Role
from residents.base import actions
from residents.base.actions import Statement
from residents.base.actions.conflicts import settle
from residents.base.enums import TicketState
from residents.base.models import ConflictTicket, Person, PersonDetail, SourceRank, SourceRecord
from residents.base.tasks import tidy_all
from tests.factories.data import load_sources
from tests.factories.governance import (
    CommunityFactory,
    CommunityOfficeFactory,
    DepartmentFactory,
    staff,
)
from tests.factories.residents import PersonFactory
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture(autouse=True)
def sources():
    load_sources()


@pytest.fixture
def person():
    return PersonFactory(full_name="张伟民", birth_on=date(1950, 1, 1), id_number="", provenance={})


def say(person, source, as_of=MAY, *, now=NOW, **values):
    return actions.say([Statement(person.pk, values, as_of)], source=source, by=SYSTEM, now=now)


def kept(person, key):
    found = Person.objects.select_related("detail").get(pk=person.pk)
    return getattr(found if hasattr(found, key) else found.detail, key)


def test_an_empty_attribute_is_filled_with_its_source_and_day(person):
    said = say(person, "human_resources", employment="10")
    detail = PersonDetail.objects.get(pk=person.pk)
    assert detail.employment == "10"
    assert detail.provenance == {"employment": ["human_resources", "2026-05-01"]}
    assert said.changed == {person.pk: ["employment"]}
    entry = AuditEntry.objects.get(action="person.changed")
    assert entry.person_id == person.pk
    assert entry.detail == {"fields": ["employment"], "source": "human_resources"}


def test_the_same_again_writes_nothing(person):
    say(person, "human_resources", employment="10", phone="13800005678")
    before = list(SourceRecord.objects.values_list("changed_at", "said"))
    said = say(person, "human_resources", employment="10", phone="13800005678")
    assert not said.changed
    assert not said.before
    assert list(SourceRecord.objects.values_list("changed_at", "said")) == before
    assert AuditEntry.objects.filter(action="person.changed").count() == 1


def test_nothing_said_takes_nothing_away(person):
    say(person, "human_resources", employment="10")
    say(person, "human_resources", JUNE, employment="")
    assert kept(person, "employment") == "10"


def test_an_older_word_of_the_same_source_changes_nothing(person):
    say(person, "human_resources", JUNE, employment="10")
    say(person, "human_resources", MAY, employment="30")
    assert kept(person, "employment") == "10"
    assert not ConflictTicket.objects.exists()


def test_two_birthdays_open_one_ticket_instead_of_overwriting(person):
    say(person, "police", birth_on="1950-01-01")
    for _ in range(2):
        say(person, "civil_affairs", JUNE, birth_on="1950-01-10")
    assert kept(person, "birth_on") == date(1950, 1, 1)
    ticket = ConflictTicket.objects.get()
    assert (ticket.state, ticket.attribute, ticket.answers) == (
        "open",
        "birth_on",
        "public_security",
    )


def test_what_stood_in_the_base_before_is_a_word_too():
    """A value with a provenance and no record is the word of its source, and kept beside the new one."""
    person = PersonFactory(
        birth_on=date(1950, 1, 1), id_number="", provenance={"birth_on": ["counter", "2026-01-01"]}
    )
    say(person, "police", birth_on="1950-01-10")
    assert kept(person, "birth_on") == date(1950, 1, 10)
    assert SourceRecord.objects.get(source="counter").values == {
        "birth_on": ["1950-01-01", "2026-01-01", None]
    }


@sweeps(actions.say)
def test_a_ticket_closes_by_itself_when_the_sources_agree(person):
    say(person, "police", birth_on="1950-01-01")
    say(person, "civil_affairs", JUNE, birth_on="1950-01-10")
    say(person, "civil_affairs", JULY, birth_on="1950-01-01")
    assert ConflictTicket.objects.get().state == TicketState.AGREED


def test_a_restored_word_gives_the_base_as_it_was(person):
    say(person, "police", birth_on="1950-01-01")
    before = golden()
    said = say(person, "civil_affairs", JUNE, birth_on="1950-01-10", marital_status="20")
    assert golden() != before
    undo = Statement(person.pk, {}, JUNE, restores=said.before[person.pk])
    actions.say([undo], source="civil_affairs", by=SYSTEM, now=NOW)
    assert golden() == before


def golden():
    """Kept values, provenance and open tickets, as the portal would show them."""
    persons = [
        model_to_dict(person, exclude=["account", "staff_account"])
        for person in Person.objects.order_by("pk")
    ]
    details = [
        {k: v for k, v in model_to_dict(row).items() if v}
        for row in PersonDetail.objects.order_by("pk")
    ]
    open_now = ConflictTicket.objects.open().values_list("person", "attribute", "rivals")
    open_tickets = sorted(open_now, key=str)
    return repr((persons, [row for row in details if row.keys() - {"person"}], open_tickets))


def test_two_entries_never_get_one_number(person):
    other = PersonFactory()
    with pytest.raises(Conflict) as refused:
        say(person, "police", id_number=other.id_number)
    assert refused.value.code == "number_taken"
    assert kept(person, "id_number") != other.id_number


@sweeps(actions.weigh_again)
def test_the_lists_of_departments_yield_to_a_visit_and_to_a_newer_list(person):
    assert load_sources() == 0, "repeats change nothing"
    Person.objects.update(phone=None, phone_index=None)
    later = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    say(person, "civil_affairs", MAY, phone="13800005678")
    say(person, "health", JUNE, phone="13900001234")
    assert ConflictTicket.objects.get().rivals == ["civil_affairs"], "no rank yet: one of the two"
    assert actions.weigh_again(by=SYSTEM, now=later) == 1, (
        "from the day of the rank the newer list counts"
    )
    assert (kept(person, "phone"), ConflictTicket.objects.get().state) == ("13900001234", "agreed")
    visit = Statement(person.pk, {"phone": "13300005678"}, JULY)
    actions.say([visit], source="grid_visit", by=SYSTEM, now=later)
    old = Statement(person.pk, {"phone": "13700005678"}, JUNE)
    actions.say([old], source="police", by=SYSTEM, now=later)
    assert kept(person, "phone") == "13300005678"
    assert not ConflictTicket.objects.open().exists()
    basis = SourceRank.objects.get(source="police", attribute="phone")
    assert (basis.rank, basis.valid_from, "核实" in basis.basis) == (2, date(2026, 11, 26), True)


def test_the_night_closes_what_the_ranks_of_the_day_answer(person):
    Person.objects.update(phone=None, phone_index=None)
    say(person, "civil_affairs", MAY, phone="13800005678")
    say(person, "health", JUNE, phone="13900001234")
    assert ConflictTicket.objects.open().exists()
    tidy_all()
    assert (kept(person, "phone"), ConflictTicket.objects.get().state) == ("13900001234", "agreed")


def test_a_visit_before_breakfast_is_of_its_day_and_not_of_the_day_before(person):
    Person.objects.update(phone=None, phone_index=None)
    seven = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)  # seven o'clock of 1 December here
    visit = Statement(person.pk, {"phone": "13300005678"}, seven)
    actions.say([visit], source="grid_visit", by=SYSTEM, now=seven)
    person.refresh_from_db()
    assert person.provenance["phone"] == ["grid_visit", "2026-12-01"]
    say(person, "civil_affairs", date(2026, 12, 1), now=seven, phone="13900001234")
    assert not ConflictTicket.objects.open().exists(), "the list is of the same day"
    # Before the upgrade the same moment was kept as that of Greenwich; it is read as it is written today.
    kept = SourceRecord.objects.get(person=person, source="grid_visit")
    now_written = kept.values["phone"]
    kept.said = json.dumps({"phone": [now_written[0], seven.isoformat(), None]})
    assert kept.values["phone"] == now_written


def test_what_somebody_tells_after_a_decision_about_his_telephone_counts(person):
    Person.objects.update(phone=None, phone_index=None)
    say(person, "grid_visit", phone="13800005678")
    say(person, "civil_affairs", JUNE, phone="13900001234")
    office = staff(Role.DATA_CLERK, CommunityOfficeFactory(place=person.community.parent.parent))
    ticket = ConflictTicket.objects.open().get()
    settle(ticket.pk, "13900001234", note="名单是对的", by=office, now=NOW)
    assert kept(person, "phone") == "13900001234"
    later = Statement(person.pk, {"phone": "13300005678"}, NOW + timedelta(days=1))
    actions.say([later], source="counter", by=SYSTEM, now=NOW + timedelta(days=1))
    assert kept(person, "phone") == "13300005678", "he stands there and says it himself"
    assert not ConflictTicket.objects.open().exists()


FEEDS = (
    ("police", MAY, {"birth_on": "1950-01-01", "marital_status": "20", "ethnic_group": "01"}),
    ("civil_affairs", JUNE, {"birth_on": "1950-01-10", "marital_status": "30", "aid_status": "1"}),
    (
        "human_resources",
        JULY,
        {"birth_on": "1950-01-10", "employment": "40", "phone": "13800005678"},
    ),
    ("health", MAY, {"phone": "13900001234", "ethnic_group": "02", "employment": "10"}),
)


# From the day on which lists of departments count alike: three of one day, one older, one door in three spellings.
LISTS = (
    ("police", JUNE, {"phone": "13800005678", "actual_address": "海勃湾区和平街9号"}),
    (
        "civil_affairs",
        JULY,
        {"phone": "13900001234", "actual_address": "乌海市海勃湾区新华街3-2-501"},
    ),
    ("human_resources", JULY, {"phone": "13700005678", "actual_address": "新华街3号楼2单元501室"}),
    ("health", JULY, {"phone": "13900001234", "actual_address": "海勃湾区新华街3栋2单元501"}),
)


@pytest.mark.parametrize(
    ("feeds", "now", "disputed"),
    [
        (FEEDS, NOW, {"birth_on": ["civil_affairs", "human_resources"], "phone": ["health"]}),
        (LISTS, NOW + timedelta(days=1), {"phone": ["human_resources"]}),
    ],
    ids=["registers", "lists"],
)
def test_twenty_four_orders_of_four_feeds_end_in_one_base(person, feeds, now, disputed):
    seen = set()
    for order in permutations(feeds):
        SourceRecord.objects.all().delete()
        ConflictTicket.objects.all().delete()
        PersonDetail.objects.all().delete()
        Person.objects.filter(pk=person.pk).update(
            birth_on=None, ethnic_group="", phone=None, phone_index=None, provenance={}
        )
        for source, as_of, values in order:
            say(person, source, as_of, now=now, **values)
        seen.add(golden())
    assert len(seen) == 1
    assert dict(ConflictTicket.objects.open().values_list("attribute", "rivals")) == disputed


def test_many_persons_cost_the_same_statements(django_assert_max_num_queries):
    """Beyond a handful the writing is set-based: twelve persons or sixty, the same number of statements."""
    home = CommunityFactory()
    people = PersonFactory.create_batch(24, community=home)
    statements = [Statement(p.pk, {"employment": "10", "full_name": "王新名"}, MAY) for p in people]
    with django_assert_max_num_queries(40):
        actions.say(statements, source="police", by=SYSTEM, now=NOW)
    assert set(Person.objects.values_list("full_name", "pinyin")) == {("王新名", "wangxinming")}
    assert PersonDetail.objects.filter(employment="10").count() == 24
    assert AuditEntry.objects.filter(action="person.changed").count() == 24


# --- settling -------------------------------------------------------------------------------------
@pytest.fixture
def disputed(person):
    say(person, "police", birth_on="1950-01-01")
    say(person, "civil_affairs", JUNE, birth_on="1950-01-10")
    return ConflictTicket.objects.get()


@pytest.fixture
def officer(person):
    district = person.community.parent.parent
    return staff(Role.DEPARTMENT_OFFICIAL, DepartmentFactory(place=district, key="public_security"))


@sweeps(settle)
def test_a_decision_holds_and_the_same_word_reopens_nothing(person, disputed, officer):
    settle(disputed.pk, "1950-01-10", note="查看户籍底册", by=officer, now=NOW)
    assert kept(person, "birth_on") == date(1950, 1, 10)
    say(person, "police", date(2026, 12, 1), birth_on="1950-01-01")
    assert not ConflictTicket.objects.open().exists()
    say(person, "police", date(2026, 12, 2), birth_on="1950-02-01")
    assert ConflictTicket.objects.open().count() == 1, "another word is another question"


def test_who_does_not_answer_for_an_attribute_does_not_see_its_ticket(person, disputed):
    district = person.community.parent.parent
    other = staff(Role.DEPARTMENT_OFFICIAL, DepartmentFactory(place=district, key="health"))
    assert not ConflictTicket.objects.visible_to(other).exists()
    with pytest.raises(ConflictTicket.DoesNotExist):
        settle(disputed.pk, "1950-01-10", note="x", by=other, now=NOW)


def test_a_decision_needs_a_reason_and_a_readable_value(disputed, officer):
    with pytest.raises(Invalid):
        settle(disputed.pk, "1950-01-10", note=" ", by=officer, now=NOW)
    with pytest.raises(Invalid):
        settle(disputed.pk, "1950-13-10", note="查看", by=officer, now=NOW)
    disputed.refresh_from_db()
    assert disputed.state == TicketState.OPEN


def test_the_clerk_corrects_a_phone_twice_on_one_day(person):
    for minute, number in enumerate(("13800005678", "13300005678")):
        moment = NOW + timedelta(minutes=minute)
        statement = Statement(person.pk, {"phone": number}, moment)
        actions.say([statement], source="counter", by=SYSTEM, now=moment)
    assert kept(person, "phone") == "13300005678"
