"""我的信息 and 谁看过我的信息: what the base holds about me, and everybody who looked."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import audit
from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from common.masking import mask_id, mask_phone
from community.governance.enums import Role
from residents.base import actions
from residents.base.enums import OccupancyKind, Purpose, Relation
from residents.base.models import HouseholdMember, Occupancy
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.data import load_sources
from tests.factories.governance import StationFactory, staff
from tests.factories.residents import (
    DwellingFactory,
    PersonFactory,
    SourceSystemFactory,
    household,
)
from tests.signing_in import client_for

pytestmark = pytest.mark.django_db
ME, WHO = "/me/", "/me/who-looked/"


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def clerk(station):
    return staff(Role.WINDOW_CLERK, station)


@pytest.fixture
def me(station):
    SourceSystemFactory()
    return PersonFactory(community=station.place, account=True)


@pytest.fixture
def browser(me):
    return client_for(me.account)


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def record(me, *, times=1, by=SYSTEM, action="person.viewed", **more):
    for _time in range(times):
        audit.record(action, by=by, person_id=me.pk, now=timezone.now(), **more)


# --- my file --------------------------------------------------------------------------------------
def test_i_see_what_the_base_holds_about_me_masked_with_source_and_date(me, browser):
    page = text(browser.get(ME))
    assert me.full_name in page
    assert mask_id(me.id_number) in page
    assert mask_phone(me.phone) in page
    assert me.id_number not in page
    assert me.phone not in page
    assert "公安户籍" in page
    assert "2024" in page


def test_i_see_my_household_and_both_addresses_and_nothing_of_strangers(me, browser):
    home = household(me, spouse=PersonFactory(full_name="娜仁花", community=me.community))
    elsewhere = DwellingFactory(address="海南区公乌素镇旧街3号")
    Occupancy.objects.create(
        person=me,
        community=me.community,
        dwelling=elsewhere,
        kind=OccupancyKind.REGISTERED,
        from_on="2001-01-01",
    )
    stranger = PersonFactory(full_name="陌生人甲", community=me.community)
    household(stranger)
    page = text(browser.get(ME))
    assert "娜仁花" in page
    assert "海南区公乌素镇旧街3号" in page
    assert home.lives_at is not None
    assert home.lives_at.address in page
    assert "陌生人甲" not in page


def test_a_household_registered_outside_the_city_shows_its_address(me, browser):
    home = household(me)
    home.registered_address = "甘肃省民勤县收成镇"
    home.save()
    assert "甘肃省民勤县收成镇" in text(browser.get(ME))


@pytest.mark.parametrize("field", ["id_number", "phone"])
def test_i_can_show_one_number_in_full_and_that_is_written_down_as_my_own_act(me, browser, field):
    page = text(browser.get(f"/me/show/{field}/"))
    assert getattr(me, field) in page
    other = "phone" if field == "id_number" else "id_number"
    assert getattr(me, other) not in page
    entry = AuditEntry.objects.get(action="person.revealed")
    assert (entry.user_id, entry.person_id, entry.detail) == (
        me.account_id,
        me.pk,
        {"field": field},
    )


def test_after_five_minutes_the_password_is_asked_again(me, browser):
    with time_machine.travel(timezone.now() + timedelta(seconds=301), tick=False):
        asked: Any = browser.get("/me/show/id_number/")
        assert asked.url == "/accounts/verify/?next=%2Fme%2Fshow%2Fid_number%2F"
        assert not AuditEntry.objects.filter(action="person.revealed").exists()
        back: Any = browser.post(
            "/accounts/verify/", {"password": PASSWORD, "next": "/me/show/id_number/"}, follow=True
        )
        assert me.id_number in text(back)


def test_only_what_is_masked_can_be_shown(browser):
    assert browser.get("/me/show/full_name/").status_code == 404
    assert browser.get("/me/show/account_id/").status_code == 404


def test_an_account_without_a_person_is_sent_to_the_counter():
    browser = client_for(UserFactory(resident=True))
    assert "/register/counter/" in text(browser.get(ME))
    text(browser.get(WHO))
    sent: Any = browser.get("/me/show/phone/")
    assert sent.url == ME


def test_neither_staff_nor_strangers_open_these_pages(client, clerk):
    for url in (ME, WHO, "/me/show/phone/"):
        assert client_for(clerk).get(url).status_code == 403
        assert client.get(url).status_code == 302


def test_i_choose_the_language_of_pages_and_messages(me, browser):
    response = browser.post("/me/language/", {"language": "en"})
    assert response.url == ME
    assert response.cookies["django_language"].value == "en"
    me.account.refresh_from_db()
    assert me.account.language == "en"
    browser.post("/me/language/", {"language": "tlh"})
    me.account.refresh_from_db()
    assert me.account.language == "en"


# --- who looked -------------------------------------------------------------------------------------
def test_a_look_at_my_file_is_there_at_once_with_post_and_purpose(me, browser, clerk):
    actions.open_file(me.pk, purpose=Purpose.PHONE, note="问低保", by=clerk, now=timezone.now())
    page = text(browser.get(WHO))
    assert clerk.post_label in page
    assert "打开了您的档案" in page
    assert "电话咨询：问低保" in page


def test_a_revealed_field_is_named_with_its_reason(me, browser, clerk):
    actions.reveal(me.pk, "bank_card", reason="核对打款账户", by=clerk, now=timezone.now())
    page = text(browser.get(WHO))
    assert "银行卡号" in page
    assert "核对打款账户" in page


def test_a_change_names_the_field(me, browser, clerk):
    load_sources()
    actions.update_phone(me.pk, "13800138000", source="counter", by=clerk, now=timezone.now())
    page = text(browser.get(WHO))
    assert "修改了您的信息：联系电话" in page
    assert "13800138000" not in page


def test_acts_in_a_case_are_named_with_its_number(me, browser, clerk):
    record(me, action="case.accept", by=clerk, detail={"number": "150302001000017"})
    page = text(browser.get(WHO))
    assert "受理" in page
    assert "150302001000017" in page


def test_every_kind_of_entry_reads_as_words(me, browser, clerk):
    """No code of an act, a field or a purpose ever reaches a resident."""
    codes = ["person.viewed", "person.merged", "case.accept", "account.code_wrong", "visit.noted"]
    for code in codes:
        record(me, action=code, by=clerk, detail={"field": "id_number"}, reason=Purpose.CASE)
    page = text(browser.get(WHO))
    for code in [*codes, "id_number", ">case<"]:
        assert code not in page


def test_my_own_acts_stand_apart(me, browser, clerk):
    record(me, by=clerk)
    browser.get("/me/show/phone/")
    others, own = browser.get(WHO), browser.get(WHO, {"by": "me"})
    assert [look.who for look in others.context["looks"]] == [clerk.post_label]
    assert [look.who for look in own.context["looks"]] == ["您自己"]


def test_those_who_did_not_sign_in_and_the_machine_are_others(me, browser):
    record(me, by=audit.Acting(ip="10.0.0.9"), action="account.code_asked")
    record(me, by=SYSTEM, action="message.retried")
    who = [look.who for look in browser.get(WHO).context["looks"]]
    assert who == ["系统自动处理", "还没有登录的人（可能是您自己）"]


def test_i_see_nothing_of_others(me, browser, clerk, station):
    neighbour = PersonFactory(community=station.place, account=True)
    record(neighbour, by=clerk, reason="邻居的事")
    assert "邻居的事" not in text(browser.get(WHO))


def test_a_long_trail_is_read_page_by_page_newest_first(me, browser, clerk):
    for number in range(45):
        record(me, by=clerk, reason=f"第{number}次")
    seen, after = [], None
    while True:
        response = browser.get(WHO, {"after": after} if after else {})
        seen += [look.why for look in response.context["looks"]]
        after = response.context["page"].next
        if after is None:
            break
    assert seen == [f"第{number}次" for number in reversed(range(45))]
    assert browser.get(WHO, {"after": "nonsense"}).url == WHO


def test_the_page_names_a_telephone_to_ask(browser, station):
    page = text(browser.get(WHO))
    assert station.phone in page
    assert "12345" in page


@pytest.mark.parametrize("url", [ME, WHO])
def test_these_pages_cost_few_queries_whatever_they_hold(me, browser, clerk, url):
    home = household(me, spouse=PersonFactory(community=me.community))
    record(me, by=clerk)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(url)
        return len(queries)

    browser.get(url)
    few = cost()
    record(me, times=10, by=clerk)
    for relation in (Relation.SON, Relation.MOTHER):
        HouseholdMember.objects.create(
            household=home, person=PersonFactory(), relation=relation, from_on="2024-06-03"
        )
    assert cost() == few <= 10
