"""服务关怀标签: for a purpose, by who may, inside an opened file, and never for ever."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Role
from notifications.models import Message
from residents.base import actions
from residents.base.actions.care import (
    end_flag,
    expire_flags,
    extend_flag,
    give_flag,
    load_care_kinds,
    months_after,
    remind_of_reviews,
)
from residents.base.models import CareFlag, CareKind
from tests.factories.data import load_sources
from tests.factories.governance import StationFactory, staff
from tests.factories.residents import CareFlagFactory, PersonFactory
from tests.signing_in import client_for
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def data():
    load_sources()
    load_care_kinds()


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def director(station):
    return staff(Role.STATION_DIRECTOR, station)


@pytest.fixture
def person(station):
    return PersonFactory(elder=True, community=station.place)


def kind(code="lives_alone"):
    return CareKind.objects.get(pk=code)


def opened(person, by, now=NOW):
    actions.open_file(person.pk, purpose="visit", by=by, now=now)


def given(person, by, **changes):
    values = {"kind": kind(), "consent": "consent", "by": by, "now": NOW} | changes
    return give_flag(person.pk, **values)


def test_a_flag_fits_the_age_and_its_note_says_how_to_serve_and_no_illness(person, director):
    opened(person, director)
    with pytest.raises(Invalid, match="age_differs"):
        given(person, director, kind=kind("left_behind"), consent="duty")
    with pytest.raises(Invalid, match="note_says_too_much"):
        given(person, director, note="有糖尿病，每天打针")
    opened(person, director, timezone.now())
    page = client_for(director).get(reverse("residents:care", args=[person.pk])).content.decode()
    assert 'value="lives_alone"' in page
    assert 'value="left_behind"' not in page
    assert given(person, director, note="钥匙在女儿处").note == "钥匙在女儿处"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (date(2026, 8, 31), 18, date(2028, 2, 29)),
    ],
)
def test_months_end_where_the_month_ends(day, months, later):
    assert months_after(day, months) == later


@pytest.mark.django_db(transaction=True)
@sweeps(give_flag)
def test_a_flag_has_a_purpose_a_look_and_an_end(person, director):
    opened(person, director)
    flag = given(person, director, note="钥匙在对门")
    assert flag.review_on == date(2027, 5, 25)
    assert flag.expires_on == date(2028, 11, 25)
    entry = AuditEntry.objects.get(action="care.given")
    assert (entry.person_id, entry.detail) == (person.pk, {"kind": "lives_alone"})
    assert "钥匙" not in str((entry.reason, entry.detail))
    with pytest.raises(Conflict):
        given(person, director)


@pytest.mark.django_db(transaction=True)
def test_without_an_opened_file_nothing_is_set_extended_or_ended(person, director):
    flag = CareFlagFactory(person=person)
    with pytest.raises(NotAllowed, match="file_closed"):
        given(person, director, kind=kind("disabled"))
    for act in (extend_flag, end_flag):
        with pytest.raises(NotAllowed, match="file_closed"):
            act(flag.pk, reason="核实", by=director, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_for_a_child_the_guardian_consents(station, director):
    child = PersonFactory(community=station.place, birth_on=date(2015, 1, 1))
    opened(child, director)
    with pytest.raises(Invalid, match="guardian_needed"):
        given(child, director, kind=kind("left_behind"))
    assert given(child, director, kind=kind("left_behind"), consent="guardian")


@pytest.mark.django_db(transaction=True)
@sweeps(actions.open_file, end_flag, extend_flag)
def test_it_is_extended_or_ended_with_a_reason(person, director):
    flag = CareFlagFactory(person=person, review_on=TODAY, expires_on=TODAY)
    opened(person, director)
    with pytest.raises(Invalid):
        extend_flag(flag.pk, reason=" ", by=director, now=NOW)
    assert extend_flag(flag.pk, reason="走访核实", by=director, now=NOW).review_on > TODAY
    assert end_flag(flag.pk, reason="搬去与女儿同住", by=director, now=NOW).ended_on == TODAY
    with pytest.raises(Conflict):
        end_flag(flag.pk, reason="再来", by=director, now=NOW)


@sweeps(expire_flags)
def test_it_runs_out_by_itself(person):
    over = CareFlagFactory(person=person, review_on=TODAY, expires_on=TODAY)
    stands = CareFlagFactory(kind=kind("disabled"), person=person)
    assert expire_flags(person.community_id, now=NOW) == 1
    assert list(CareFlag.objects.standing()) == [stands]
    over.refresh_from_db()
    assert over.ended_on == TODAY
    assert AuditEntry.objects.get(action="care.lapsed").person_id == person.pk
    assert expire_flags(person.community_id, now=NOW) == 0


@sweeps(remind_of_reviews)
def test_the_director_is_told_once_a_week_what_waits_for_a_look(person, director):
    CareFlagFactory(person=person, due=True)
    for _n in range(2):
        remind_of_reviews(person.community_id, now=timezone.now())
    message = Message.objects.get(kind="care.review_due")
    assert (message.user_id, message.params) == (director.user_id, {"count": 1})
    assert person.full_name not in message.text


def test_who_sees_a_kind_is_data(person, station):
    CareFlagFactory(person=person, kind=kind("left_behind"))
    CareFlagFactory(person=person)

    def seen(role):
        return set(CareFlag.objects.visible_to(staff(role, station)).values_list("kind", flat=True))

    assert seen(Role.STATION_DIRECTOR) == {"left_behind", "lives_alone"}
    assert seen(Role.WINDOW_CLERK) == {"lives_alone"}
    assert not CareFlag.objects.visible_to(staff(Role.STREET_OFFICIAL)).exists()
    assert not CareFlag.objects.visible_to(staff(Role.WINDOW_CLERK)).exists()


def test_a_kind_that_left_the_file_stands_but_is_not_given(person, director, tmp_path):
    (tmp_path / "care.yaml").write_text("kinds: []")
    load_care_kinds(tmp_path / "care.yaml")
    assert not CareKind.objects.visible_to(director).exists()
    assert CareKind.objects.count() == 7


def test_it_is_shown_in_the_opened_file_and_nowhere_before(person, station, client_for):
    CareFlagFactory(person=person, note="钥匙在对门")
    client = client_for(staff(Role.WINDOW_CLERK, station))
    url = reverse("residents:file", args=[person.pk])
    assert "独居老人" not in client.get(url).content.decode()
    client.post(url, {"purpose": "at_counter"})
    page = client.get(url).content.decode()
    assert "独居老人" in page
    assert "钥匙在对门" in page
    assert reverse("residents:care", args=[person.pk]) not in page


@pytest.mark.django_db(transaction=True)
def test_the_director_sets_looks_again_and_ends_it_on_one_page(person, director, client_for):
    client = client_for(director)
    url = reverse("residents:care", args=[person.pk])
    assert client.get(url).status_code == 302
    client.post(reverse("residents:file", args=[person.pk]), {"purpose": "visit"})
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"kind": "lives_alone", "consent": "consent"}).status_code == 302
    flag = CareFlag.objects.get()
    assert "独居老人" in client.get(url).content.decode()
    end = reverse("residents:care-end", args=[flag.pk])
    client.post(end, {"reason": ""})
    assert CareFlag.objects.standing().exists()
    client.post(end, {"reason": "与女儿同住"})
    assert not CareFlag.objects.standing().exists()
    assert "与女儿同住" in client.get(url).content.decode()


def test_the_list_for_review_is_masked_and_costs_the_same_for_many(
    station, director, client_for, count_queries
):
    client = client_for(director)
    url = reverse("residents:care-review")
    CareFlagFactory(due=True, person__community=station.place, person__full_name="陈桂芝")
    page = client.get(url).content.decode()
    assert "陈*芝" in page
    assert "陈桂芝" not in page
    few = count_queries(lambda: client.get(url))
    for _n in range(5):
        CareFlagFactory(due=True, person__community=station.place)
    assert count_queries(lambda: client.get(url)) == few <= 10
    CareFlagFactory(person__community=station.place)
    assert len(client.get(url).context["entries"]) == 6
