"""低保 as the law runs it: counter, signatures, community, publicity with an objection, street, district, letter."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from residents.base.models import Person
from servicehall.aftercare.models import Benefit
from servicehall.cases.models import Case, ClockPause
from servicehall.documents.enums import LetterKind
from servicehall.publicity import actions as publicity
from servicehall.publicity.models import PublicNotice
from tests.browser.journeys import DESKTOP, PHONE, Visitor, visitor
from tests.factories.data import load_calendar, load_publicity
from tests.factories.documents import letter_of, lettered_hall
from tests.factories.governance import resident_scope
from tests.factories.residents import PersonFactory, SourceSystemFactory, household
from tests.factories.servicehall import Hall

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]


@pytest.fixture
def home() -> tuple[Hall, Person]:
    """A couple at their counter, and everybody who decides about them."""
    load_calendar()
    load_publicity()
    SourceSystemFactory()
    here = lettered_hall(publicity_days=7)
    spouse = PersonFactory(community=here.community, account=True)
    household(here.applicant, spouse=spouse)
    return here, spouse


def opens(who: Visitor, case: Case, key: str, page: str = "servicehall:case") -> None:
    """The case, and the act behind a key; its first field has the focus."""
    assert who.goes_to(reverse(page, args=[case.pk])) == 200
    who.hits(key)
    expect(who.page.locator("#act form")).to_be_visible()
    expect(who.page.locator("#act :focus")).to_have_count(1)


def test_a_household_is_helped(
    chromium: Browser, live_server: LiveServer, home: tuple[Hall, Person]
) -> None:
    url, (here, spouse) = live_server.url, home
    assert spouse.account is not None
    with visitor(chromium, url, "clerk", DESKTOP) as clerk:
        clerk.is_signed_in_as(here.clerk)
        clerk.goes_to(reverse("servicehall:for-person", args=[here.applicant.pk]))
        clerk.hits("1")
        clerk.is_at("核对已有的信息")
        clerk.hits("Control+Enter")
        clerk.is_at("家里有没有下面的情况？")
        clerk.hits("Space", "Control+Enter")
        clerk.is_at("一起生活的家人")
        clerk.page.get_by_label(spouse.full_name).check()
        clerk.hits("Control+Enter")
        clerk.is_at("收入和财产")
        clerk.types("1800")
        clerk.page.get_by_label("家里有哪些房、车、存款").fill("无")
        clerk.hits("Control+Enter")
        clerk.is_at("困难情况")
        clerk.hits("Space", "Control+Enter")
        clerk.is_at("授权和承诺")
        for name in ("relative_on_staff", "check_consent", "declaration"):
            value = "no" if name == "relative_on_staff" else "yes"
            clerk.page.locator(f"[name={name}][value={value}]").check()
        clerk.hits("Control+Enter")
        card = clerk.page.get_by_label("领款银行卡号")
        expect(card).to_be_focused()
        clerk.types("6222020602000000128")
        clerk.hits("Control+Enter")
        clerk.is_at("最后看一遍，对了就提交")
        clerk.hits("Control+Enter")
        clerk.sees("还有 1 位成年家庭成员没有签字")
        clerk.looks("1-unsigned")
        case = Case.objects.get()
    with visitor(chromium, url, "spouse", PHONE) as phone:
        assert spouse.account is not None
        phone.is_signed_in_as(resident_scope(spouse.account))
        phone.goes_to(reverse("home"))
        phone.follows("请您签字：最低生活保障审核确认")
        phone.presses("我同意，签字")
        phone.sees("已登记您的同意")
        phone.looks("2-signed")
    with visitor(chromium, url, "clerk-again", DESKTOP) as clerk:
        clerk.is_signed_in_as(here.clerk)
        opens(clerk, case, "a")
        clerk.hits("Control+Enter")
        clerk.sees("已受理")
    with visitor(chromium, url, "director", DESKTOP) as director:
        director.is_signed_in_as(here.director)
        opens(director, case, "n")
        director.types("入户看过，属实。")
        director.hits("Control+Enter")
        director.sees("已转下一环节")
    with visitor(chromium, url, "street", DESKTOP) as street:
        street.is_signed_in_as(here.official)
        opens(street, case, "m")
        street.page.get_by_label("拟批准金额").fill("1860")
        street.looks("3-public")
        street.hits("Control+Enter")
        street.sees("公示中")
        notice = PublicNotice.objects.get()
        with visitor(chromium, url, "neighbour", PHONE) as neighbour:
            neighbour.goes_to(reverse("publicity:object", args=[notice.ref]))
            neighbour.page.get_by_label("您有什么异议？").fill("他家有车。")
            neighbour.presses("提出异议")
            neighbour.sees("异议已收到")
        street.goes_to(reverse("publicity:objections"))
        street.hits("j", "Enter")
        expect(street.page.get_by_label("核查经过")).to_be_focused()
        street.types("查了车辆登记。")
        street.page.get_by_label("异议不成立").check()
        street.page.get_by_label("答复和理由").fill("车是邻居的。")
        street.hits("Control+Enter")
        street.sees("已答复")
        _let_the_days_pass(notice)
        opens(street, case, "n")
        street.types("同意上报。")
        street.hits("Control+Enter")
        street.sees("已转下一环节")
    with visitor(chromium, url, "decider", DESKTOP) as decider:
        decider.is_signed_in_as(here.decider)
        opens(decider, case, "g")
        expect(decider.page.get_by_label("核定金额（元）")).to_have_value("1860")
        decider.hits("Control+Enter")
        decider.sees("准予")
        decider.follows("决定书", decider.page.locator("#more"))
        decider.sees("核定金额：每月1860元。")
        decider.looks("4-letter")
    assert Benefit.objects.get(case=case).yuan == 1860
    with visitor(chromium, url, "anybody", PHONE) as anybody:
        code = letter_of(case, LetterKind.DECISION).code
        anybody.goes_to(reverse("documents:verify-code", args=[code]))
        anybody.sees("这份文书是我们发的，现在有效")


def _let_the_days_pass(notice: PublicNotice) -> None:
    """The notice has stood for its days, and the machine ends it."""
    days = timedelta(days=9)
    PublicNotice.objects.filter(pk=notice.pk).update(
        from_on=notice.from_on - days, until_on=notice.until_on - days
    )
    ClockPause.objects.filter(case=notice.case_id).update(from_on=notice.from_on - days)
    assert publicity.end_over(notice.pk, now=timezone.now())
