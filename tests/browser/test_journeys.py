"""The walk-throughs, as new users would take them: real browser, real sign-in, real database, real catalogue."""

import re
from contextlib import ExitStack
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from community.governance.enums import Role
from community.governance.models import WorkCalendarYear
from notifications import delivery
from servicehall.cases import actions
from servicehall.cases.enums import CaseState
from servicehall.cases.models import Case, Rating, Supplement, Upload
from servicehall.catalogue.enums import Channel
from tests.browser.journeys import PHONE, file_online, give_account, give_device, photo, visitor
from tests.factories.data import load_calendar, load_catalogue
from tests.factories.governance import (
    CityFactory,
    CommunityOfficeFactory,
    GovernmentFactory,
    StationFactory,
    staff,
)
from tests.factories.notifications import MessageRuleFactory
from tests.factories.residents import SourceSystemFactory
from tests.factories.servicehall import ALLOWANCE, hall

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def here(settings, tmp_path):
    """A community with its station and everybody above it, all items, and an elder of 82 who is at home in it."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.SMS_GATEWAY_URL = ""
    load_calendar()
    load_catalogue()
    MessageRuleFactory()
    SourceSystemFactory()
    return hall(ALLOWANCE)


@pytest.fixture
def arrives(chromium, live_server):
    """`arrives(name)` or `arrives(name, PHONE)`: somebody opens a browser of their own."""
    with ExitStack() as doors:
        yield lambda name, *size: doors.enter_context(
            visitor(chromium, live_server.url, name, *size)
        )


def grouped(number):
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


# --- the resident ---------------------------------------------------------------------------------


def test_a_resident_files_half_on_the_phone_and_the_rest_at_a_desk_and_follows_it_unsigned(
    here, arrives, tmp_path
):
    number = give_account(here.applicant)
    face = photo(tmp_path / "近照.jpg")
    card = photo(tmp_path / "身份证.jpg")

    handy = arrives("handy", PHONE)
    handy.goes_to("/")
    handy.looks("1-home")
    handy.page.get_by_role("searchbox").fill("老人补贴")
    handy.page.keyboard.press("Enter")
    handy.sees("最像的排在前面")
    handy.looks("2-found")
    handy.follows(re.compile("高龄津贴"), handy.page.locator("main"))
    handy.sees("谁可以办", "年满80周岁")
    handy.looks("3-guide")
    handy.follows("登录后开始办理")
    handy.looks("4-sign-in")
    handy.signs_in(number)
    handy.is_at("高龄津贴")
    handy.presses("开始办理")
    handy.sees(here.applicant.full_name)
    handy.sees_not(number)
    handy.looks("5-known")
    handy.presses("保存并继续")
    with handy.page.expect_response(re.compile("/files/photo/")):
        handy.page.locator("input[type=file]").set_input_files(face)
    handy.sees("已收到")
    handy.looks("6-photo")
    handy.presses("保存并继续")
    with handy.page.expect_response(re.compile("/files/id_photo/")):
        handy.page.locator("input[type=file]").set_input_files(card)
    handy.sees("已收到")
    handy.presses("保存并继续")
    handy.page.get_by_label("领款银行卡号").fill("6222020602000000128")
    handy.page.get_by_label("是", exact=True).check()
    handy.looks("7-bank")
    handy.presses("存起来，以后再填")
    handy.sees("已经替您存好")
    handy.looks("8-later")

    desk = arrives("desk")
    desk.goes_to("/accounts/sign-in/")
    desk.signs_in(number)
    desk.sees("没填完")
    desk.looks("1-home")
    desk.follows(re.compile("高龄津贴"), desk.page.locator(".tasks"))
    expect(desk.page).to_have_url(re.compile("/pages/bank/$"))
    expect(desk.page.get_by_label("领款银行卡号")).to_have_value("6222020602000000128")
    expect(desk.page.get_by_label("是", exact=True)).to_be_checked()
    desk.presses("保存并继续")
    desk.page.get_by_label("否", exact=True).check()
    desk.looks("2-money")
    desk.presses("保存并继续")
    desk.page.get_by_label("一个人住").check()
    desk.presses("保存并继续")
    desk.looks("3-who")
    desk.presses("保存并继续")
    desk.page.get_by_label("是", exact=True).check()
    desk.presses("保存并继续")
    desk.sees("最后看一遍", "近照.jpg", "身份证.jpg", "一个人住")
    desk.looks("4-check")
    desk.presses("提交申请")
    desk.sees("已经收到您的申请")
    case = Case.objects.get()
    assert (case.state, case.channel) == (CaseState.SUBMITTED, Channel.ONLINE)
    desk.sees(grouped(case.number), case.query_code)
    desk.looks("5-receipt")
    assert {upload.kind for upload in Upload.objects.all()} == {"jpg"}

    anybody = arrives("anybody", PHONE)
    anybody.goes_to("/track/")
    anybody.looks("1-track")
    refusals = []
    for wrong_number, wrong_code in (
        (case.number, "222222" if case.query_code != "222222" else "333333"),
        (actions.filing.new_number(here.station, case.filed_on), case.query_code),
    ):
        anybody.page.get_by_label("办件编号").fill(wrong_number)
        anybody.page.get_by_label("查询码").fill(wrong_code)
        anybody.presses("查一查")
        refusals.append(anybody.page.locator("[data-errors]").inner_text())
    assert refusals[0] == refusals[1]
    assert "对不上" in refusals[0]
    anybody.looks("2-refused")
    anybody.page.get_by_label("办件编号").fill(grouped(case.number))
    anybody.page.get_by_label("查询码").fill(case.query_code)
    anybody.presses("查一查")
    anybody.sees("办到哪一步了", here.station.name)
    anybody.sees_not(here.applicant.full_name)
    anybody.sees_not("6222020602000000128")
    assert case.number not in anybody.page.url
    anybody.looks("3-tracked")


# --- the clerk ------------------------------------------------------------------------------------


def test_a_clerk_works_by_keyboard_alone_and_may_ask_for_a_supplement_once(here, arrives, tmp_path):
    give_device(here.clerk)
    case = file_online(here)
    clerk = arrives("clerk")
    clerk.signs_in_with_code(here.clerk)
    clerk.is_at("工作台")
    clerk.sees("待受理")
    clerk.looks("1-desk")

    clerk.hits("z")
    clerk.is_at("找人办事")
    clerk.types("cgz")  # the box has the focus
    clerk.sees("陈*芝")
    clerk.looks("2-found")
    clerk.hits("ArrowDown", "Enter")
    clerk.is_at("陈桂芝")
    clerk.sees("正在办的", "本站常办")
    clerk.sees_not(here.applicant.id_number)
    expect(clerk.page.get_by_role("link", name="重设居民账号的密码")).to_be_visible()
    clerk.looks("3-file")

    clerk.hits("w")
    clerk.is_at("工作台")
    clerk.hits("j", "Enter")
    clerk.is_at("高龄津贴")
    clerk.sees("申请内容", grouped(case.number))
    clerk.hits("?")
    expect(clerk.page.locator("#keys")).to_contain_text("一次性告知")
    clerk.looks("4-keys")
    clerk.hits("Escape", "s")
    clerk.sees("把缺的一次写全")
    clerk.looks("5-supplement")
    clerk.types("不清楚，请重新拍照")
    clerk.hits("Control+Enter")
    clerk.sees("第1次告知", "等待补正")
    clerk.looks("6-waiting")
    assert Supplement.objects.get().items[0]["key"] == "id_photo"

    elder = arrives("elder", PHONE)
    elder.is_signed_in_as(here.resident)
    elder.goes_to(reverse("servicehall:my-case", args=[case.pk]))
    elder.sees("前补正", "不清楚，请重新拍照")
    elder.looks("1-asked")
    elder.follows("现在补正")
    elder.sees("还差下面几样")
    answers = elder.page.locator("input[type=file]")
    with elder.page.expect_response(re.compile("/answer/id_photo/")):
        answers.set_input_files(photo(tmp_path / "重拍.jpg"))
    elder.sees("已收到", "重拍.jpg")
    elder.looks("2-answer")
    elder.presses("提交补正")
    elder.sees("服务站")
    elder.looks("3-answered")
    case.refresh_from_db()
    assert case.state == CaseState.RESUBMITTED

    clerk.hits("w")
    clerk.is_at("工作台")
    clerk.hits("j", "Enter")
    clerk.is_at("高龄津贴")
    clerk.sees("已补正", "重拍.jpg")
    clerk.hits("s")
    clerk.sees("本件已经一次性告知过")
    clerk.page.locator("#act").get_by_label("居民身份证或户口簿").fill("缺签字")
    clerk.hits("Control+Enter")
    expect(clerk.page.locator("[data-errors]")).to_contain_text("否则不得再次要求补正")
    clerk.looks("7-refused")
    assert Supplement.objects.count() == 1
    clerk.page.get_by_label("确有新情况，需要再次告知").check()
    clerk.page.get_by_label("新情况说明").fill("身份证昨天到期")
    clerk.hits("Control+Enter")
    clerk.sees("第2次告知", "新情况")
    assert [notice.is_new_circumstance for notice in case.notices.order_by("number")] == [
        False,
        True,
    ]
    clerk.hits("x")
    clerk.page.get_by_label(re.compile("已收到：")).check()
    clerk.hits("Control+Enter")
    clerk.sees("补正已登记")

    clerk.hits("a")
    clerk.sees("确定受理这一件？")
    clerk.hits("Enter")
    clerk.sees("已受理，开始计时", "承诺办结")
    clerk.looks("8-accepted")
    case.refresh_from_db()
    assert case.state == CaseState.ACCEPTED
    with clerk.page.context.expect_page() as opened:
        clerk.hits("p")
    slip = opened.value
    expect(slip.locator("article")).to_contain_text(grouped(case.number))
    expect(slip.locator("article")).to_contain_text(case.query_code)
    expect(slip.get_by_role("figure", name="扫码查进度").locator("img, svg")).to_be_visible()
    assert here.applicant.id_number not in slip.content()


# --- those above ----------------------------------------------------------------------------------


def opinion(official, text):
    """From the desk into the first case, and on with it, without the mouse."""
    official.is_at("工作台")
    official.sees("高龄津贴")
    official.hits("j", "Enter")
    official.is_at("高龄津贴")
    official.hits("n")
    official.sees("审核意见")
    official.types(text)
    official.hits("Control+Enter")
    official.sees("已转下一环节")


def test_the_levels_act_and_each_step_reaches_the_residents_telephone_until_she_rates(
    here, arrives
):
    give_device(here.director)
    case = file_online(here)
    telephone = arrives("telephone", PHONE)
    delivery.drain()
    telephone.goes_to("/demo/phone/")
    telephone.sees("已收到您的申请", case.number, case.query_code)
    telephone.looks("1-received")

    actions.accept(case.pk, by=here.clerk, now=timezone.now())
    delivery.drain()
    telephone.sees("已受理")  # the page asks for news by itself

    director = arrives("director")
    director.signs_in_with_code(here.director)
    opinion(director, "已入户核实，情况属实。")
    director.looks("1-forwarded")
    street = arrives("street")
    street.is_signed_in_as(here.official)
    street.goes_to(reverse("servicehall:desk"))
    opinion(street, "同意上报。")
    street.looks("1-forwarded")
    decider = arrives("decider")
    decider.is_signed_in_as(here.decider)
    decider.goes_to(reverse("servicehall:desk"))
    decider.is_at("工作台")
    decider.sees("高龄津贴")
    decider.hits("j", "Enter")
    decider.is_at("高龄津贴")
    decider.sees("已入户核实，情况属实。")
    decider.looks("1-case")
    decider.hits("g")
    decider.sees("决定说明")
    decider.hits("Control+Enter")
    decider.sees("已作出准予决定")
    decider.looks("2-granted")
    case.refresh_from_db()
    assert (case.state, case.outcome) == (CaseState.COMPLETED, "granted")
    delivery.drain()
    telephone.sees("已有结果")
    telephone.sees_not("高龄津贴")
    telephone.sees_not(here.applicant.full_name)
    telephone.looks("2-result")

    elder = arrives("elder", PHONE)
    elder.is_signed_in_as(here.resident)
    elder.goes_to(reverse("servicehall:my-case", args=[case.pk]))
    elder.sees("办成了", "办得怎么样？")
    elder.sees_not("已入户核实")
    elder.looks("4-granted")
    elder.follows("非常满意")
    elder.looks("5-rate")
    elder.presses("提交评价")
    elder.sees("谢谢您的评价")
    assert Rating.objects.get().level == 1
    elder.looks("6-rated")
    elder.goes_to("/messages/")
    elder.sees("申请已办结", "申请已受理", "申请已收到")
    elder.looks("7-messages")
    elder.goes_to("/me/who-looked/")
    elder.sees(here.station.name)
    elder.looks("8-who-looked")


# --- the officials --------------------------------------------------------------------------------


def test_every_figure_is_as_long_as_its_list_and_one_drills_from_the_city_to_the_window(
    here, arrives
):
    district = here.department.place
    for _number in range(3):
        here.filed()
    here.accepted()
    here.granted()
    here.delivered()
    office = arrives("office")
    office.is_signed_in_as(
        staff(Role.DISTRICT_OFFICE, CommunityOfficeFactory(place=district, name="社区办"))
    )
    office.goes_to("/officials/")
    office.is_at("海勃湾区办件总览")
    office.looks("1-district")
    figures = {
        link.get_attribute("href"): link.inner_text()
        for link in office.page.locator("main a[href*='/cases/?']").all()
    }
    assert len(figures) >= 7
    assert figures[next(url for url in figures if "measure=filed" in url)] == "6"
    for url, figure in figures.items():
        office.goes_to(url)
        expect(office.page.locator(".lead")).to_contain_text(f"共 {figure} 件")
        assert office.page.locator("[data-row]").count() == int(figure), url
    office.looks("2-list")

    leader = arrives("leader")
    leader.is_signed_in_as(staff(Role.LEADER, GovernmentFactory(place=CityFactory())))
    leader.goes_to("/officials/")
    street = here.street_office.place
    for place in (district, street, here.community):
        row = leader.page.locator("[data-row]", has_text=place.name)
        expect(row.locator("[data-label=收件]")).to_have_text("6")
        leader.follows(place.name, row)
        leader.is_at(f"{place.name}办件总览")
    leader.looks("1-community")
    leader.sees("少于5件的数字不单独显示")
    window = leader.page.locator("[data-row]", has_text=here.version.item.window.label)
    expect(window.locator("[data-label=收件]")).to_have_text("6")
    expect(window.locator("[data-label=按时办结]")).to_have_text("少于5")
    assert leader.page.locator("main a[href*='/cases/?']").count() == 0
    assert leader.goes_to(reverse("dashboards:list", args=[here.community.code])) == 403


# --- the others -----------------------------------------------------------------------------------


def test_for_a_clerk_of_another_station_nothing_of_a_case_exists(here, arrives):
    case = file_online(here)
    own, other = arrives("own"), arrives("other")
    own.is_signed_in_as(here.clerk)
    other.is_signed_in_as(staff(Role.WINDOW_CLERK, StationFactory()))
    assert own.goes_to(reverse("servicehall:case", args=[case.pk])) == 200
    own.page.wait_for_load_state("networkidle")
    pages: set[str] = set()
    forms: set[str] = set()
    for selector, attribute, found in (
        ("a", "href", pages),
        ("form[method=get]", "action", pages),
        ("[hx-get]", "hx-get", pages),
        ("form[method=post]", "action", forms),
        ("[hx-post]", "hx-post", forms),
    ):
        # All at one moment: what stands beside the case comes in piece by piece.
        values = own.page.locator(f"main {selector}").evaluate_all(
            "(found, name) => found.map((each) => each.getAttribute(name))", attribute
        )
        found |= {value.partition("?")[0] for value in values}
    mine = {str(case.pk), str(here.applicant.pk), *(str(u.pk) for u in case.uploads.all())}
    pages |= {
        reverse("servicehall:case-act", args=[case.pk, slug])
        for slug in ("accept", "supplement", "decline", "withdraw", "forward", "grant", "deliver")
    }
    pages |= {
        reverse("servicehall:slip", args=[case.pk]),
        reverse("residents:file", args=[here.applicant.pk]),
        reverse("servicehall:for-person", args=[here.applicant.pk]),
    }
    pages = {url for url in pages | forms if any(pk in url for pk in mine)}
    assert len(pages) >= 15
    opened = {url: own.page.request.get(url).status for url in pages}
    assert set(opened.values()) == {200}, opened
    assert other.goes_to(reverse("servicehall:desk")) == 200
    headers = {
        "X-CSRFToken": other.page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    }
    asked = {url: other.page.request.get(url, max_redirects=0).status for url in pages}
    sent = {
        url: other.page.request.post(url, headers=headers, max_redirects=0).status
        for url in forms & pages
    }
    assert set(asked.values()) | set(sent.values()) == {404}, (asked, sent)
    other.goes_to(reverse("servicehall:case", args=[case.pk]))
    other.looks("1-not-found")
    case.refresh_from_db()
    assert case.state == CaseState.SUBMITTED


def test_the_pages_say_until_when_and_that_a_day_without_its_notice_is_provisional(here, arrives):
    place = hall("W2-06", now=datetime(2026, 9, 24, 10, tzinfo=CHINA))
    before_golden_week = place.accepted()
    # The last year whose holidays are announced; in 2026 that is 2026 itself.
    year = max(WorkCalendarYear.objects.calendar().published)
    place.now = datetime(year, 12, 24, 10, tzinfo=CHINA)
    beyond = place.accepted()
    clerk, elder = arrives("clerk"), arrives("elder", PHONE)
    clerk.is_signed_in_as(place.clerk)
    elder.is_signed_in_as(place.resident)

    clerk.goes_to(reverse("servicehall:case", args=[before_golden_week.pk]))
    due = clerk.page.locator(".summary__row", has_text="承诺办结")
    expect(due).to_contain_text("2026年10月15日")
    expect(due).not_to_contain_text("暂定")
    clerk.hits("y")
    clerk.sees("国庆节", "数到 2026年10月15日")
    clerk.looks("1-why")
    elder.goes_to(reverse("servicehall:my-case", args=[before_golden_week.pk]))
    elder.sees("2026年10月15日")
    elder.sees_not("暂定")

    assert beyond.promised_due_on is not None
    assert beyond.promised_due_on.year == year + 1
    for visitor_, url in (
        (clerk, reverse("servicehall:case", args=[beyond.pk])),
        (clerk, reverse("servicehall:slip", args=[beyond.pk])),
        (elder, reverse("servicehall:my-case", args=[beyond.pk])),
    ):
        visitor_.goes_to(url)
        visitor_.sees(f"{year + 1}年1月", "暂定")
    clerk.looks("2-slip")
    elder.looks("1-provisional")


def test_large_print_and_language_stay_while_one_walks_on(here, arrives):
    elder = arrives("large", PHONE)
    elder.goes_to("/")
    elder.presses("长辈版")
    expect(elder.page.locator(".door")).to_have_count(6)
    elder.looks("1-home")
    for path in (
        "/search/?q=老人补贴",
        "/items/W4-04/",
        "/track/",
        "/stations/",
        "/accounts/sign-in/",
    ):
        elder.goes_to(path)
        expect(elder.page.locator("html[data-size=elder]")).to_have_count(1)
        phone = elder.page.locator(".helpbar a[href^='tel:']")
        expect(phone).to_be_in_viewport()
        elder.looks(f"2{path.partition('?')[0].replace('/', '-')}")
    elder.goes_to("/items/W4-04/?x=1")
    here_url = elder.page.url
    elder.presses("English")
    elder.sees("Old-age allowance")
    assert elder.page.url == here_url
    expect(elder.page.locator("html[data-size=elder]")).to_have_attribute("lang", "en")
    elder.looks("3-english")
    elder.goes_to("/")
    expect(elder.page.locator(".door")).to_have_count(6)
    elder.looks("4-english-home")
    elder.presses("中文")
    elder.sees("要办什么事？")
