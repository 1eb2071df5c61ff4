"""找人办事: a search leaves nothing behind, a file opens with a purpose, a value with a reason."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from common.crypto import blind_index
from community.governance.enums import Role
from residents.base.actions import people
from residents.base.models import Person, Visit
from residents.base.views import counter
from tests.factories.data import load_sources
from tests.factories.governance import CommunityFactory, StationFactory, UnitFactory, staff
from tests.factories.residents import PersonFactory, household, years_ago
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
FIND = reverse("residents:find")
NEW = reverse("residents:register-person")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def clerk(station, client_for):
    return client_for(staff(Role.WINDOW_CLERK, station))


@pytest.fixture
def person(station):
    return PersonFactory(elder=True, community=station.place)


def file_of(person):
    return reverse("residents:file", args=[person.pk])


def opened(client, person):
    client.post(file_of(person), {"purpose": "at_counter"})
    return client


def found(client, q):
    return [row.pk for row in client.post(FIND, {"q": q}, headers=HTMX).context["people"]]


def test_a_person_is_found_by_whatever_he_says(clerk, person):
    for q in ("陈桂芝", "桂芝", "cgz", "chengui", person.phone, person.id_number[-6:]):
        assert found(clerk, q) == [person.pk], q


def test_the_list_tells_persons_apart_without_giving_them_away(clerk, station, person):
    household(person)
    person.place = UnitFactory(community=station.place)
    person.save()
    text = clerk.post(FIND, {"q": "cgz"}, headers=HTMX).content.decode()
    assert "陈*芝" in text
    assert person.full_name not in text
    assert person.id_number not in text
    assert person.phone not in text
    assert "1单元" in text  # the door helps to ask the right question


def test_the_full_number_opens_the_file_at_once_and_says_why(clerk, person):
    answer = clerk.post(FIND, {"q": person.id_number}, headers=HTMX)
    assert answer["HX-Redirect"] == file_of(person)
    assert AuditEntry.objects.get(action="person.viewed").reason == "at_counter"
    assert person.full_name in clerk.get(file_of(person)).content.decode()


def test_while_one_types_no_file_is_opened(clerk, person):
    answer = clerk.post(FIND, {"q": person.id_number, "live": "1"}, headers=HTMX)
    assert "HX-Redirect" not in answer
    assert not AuditEntry.objects.filter(action="person.viewed").exists()


def test_what_was_typed_never_stands_in_an_address(clerk, person):
    page = clerk.get(FIND).content.decode()
    assert 'method="get"' not in page
    assert clerk.get(FIND, {"q": person.id_number}).context.get("people") is None


def results(client, q, **more):
    return client.post(FIND, {"q": q, **more}, headers=HTMX).content.decode()


@pytest.mark.parametrize("live", [{}, {"live": "1"}])
def test_a_full_number_with_a_wrong_check_digit_is_named_as_such(clerk, live):
    page = results(clerk, "150302 19850101 0012", **live)
    assert "校验码不对，请核对第18位" in page
    assert "登记新居民" not in page


def test_an_old_number_with_an_impossible_date_is_named_when_it_is_whole(clerk):
    assert "第7至12位" in results(clerk, "150302850230001")
    # While one types it may be the beginning of 18 digits.
    assert "第7至12位" not in results(clerk, "150302198501010", live="1")


def test_a_right_number_that_nobody_has_leads_to_the_registration(clerk):
    page = results(clerk, "150302198501010011")
    assert "这个证件号码有误" not in page
    assert "登记新居民" in page


def test_a_number_on_file_is_found_even_with_a_mistake_in_it(clerk, person):
    Person.objects.filter(pk=person.pk).update(
        id_index=blind_index("150302195203150021", field="id_number")
    )
    assert clerk.post(FIND, {"q": "150302195203150021"}, headers=HTMX)["HX-Redirect"]


def test_another_community_finds_nobody(client_for, person):
    stranger = client_for(staff(Role.WINDOW_CLERK, StationFactory()))
    for q in (person.id_number[-6:], "陈桂芝"):
        assert found(stranger, q) == []
    assert stranger.get(file_of(person)).status_code == 404
    assert stranger.post(file_of(person), {"purpose": "at_counter"}).status_code == 404


def test_any_station_serves_whoever_shows_his_document(client_for, person):
    elsewhere = StationFactory()
    stranger = client_for(staff(Role.WINDOW_CLERK, elsewhere))
    assert stranger.post(FIND, {"q": person.id_number}).status_code == 302
    assert stranger.get(file_of(person)).context["facts"]
    assert AuditEntry.objects.filter(action="person.viewed", person_id=person.pk).count() == 1
    colleague = client_for(staff(Role.WINDOW_CLERK, elsewhere))
    assert colleague.get(file_of(person)).status_code == 404
    Visit.objects.update(until=timezone.now())
    assert stranger.get(file_of(person)).status_code == 404


def test_searching_has_a_limit_each_minute(clerk, monkeypatch):
    assert counter.SEARCHES_PER_MINUTE <= 120
    monkeypatch.setattr(counter, "SEARCHES_PER_MINUTE", 3)
    codes = {
        clerk.post(FIND, {"q": "zz"}, headers=HTMX).status_code for _n in range(7)
    }  # the minute may turn once
    assert codes == {200, 429}


def test_without_a_purpose_the_page_asks_for_one_and_shows_nothing(clerk, person):
    page = clerk.get(file_of(person)).content.decode()
    assert "查看档案的目的" in page
    assert person.full_name not in page
    assert clerk.post(file_of(person), {}).status_code == 422
    other = clerk.post(file_of(person), {"purpose": "other", "note": ""})
    assert other.status_code == 422
    assert not AuditEntry.objects.filter(action="person.viewed").exists()


def test_a_stated_purpose_opens_the_file_for_this_post_and_for_a_while(
    clerk, client_for, station, person
):
    opened(clerk, person)
    assert clerk.get(file_of(person)).context["facts"]
    colleague = client_for(staff(Role.WINDOW_CLERK, station))
    assert "facts" not in colleague.get(file_of(person)).context
    assert AuditEntry.objects.filter(action="person.viewed").count() == 1


def test_the_purpose_wears_off(clerk, person, monkeypatch):
    monkeypatch.setattr(people, "OPEN_FOR", people.OPEN_FOR * 0)
    opened(clerk, person)
    assert "facts" not in clerk.get(file_of(person)).context


def test_the_file_masks_shows_sources_and_the_household(clerk, person):
    child = PersonFactory(community=person.community, birth_on=years_ago(40))
    household(person, son=child)
    page = opened(clerk, person).get(file_of(person))
    text = page.content.decode()
    assert person.full_name in text
    assert child.full_name not in text
    for secret in (person.id_number, person.phone, child.id_number):
        assert secret not in text
    assert reverse("servicehall:for-person", args=[person.pk]) in text
    assert len(page.context["kin"]) == 1


def test_the_file_costs_ten_queries_at_the_most(clerk, person, count_queries):
    household(person, son=PersonFactory(community=person.community))
    opened(clerk, person)
    clerk.get(file_of(person))
    assert count_queries(lambda: clerk.get(file_of(person))) <= 10


@sweeps(people.reveal)
def test_a_masked_value_needs_a_reason_and_is_written_down(clerk, person):
    url = reverse("residents:reveal", args=[person.pk, "phone"])
    assert " checked" not in clerk.get(url).content.decode(), "the reason is the clerk's own"
    assert "原件" in clerk.get(url, headers=HTMX).content.decode()
    assert clerk.post(url, {}, headers=HTMX).status_code == 422
    assert not AuditEntry.objects.filter(action="person.revealed").exists()
    assert person.phone in clerk.post(url, {"reason": "contact"}, headers=HTMX).content.decode()
    entry = AuditEntry.objects.get(action="person.revealed")
    assert (entry.reason, entry.detail) == ("contact", {"field": "phone"})
    assert clerk.get(reverse("residents:reveal", args=[person.pk, "birth_on"])).status_code == 404


def test_the_clerk_writes_down_a_new_phone(clerk, person):
    load_sources()
    opened(clerk, person)
    url = reverse("residents:phone", args=[person.pk])
    refused = clerk.post(url, {"phone": "12"})
    assert refused.status_code == 422
    assert clerk.post(url, {"phone": "199 0473 0001"}).status_code == 302
    fresh = Person.objects.get(pk=person.pk)
    assert fresh.phone == "19904730001"
    assert fresh.provenance["phone"][0] == "counter"


def new_person(station, **changes):
    return {
        "full_name": "乌兰其其格",
        "birth_on": "1990-05-06",
        "sex": "2",
        "community": station.place.code,
    } | changes


@sweeps(people.register_person)
def test_a_person_who_is_not_in_the_base_is_registered_and_opened(clerk, station):
    asked = clerk.get(NEW).content.decode()
    sex = asked[asked.index('id="id_sex"') : asked.index('id="id_phone"')]
    assert "性别" in sex
    assert "选填" not in sex.partition("</fieldset>")[0], "demanded where no number says it"
    answer = clerk.post(NEW, new_person(station))
    person = Person.objects.get(full_name="乌兰其其格")
    assert answer["Location"] == file_of(person)
    assert person.community == station.place
    assert AuditEntry.objects.filter(action="person.registered", person_id=person.pk).exists()


def test_a_likely_double_is_shown_before_anything_is_written(clerk, station):
    there = PersonFactory(
        full_name="乌兰其其格", birth_on=date(1990, 5, 6), sex="2", community=station.place
    )
    warned = clerk.post(NEW, new_person(station))
    assert warned.status_code == 422
    assert [row.pk for row in warned.context["doubles"]] == [there.pk]
    assert Person.objects.count() == 1
    assert clerk.post(NEW, new_person(station, is_another="on")).status_code == 302
    assert Person.objects.count() == 2


def test_a_known_number_is_never_registered_twice(clerk, station, person):
    given = new_person(station, full_name="另一个人", id_number=person.id_number)
    warned = clerk.post(NEW, given)
    assert [row.pk for row in warned.context["doubles"]] == [person.pk]
    refused = clerk.post(NEW, given | {"is_another": "on"})
    assert refused.status_code == 422
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"full_name": " "},
        {"id_number": "15030219900506001X"},
        {"birth_on": ""},
        {"birth_on": "2990-01-01"},
        {"sex": ""},
        {"phone": "12"},
        {"community": "150302999999"},
    ],
)
def test_what_is_not_right_is_shown_again_with_what_was_typed(clerk, station, changes):
    refused = clerk.post(NEW, new_person(station) | changes)
    assert refused.status_code == 422
    assert not Person.objects.exists()


def test_a_clerk_registers_only_where_the_station_serves(clerk):
    elsewhere = CommunityFactory()
    given = {"full_name": "甲", "birth_on": "1990-05-06", "sex": "2", "community": elsewhere.code}
    refused = clerk.post(NEW, given)
    assert refused.status_code == 422


def test_nobody_without_the_power_finds_anybody(client_for, person):
    for role in (Role.STREET_OFFICIAL, Role.LEADER, Role.COMMITTEE_MEMBER):
        client = client_for(staff(role))
        assert client.get(FIND).status_code == 403
        assert client.get(file_of(person)).status_code == 403
