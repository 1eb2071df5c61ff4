"""户与变动 at the counter: a short form, a check that changes nothing, the act, and its paper."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from community.governance.enums import Role
from residents.base.actions import life
from residents.base.enums import EventKind, OccupancyKind, PersonState, Relation, Sex
from residents.base.models import Household, Occupancy, Person, PersonEvent
from residents.base.views._verbs import VERBS
from tests.conftest import queries_of
from tests.factories.governance import CommunityFactory, StationFactory, UnitFactory, staff
from tests.factories.residents import DwellingFactory, PersonFactory, household
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
DAY = "2026-03-10"


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def scope(station):
    return staff(Role.WINDOW_CLERK, station)


@pytest.fixture
def clerk(scope, client_for):
    return client_for(scope)


@pytest.fixture
def family(station, clerk):
    community = station.place
    father = PersonFactory(full_name="周海军", community=community)
    mother = PersonFactory(full_name="马玉梅", community=community, sex=Sex.FEMALE)
    son = PersonFactory(full_name="周小军", community=community, birth_on=date(2010, 1, 1))
    home = household(father, spouse=mother, son=son)
    for person in (father, mother, son):
        clerk.post(reverse("residents:file", args=[person.pk]), {"purpose": "at_counter"})
    return home, father, mother, son


def page_of(person):
    return reverse("residents:life", args=[person.pk])


def act_of(person, slug):
    return reverse("residents:life-act", args=[person.pk, slug])


def check(client, person, slug, **given):
    """The answer of the check step; nothing is written."""
    before = PersonEvent.objects.count(), Occupancy.objects.count(), Person.objects.count()
    answer = client.post(act_of(person, slug), {"on": DAY, **given})
    after = PersonEvent.objects.count(), Occupancy.objects.count(), Person.objects.count()
    assert after == before
    return answer


def do(client, person, slug, **given):
    seen = check(client, person, slug, **given)
    assert seen.status_code == 200, seen.context["form"].errors
    # The confirmation posts what the check step carries, and nothing else.
    carried: dict[str, list[str]] = {}
    for name, value in seen.context["given"]:
        carried.setdefault(name, []).append(value)
    answer = client.post(act_of(person, slug), carried | {"sure": "1"})
    assert answer.status_code == 302, answer.context["form"].errors
    return answer


def texts(answer):
    return [
        (change.kind, change.name, [line[2] for line in change.lines])
        for change in answer.context["changes"]
    ]


def test_the_page_shows_household_addresses_and_verbs(clerk, family):
    home, father, *_rest = family
    text = clerk.get(page_of(father)).content.decode()
    assert home.number in text
    assert "马*梅" in text
    assert home.lives_at.address in text
    assert {verb.slug for verb in clerk.get(page_of(father)).context["verbs"]} == set(VERBS) - {
        "found"
    }


def test_every_verb_has_its_own_key_that_no_list_or_navigation_uses():
    keys = [verb.key for verb in VERBS.values()]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & {"j", "k", "w", "z"}


def test_without_a_purpose_nothing_is_shown_and_nothing_done(client_for, station, family):
    colleague = client_for(staff(Role.WINDOW_CLERK, station))
    _home, father, *_rest = family
    for url in (page_of(father), act_of(father, "death")):
        assert colleague.get(url).url == reverse("residents:file", args=[father.pk])
    assert colleague.post(act_of(father, "death"), {"on": DAY, "sure": "1"}).status_code == 302
    assert not PersonEvent.objects.exists()


def test_a_death_is_checked_done_and_printed(clerk, family):
    _home, father, mother, _son = family
    refused = clerk.post(act_of(father, "death"), {"on": DAY})
    assert refused.status_code == 422
    assert "successor" in refused.context["form"].errors
    seen = check(clerk, father, "death", successor=str(mother.pk))
    kinds = {(kind, name) for kind, name, _lines in texts(seen)}
    assert kinds == {("死亡", "周海军"), ("变更户主", "马*梅")}
    answer = do(clerk, father, "death", successor=str(mother.pk), paper="死亡医学证明")
    paper = clerk.get(answer.url).content.decode()
    assert "周海军" in paper
    assert "死亡医学证明" in paper
    father.refresh_from_db()
    assert father.state == PersonState.DECEASED
    assert clerk.get(page_of(father)).context["verbs"] == []


def test_going_back_keeps_what_was_typed(clerk, family):
    _home, _father, _mother, son = family
    answer = clerk.post(act_of(son, "out"), {"on": DAY, "reason": "上大学", "again": "1"})
    assert "上大学" in answer.content.decode()
    assert not PersonEvent.objects.exists()


def test_a_birth(clerk, family):
    home, father, mother, _son = family
    do(
        clerk, mother, "birth", full_name="周新", sex="2", relation=Relation.DAUGHTER,
        parents=[str(father.pk), str(mother.pk)], certificate="O150302001",
    )  # fmt: skip
    child = Person.objects.get(full_name="周新")
    assert home.members.get(person=child, to_on=None).relation == Relation.DAUGHTER
    wrong = clerk.post(
        act_of(mother, "birth"),
        {"on": DAY, "full_name": "周二", "sex": "2", "relation": "30", "certificate": "1"},
    )
    assert "certificate" in wrong.context["form"].errors


def test_a_household_moves_to_a_door_named_by_a_few_words(clerk, station, family):
    home, father, mother, son = family
    unit = UnitFactory(community=station.place)
    door = DwellingFactory(place=unit, address="和平里3号楼1单元301室")
    DwellingFactory(place=unit, address="和平里3号楼1单元302室")
    where = {"community": station.place.code}
    unclear = clerk.post(act_of(father, "move"), {"on": DAY, "door": "和平里", **where})
    assert "301" in str(unclear.context["form"].errors["door"])
    nowhere = clerk.post(act_of(father, "move"), {"on": DAY, "door": "和平里 9号楼", **where})
    assert "door" in nowhere.context["form"].errors
    do(clerk, father, "move", door="和平里 301", **where)
    home.refresh_from_db()
    assert home.lives_at == door
    assert {p.occupancies.get(to_on=None).dwelling for p in (father, mother, son)} == {door}
    assert "和平里3号楼1单元301室" in clerk.get(page_of(son)).content.decode()


def test_moving_elsewhere_is_written_down_where_they_go(clerk, client_for, station, family):
    home, father, *_rest = family
    there = StationFactory(place=CommunityFactory(parent=station.place.parent))
    assert there.place.code not in dict(
        clerk.get(act_of(father, "move")).context["form"].fields["community"].choices
    )
    target = client_for(staff(Role.WINDOW_CLERK, there))
    assert target.get(page_of(father)).status_code == 404
    target.post(reverse("residents:find"), {"q": father.id_number})  # he stands at their counter
    answer = target.post(
        act_of(father, "in"), {"on": DAY, "community": there.place.code, "kind": "rented"}
    )
    assert "整户迁移" in str(answer.context["form"].errors)  # he heads others
    assert home.community == station.place


def test_members_split_off(clerk, family):
    home, father, mother, son = family
    form = clerk.get(act_of(father, "split")).context["form"]
    fields = {member.person_id: f"member_{n}" for n, member in enumerate(form.about.members)}
    do(
        clerk, father, "split", number="H77",
        **{fields[mother.pk]: Relation.HEAD, fields[son.pk]: Relation.SON},
    )  # fmt: skip
    assert Household.objects.get(number="H77").members.filter(to_on=None).count() == 2
    taken = clerk.post(
        act_of(mother, "split"), {"on": "2026-03-11", "number": home.number, "member_1": "02"}
    )
    assert "number" in taken.context["form"].errors


def test_another_head_with_relations_as_the_register_has_them(clerk, family):
    home, father, mother, _son = family
    seen = check(clerk, father, "head", head=str(mother.pk))
    assert ("变更户主", "马*梅", ["户主"]) in texts(seen)
    do(clerk, father, "head", head=str(mother.pk))
    assert home.members.get(to_on=None, relation=Relation.HEAD).person == mother


def test_the_household_tells_its_own_history_to_whoever_opens_one_of_its_members(clerk, family):
    home, father, mother, son = family
    do(clerk, father, "head", head=str(mother.pk))
    do(clerk, son, "out", on="2026-03-12")
    shown = clerk.get(page_of(father)).context
    # Newest first; one act is one line with the names of those to whom the same happened.
    out, changed = shown["told"]
    assert (out.change.kind, [names for names, _lines in out.whom]) == ("迁出", [["周*军"]])
    assert changed.change.kind == "变更户主"
    assert [lines[0][2] for names, lines in changed.whom if names == ["马*梅"]] == ["户主"]
    assert [name for _row, name in shown["left"]] == ["周*军"], "the others are members still"
    assert "迁出" not in {change.kind for change in shown["changes"]}, "his own history is his own"
    # Who has gone still finds where he belonged.
    assert home.number in clerk.get(page_of(son)).content.decode()


def test_somebody_joins_a_household_by_its_number(clerk, station, family):
    home, *_rest = family
    bride = PersonFactory(full_name="苏日娜", community=station.place, sex=Sex.FEMALE)
    clerk.post(reverse("residents:file", args=[bride.pk]), {"purpose": "at_counter"})
    given = {"relation": Relation.DAUGHTER_IN_LAW, "is_marriage": "on"}
    unknown = clerk.post(act_of(bride, "join"), {"on": DAY, "number": "nope", **given})
    assert "number" in unknown.context["form"].errors
    do(clerk, bride, "join", number=home.number, **given)
    assert PersonEvent.objects.get(person=bride).kind == EventKind.MARRIAGE


def test_missing_and_found(clerk, family):
    *_rest, son = family
    do(clerk, son, "missing", reason="走失")
    assert clerk.get(act_of(son, "missing")).status_code == 302  # not a second time
    do(clerk, son, "found", on="2026-03-12")
    assert Person.objects.get(pk=son.pk).state == PersonState.ACTIVE


def test_a_mistake_is_corrected_with_a_reason_and_stays_readable(clerk, family):
    *_rest, son = family
    answer = do(clerk, son, "out")
    url = answer.url + "correct/"
    assert clerk.post(url, {"reason": ""}).status_code == 422
    late = clerk.post(url, {"reason": "错", "on": "2999-01-01"})
    assert "on" in late.context["form"].errors
    assert clerk.post(url, {"reason": "没有走"}).status_code == 302
    page = clerk.get(page_of(son)).content.decode()
    assert "已更正" in page
    assert clerk.post(url, {"reason": "再一次"}).status_code == 422
    assert clerk.get(answer.url).context["can_correct"] is False


def test_another_station_sees_no_act(client_for, clerk, family):
    *_rest, son = family
    answer = do(clerk, son, "out")
    stranger = client_for(staff(Role.WINDOW_CLERK, StationFactory()))
    assert stranger.get(answer.url).status_code == 404
    assert stranger.get(answer.url + "correct/").status_code == 404


@sweeps(life.report_found, life.report_missing)
def test_pages_cost_few_queries_whatever_happened(clerk, scope, family):
    _home, father, _mother, son = family
    few = queries_of(lambda: clerk.get(page_of(son)))
    now = timezone.now()
    for day in range(1, 9):
        act = life.report_missing if day % 2 else life.report_found
        act(son.pk, on=date(2026, 1, day), by=scope, now=now)
    assert queries_of(lambda: clerk.get(page_of(son))) == few <= 10
    assert queries_of(lambda: clerk.get(act_of(father, "split"))) <= 10


# --- register -------------------------------------------------------------------------------------
def register(client, station, **given):
    return client.post(
        reverse("residents:register-person"),
        {"full_name": "林慧敏", "community": station.place.code, "sex": "2", **given},
    )


def test_who_came_from_outside_to_rent_has_moved_in(clerk, station):
    answer = register(clerk, station, birth_on="1990-01-01", came_on="2026-03-01", is_tenant="on")
    assert answer.status_code == 302
    event = PersonEvent.objects.get()
    assert (event.kind, str(event.on)) == (EventKind.MOVE_IN, "2026-03-01")
    assert Occupancy.objects.get().kind == OccupancyKind.RENTED


def test_a_certificate_is_a_document_and_asks_for_the_birthday(clerk, station):
    refused = register(clerk, station, id_number="O150302001")
    assert "birth_on" in refused.context["form"].errors
    assert (
        register(clerk, station, id_number="O150302001", birth_on="2026-01-01").status_code == 302
    )
    found = clerk.post(reverse("residents:find"), {"q": "o150302001"})
    assert found.status_code == 302  # the full number opens the file


def test_a_shared_number_is_offered_to_who_may_document_it(clerk, client_for, station):
    known = PersonFactory(community=station.place)
    given = {"id_number": known.id_number, "is_another": "on"}
    refused = register(clerk, station, **given)
    assert refused.context["form"].fields["duplicate_note"].widget.is_hidden
    director = client_for(staff(Role.STATION_DIRECTOR, station))
    offered = register(director, station, **given)
    assert not offered.context["form"].fields["duplicate_note"].widget.is_hidden
    done = register(director, station, **given, duplicate_note="公安核实同号")
    assert done.status_code == 302
    assert Person.objects.with_number(known.id_number or "").count() == 2
