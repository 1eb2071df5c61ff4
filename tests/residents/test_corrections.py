"""更正: the resident says what is right, whoever answers for it checks, the base hears it, both are told."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from accounts.usernames import of_typed
from common.errors import Conflict, Invalid, NotAllowed
from common.uploads import CleanFile
from community.governance.enums import Role
from notifications.models import Message, WebhookDelivery
from residents.base.actions import Statement, say
from residents.base.golden import DECISION
from residents.base.models import Person, SourceRecord
from residents.rights import actions, deadlines
from residents.rights.actions import _core
from residents.rights.enums import RequestAction, RequestState
from residents.rights.models import Correction, Paper
from residents.rights.transitions import REQUEST
from tests.factories.accounts import UserFactory
from tests.factories.data import load_rights, load_sources
from tests.factories.governance import (
    CommunityFactory,
    CommunityOfficeFactory,
    DepartmentFactory,
    StationFactory,
    resident_scope,
    staff,
)
from tests.factories.notifications import WebhookEndpointFactory
from tests.factories.residents import PersonFactory, household
from tests.signing_in import client_for
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
PHOTO = CleanFile(b"\xff\xd8\xff\xe0", "jpg", None, 4, "0" * 64, "户口簿.jpg")
OURS = {"phone": "13900001234", "marital_status": "40"}


@pytest.fixture(autouse=True)
def loaded():
    load_sources()
    load_rights()


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def director(station):
    return staff(Role.STATION_DIRECTOR, station)


@pytest.fixture
def civil(station):
    """The department that answers for marriage."""
    district = station.place.parent.parent
    return staff(Role.DEPARTMENT_OFFICIAL, DepartmentFactory(place=district))


@pytest.fixture
def district_clerk(station):
    office = CommunityOfficeFactory(place=station.place.parent.parent)
    return staff(Role.DATA_CLERK, office)


@pytest.fixture
def me(station):
    return PersonFactory(full_name="陈桂芝", community=station.place, account=True)


def ask(person, attribute="phone", value="", *, by=None, paper=None, reason="换了号码"):
    return actions.file_correction(
        person.pk,
        attribute,
        value or OURS[attribute],
        reason=reason,
        paper=paper,
        by=by or resident_scope(person.account),
        now=timezone.now(),
    )


def accept(found, by, **more):
    return actions.accept_correction(found.pk, by=by, now=timezone.now(), **more)


def refuse(found, by, answer="与户口簿不符"):
    return actions.refuse_correction(found.pk, answer=answer, by=by, now=timezone.now())


def withdraw(found, by):
    return actions.withdraw_correction(found.pk, by=by, now=timezone.now())


def told(found):
    return list(
        Message.objects.filter(user_id=found.filed_by, channel="in_site")
        .order_by("id")
        .values_list("kind", flat=True)
    )


# --- asking ---------------------------------------------------------------------------------------
@sweeps(actions.file_correction)
def test_what_i_say_changes_nothing_until_it_is_checked_and_is_due_in_thirty_days(me):
    before = me.phone
    found = ask(me)
    me.refresh_from_db()
    assert me.phone == before
    assert found.answers == ""
    assert found.due_on >= timezone.localdate() + timedelta(days=30)
    assert told(found) == ["correction.filed"]
    entry = AuditEntry.objects.get(action="correction.filed")
    assert (entry.person_id, entry.detail) == (me.pk, {"field": "phone"})


def test_the_value_and_the_reason_lie_sealed(me):
    found = ask(me, reason="原来的号码给了孙子")
    sealed = Correction.objects.filter(pk=found.pk).values("value", "reason").get()
    for stored, text in zip(sealed.values(), (OURS["phone"], "孙子"), strict=True):
        assert text.encode() not in bytes(stored)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("attribute", "value", "reason", "field"),
    [
        ("phone", "12", "x", "value"),
        ("marital_status", "99", "x", "value"),
        ("birth_on", "2026-02-30", "x", "value"),
        ("phone", " ", "x", "value"),
        ("phone", "13900001234", " ", "reason"),
    ],
)
def test_what_cannot_be_read_or_has_no_reason_is_not_taken(me, attribute, value, reason, field):
    with pytest.raises(Invalid) as refusal:
        ask(me, attribute, value, reason=reason)
    assert set(refusal.value.fields) == {field}
    assert not Correction.objects.exists()


def test_the_same_value_or_a_second_request_for_it_is_needless(me):
    with pytest.raises(Invalid):
        ask(me, value=me.phone)
    found = ask(me)
    with pytest.raises(Conflict):
        ask(me, value="13900005555")
    ask(me, "marital_status")
    page = client_for(resident_scope(me.account)).get(reverse("rights:correct", args=["phone"]))
    shown = page.content.decode()
    assert f"{reverse('rights:corrections')}#c{found.pk.hex}" in shown
    assert 'name="reason"' not in shown, "nobody writes a second reason for nothing"


def test_nobody_asks_for_a_neighbour(me, station):
    neighbour = PersonFactory(community=station.place, account=True)
    with pytest.raises(Person.DoesNotExist):
        ask(me, by=resident_scope(neighbour.account))


@sweeps(actions.open_paper)
def test_a_paper_that_came_with_it_opens_for_the_reviewer_and_leaves_a_trace(me, director):
    found = ask(me, paper=PHOTO)
    paper = Paper.objects.get(correction=found)
    opened, content = actions.open_paper(paper.pk, by=director, now=timezone.now())
    assert (opened.title, content) == ("户口簿.jpg", PHOTO.content)
    assert AuditEntry.objects.get(action="correction.paper").person_id == me.pk
    stranger = staff(Role.STATION_DIRECTOR, StationFactory(place=CommunityFactory()))
    with pytest.raises(Paper.DoesNotExist):
        actions.open_paper(paper.pk, by=stranger, now=timezone.now())


# --- the reach --------------------------------------------------------------------------------------
def test_whoever_answers_for_the_attribute_reviews_it(me, station, director, civil, district_clerk):
    phone, marriage = ask(me), ask(me, "marital_status")

    def seen(scope):
        return set(Correction.objects.visible_to(scope))

    assert seen(director) == {phone}
    assert seen(civil) == {marriage}
    assert seen(district_clerk) == {phone, marriage}
    clerk = staff(Role.WINDOW_CLERK, station)
    assert seen(clerk) == set()
    with pytest.raises(Correction.DoesNotExist):
        accept(marriage, director)


@pytest.mark.parametrize("post_of", ["me", "kin", "asker"])
def test_nobody_reviews_his_own_his_households_or_his_wards_matter(me, station, post_of):
    kin = PersonFactory(community=station.place, account=True)
    home = household(me, spouse=kin)
    director = staff(Role.STATION_DIRECTOR, station)
    who = me if post_of == "me" else kin
    who.staff_account_id = director.user_id
    who.save()
    found = ask(me)
    if post_of == "asker":
        home.members.all().delete()
        found.filed_by = director.user_id
        found.save()
    with pytest.raises(NotAllowed) as refusal:
        accept(found, director)
    assert refusal.value.code == "conflict_of_interest"
    with pytest.raises(NotAllowed):
        refuse(found, director)


# --- the table ----------------------------------------------------------------------------------------
ACTS = {
    RequestAction.ACCEPT: accept,
    RequestAction.REFUSE: refuse,
    RequestAction.WITHDRAW: withdraw,
}


@pytest.mark.parametrize("action", RequestAction)
@pytest.mark.parametrize("state", RequestState)
def test_each_cell_of_the_table(me, director, state, action):
    found = ask(me)
    if state != RequestState.PROPOSED:
        Correction.objects.filter(pk=found.pk).update(
            state=state, closed_at=timezone.now(), answer="x"
        )
    rule = REQUEST[action]
    by = director if rule.by == "office" else resident_scope(me.account)
    if state in rule.sources:
        assert ACTS[action](found, by).state == rule.to
    else:
        with pytest.raises(Conflict):
            ACTS[action](found, by)
        found.refresh_from_db()
        assert found.state == state


def test_only_who_asked_withdraws_and_only_an_office_decides(me, director):
    found = ask(me)
    with pytest.raises(NotAllowed):
        withdraw(found, director)
    with pytest.raises(NotAllowed):
        accept(found, resident_scope(me.account))


# --- the answer -----------------------------------------------------------------------------------------
@sweeps(actions.accept_correction)
def test_accepted_it_is_the_persons_own_word_where_no_register_says_otherwise(me, director):
    found = accept(ask(me), director)
    me.refresh_from_db()
    assert me.phone == OURS["phone"]
    assert me.provenance["phone"][0] == "self"
    assert found.answered_by == director.post_label
    # He reads by which office, when and why, also when nobody wrote a word.
    page = client_for(me.account).get("/me/corrections/").content.decode()
    assert director.post_label in page
    assert "答复时间" in page
    assert "经核对属实" in page
    assert told(found) == ["correction.filed", "correction.accepted"]
    # With a history: what changed, and by which decision.
    changed = AuditEntry.objects.get(action="person.changed")
    assert changed.detail == {"fields": ["phone"], "source": "self"}
    assert AuditEntry.objects.filter(action="correction.accept", person_id=me.pk).exists()


def test_against_a_register_it_is_a_decision_and_the_registers_word_stays_readable(me, civil):
    say(
        [Statement(me.pk, {"marital_status": "20"}, date(2026, 1, 5))],
        source="civil_affairs",
        by=civil,
        now=timezone.now(),
    )
    accept(ask(me, "marital_status"), civil)
    detail = Person.objects.select_related("detail").get(pk=me.pk).detail
    assert detail.marital_status == "40"
    assert detail.provenance["marital_status"][0] == "decision"
    said = {r.source_id: r.values["marital_status"][0] for r in SourceRecord.objects.all()}
    assert said == {"civil_affairs": "20", "self": "40", "decision": "40"}


@sweeps(actions.refuse_correction)
def test_a_refusal_needs_a_reason_and_names_the_remedy_on_the_page(me, director):
    found = ask(me)
    with pytest.raises(Invalid):
        refuse(found, director, answer="  ")
    before = me.phone
    refuse(found, director, answer="来电核实，号码不是本人的")
    me.refresh_from_db()
    assert me.phone == before
    assert told(found)[-1] == "correction.refused"
    page = client_for(me.account).get("/me/corrections/").content.decode()
    assert "来电核实，号码不是本人的" in page
    assert "行政复议" in page


def test_a_number_of_another_file_is_not_taken_over(me, district_clerk, station):
    other = PersonFactory(community=station.place)
    found = ask(me, "id_number", other.id_number)
    with pytest.raises(Conflict):
        accept(found, district_clerk)
    me.refresh_from_db()
    assert me.id_number != other.id_number


def test_with_a_corrected_number_i_sign_in_by_the_right_one(me, district_clerk):
    right = PersonFactory.build(community=me.community, place=me.community).id_number
    accept(ask(me, "id_number", right), district_clerk)
    me.account.refresh_from_db()
    assert me.account.username == of_typed(right)


def test_whoever_puts_a_number_right_the_resident_signs_in_with_it(me, district_clerk):
    def told(number):
        say([Statement(me.pk, {"id_number": number}, timezone.now())], source=DECISION, by=SYSTEM,
            now=timezone.now())  # fmt: skip
        me.account.refresh_from_db()
        return me.account.username

    right, taken = (PersonFactory.build(community=me.community).id_number for _number in range(2))
    assert told(right) == of_typed(right)
    # Somebody else signs in with this one: nobody is pushed aside, and who decides is told.
    UserFactory(resident=True, username=of_typed(taken))
    with pytest.raises(Conflict) as refused:
        accept(ask(me, "id_number", taken), district_clerk)
    assert refused.value.code == "name_taken"
    assert told(taken) == of_typed(right)


# --- the pages --------------------------------------------------------------------------------------------
def test_from_my_file_to_the_answer(me, director):
    browser, desk = client_for(me.account), client_for(director)
    assert "/me/correct/phone/" in browser.get("/me/").content.decode()
    refused = browser.post("/me/correct/phone/", {"value": "12", "reason": "x"})
    assert refused.status_code == 422
    browser.post("/me/correct/phone/", {"value": OURS["phone"], "reason": "换了号码"})
    found = Correction.objects.get()
    assert "正在核对您的更正申请" in browser.get("/me/").content.decode()
    listed = desk.get("/rights/").content.decode()
    assert "陈**" in listed or "陈*" in listed
    assert OURS["phone"] not in listed
    url = f"/rights/corrections/{found.pk}/"
    assert desk.get(url).headers["Location"] == url  # the look is written down first
    page = desk.get(url).content.decode()
    assert OURS["phone"] not in page
    assert "换了号码" in page
    assert OURS["phone"] in desk.post(f"{url}reveal/").content.decode()
    assert desk.post(url, {"act": "refuse", "answer": ""}).status_code == 422
    assert desk.post(url, {"act": "accept", "answer": ""}).headers["Location"] == "/rights/"
    assert "已同意" in browser.get("/me/corrections/").content.decode()


@sweeps(actions.look_at_correction, actions.reveal_correction)
def test_each_look_of_the_reviewer_is_in_my_trail_at_once(me, director):
    found = ask(me)
    desk = client_for(director)
    desk.get(f"/rights/corrections/{found.pk}/", follow=True)
    desk.get(f"/rights/corrections/{found.pk}/")
    assert AuditEntry.objects.filter(action="correction.viewed").count() == 1
    desk.post(f"/rights/corrections/{found.pk}/reveal/")
    page = client_for(me.account).get("/me/who-looked/").content.decode()
    assert "查看您的更正申请：联系电话" in page
    assert "查看更正申请的完整内容：联系电话" in page
    assert director.post_label in page


def test_the_page_of_a_correction_costs_few_queries(me, director, count_queries):
    found = ask(me, paper=PHOTO)
    desk = client_for(director)
    url = f"/rights/corrections/{found.pk}/"
    desk.get(url)
    desk.get(url)
    assert count_queries(lambda: desk.get(url)) <= 10


def test_where_sources_disagree_i_see_what_each_says(me, civil):
    for source, value, day in (
        ("civil_affairs", "20", date(2026, 1, 5)),
        ("grid_visit", "10", date(2026, 5, 5)),
    ):
        say(
            [Statement(me.pk, {"marital_status": value}, day)],
            source=source,
            by=civil,
            now=timezone.now(),
        )
    page = client_for(me.account).get("/me/").content.decode()
    assert "网格入户走访说：未婚" in page
    assert "来源说法不一" in page


@pytest.mark.parametrize(
    ("left", "lamp"), [(6, "green"), (5, "yellow"), (0, "yellow"), (-1, "red")]
)
def test_the_light(left, lamp):
    today = date(2026, 11, 25)
    due = today + timedelta(days=left)
    assert deadlines.light(today, due_on=due, is_open=True, warn_days=5) == lamp
    assert deadlines.light(today, due_on=due, is_open=False, warn_days=5) == "done"


def test_the_limit_is_a_row_that_ends_on_a_working_day(me):
    due = _core.due_of("correction_days", now=timezone.now())
    assert due.day.weekday() < 5


def test_a_department_whose_register_says_otherwise_hears_of_the_correction(me, director):
    path = director.body_path
    labour, health = (
        WebhookEndpointFactory(body_key=key, place_path=path, events=["correction.accepted"])
        for key in ("human_resources", "health")
    )
    others = {"counter": "13700005678", "human_resources": "13800005678", "health": OURS["phone"]}
    for source, phone in others.items():
        said = Statement(me.pk, {"phone": phone}, date(2026, 5, 1))
        say([said], source=source, by=SYSTEM, now=timezone.now())
    found = ask(me)
    accept(found, director)
    hint = WebhookDelivery.objects.get(event="correction.accepted")
    assert hint.endpoint == labour
    assert (hint.payload["correction"], hint.payload["attribute"]) == (str(found.pk), "phone")
    assert str(me.pk) not in str(hint.payload)
    assert not WebhookDelivery.objects.filter(endpoint=health)
