"""An official makes an item without help, a colleague publishes it, a resident finds it and begins."""

from contextlib import ExitStack

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from community.governance.enums import Role
from servicehall.catalogue.models import ItemVersion
from tests.browser.journeys import DESKTOP, PHONE, visitor
from tests.factories.data import load_calendar
from tests.factories.governance import CommunityOfficeFactory, DepartmentFactory, staff
from tests.factories.residents import SourceSystemFactory
from tests.factories.servicehall import JOBLESS, hall

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


@pytest.fixture
def here():
    load_calendar()
    SourceSystemFactory()
    return hall(JOBLESS)


@pytest.fixture
def arrives(chromium, live_server):
    with ExitStack() as doors:
        yield lambda name, *size: doors.enter_context(
            visitor(chromium, live_server.url, name, *size)
        )


def fills(who, **values):
    for name, value in values.items():
        control = who.page.locator(f'main [name="{name}"]')
        if value is True:
            control.check()
        elif control.evaluate("element => element.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)


def adds(who, one, **values):
    who.follows(f"增加{one}")
    fills(who, **values)
    who.presses("保存")
    who.sees("已保存")


def test_an_item_is_made_tried_published_found_and_begun(here, arrives):
    DepartmentFactory(key="labour", name=f"{here.community.parent.parent.name}人社局")
    office = CommunityOfficeFactory()
    first, second = staff(Role.DISTRICT_OFFICE, office), staff(Role.DISTRICT_OFFICE, office)

    maker = arrives("maker", DESKTOP)
    maker.is_signed_in_as(first)
    maker.goes_to("/hall/catalogue/")
    maker.looks("1-items")
    maker.hits("n")
    maker.is_at("新增事项")
    fills(
        maker, code="w2-09", name_zh="创业担保贷款申请", name_en="Start-up loan", window="W2_LABOUR"
    )
    maker.presses("建草稿")
    maker.sees("处要改好，才能发布", "还没有填")
    maker.looks("2-draft")
    maker.follows("名称和窗口")
    fills(
        maker,
        short__zh="想自己开店的，帮您申请贷款。",
        short__en="A loan to start a small business.",
        department="labour",
    )
    maker.presses("保存，看下一部分")
    fills(
        maker, eligible__zh="本地户籍，登记失业。", eligible__en="Registered here and unemployed."
    )
    maker.presses("加一行条件")
    fills(maker, **{"eligibility-0-field": "registered_here"})
    maker.page.get_by_label("是", exact=True).check()
    maker.looks("4-rule")
    maker.presses("保存，看下一部分")
    adds(
        maker, "情形", question__zh="用来做什么？", question__en="What for?",
        **{"options-0-zh": "开店", "options-0-en": "A shop", "options-1-zh": "摆摊", "options-1-en": "A stall"},
    )  # fmt: skip
    maker.follows("看下一部分")
    adds(maker, "页", title__zh="贷款", title__en="The loan")
    adds(maker, "问题", label__zh="要借多少", label__en="How much", type="money", max="300000")
    maker.follows("增加问题")
    fills(maker, label__zh="谁来担保", label__en="Who guarantees", type="person")
    expect(maker.page.locator('[name="max"]')).to_have_count(0)
    maker.presses("加一行条件")
    fills(maker, **{"condition-0-field": "yaojieduoshao"})
    expect(maker.page.locator('[name="condition-0-op"] option')).to_have_count(8)
    fills(maker, **{"condition-0-op": ">"})
    fills(maker, **{"condition-0-value": "50000"})
    maker.looks("5-condition")
    maker.presses("保存")
    maker.sees("“要借多少”超过50000")
    version = ItemVersion.objects.get(item_id="W2-09")
    assert version.fields[0]["max"] == 300000  # typed while the page was asking for what fits
    maker.follows("看下一部分")
    adds(maker, "材料", name__zh="营业执照", name__en="Business licence", copies="1")
    maker.follows("看下一部分")
    maker.sees("家庭成员签字")  # nobody else has to agree
    maker.presses("保存，看下一部分")
    adds(maker, "环节", level="community", limit_days="3")
    maker.follows("看下一部分")
    maker.presses("保存，看下一部分")
    fills(maker, result_name__zh="贷款通知", result_name__en="Notice of the loan")
    maker.presses("保存，看下一部分")
    fills(
        maker,
        benefit_name__zh="创业贷款贴息",
        benefit_name__en="Interest subsidy",
        benefit_period="once",
        benefit_starts="decision_month",
        benefit_basis="本市办法",
        benefit_certainty="D",
    )
    maker.looks("6-benefit")
    maker.presses("保存，看下一部分")
    fills(
        maker,
        contact__zh="先问服务站。",
        contact__en="Ask the station first.",
        phone="0473-2000000",
    )
    maker.presses("保存，看下一部分")
    fills(maker, basic_code="1520X2009000")
    maker.presses("保存，看下一部分")
    fills(maker, source__zh="区人社局", source__en="Labour office")
    maker.presses("保存")
    maker.follows("依据和来源")
    adds(maker, "规定", title__zh="创业担保贷款办法", title__en="Measures", source="D")
    maker.presses("保存，看下一部分")
    fills(maker, search_synonyms="开店贷款\n创业\n借钱开店", search_synonyms_en="loan\nshop")
    maker.presses("保存")
    maker.sees("检查通过，可以发布")
    maker.hits("t")
    maker.page.get_by_label("开店").check()
    maker.presses("下一页")
    fills(maker, yaojieduoshao="60000")
    guarantor = maker.page.get_by_label("谁来担保：姓名")
    expect(guarantor).to_be_visible()
    maker.looks("7-try")
    fills(maker, yaojieduoshao="6,000")
    expect(guarantor).to_be_hidden()
    maker.presses("下一页")
    maker.sees("这样填就能提交", "营业执照")
    maker.looks("8-tried")
    maker.follows("回到事项")
    maker.presses("提请发布")
    maker.sees("请另一位同事发布")

    colleague = arrives("colleague", DESKTOP)
    colleague.is_signed_in_as(second)
    colleague.goes_to("/hall/catalogue/")
    colleague.follows("创业担保贷款申请")
    colleague.looks("1-waiting")
    colleague.presses("发布")
    colleague.presses("确定")
    colleague.sees("已发布。", "在用")
    version = ItemVersion.objects.get(item_id="W2-09")
    assert version.in_force_on(timezone.localdate())
    assert version.content["benefit"]["kind"] == "chuangyedaikuantiexi"

    resident = arrives("resident", PHONE)
    resident.is_signed_in_as(here.resident)
    resident.goes_to("/search/?q=借钱开店")
    resident.follows("创业担保贷款申请", resident.page.locator("main"))
    resident.sees("想自己开店的", "0473-2000000")
    resident.looks("1-guide")
    resident.presses("开始办理")
    resident.presses("保存并继续")
    resident.page.get_by_label("摆摊").check()
    resident.presses("保存并继续")
    fills(resident, yaojieduoshao="60000")
    expect(resident.page.get_by_label("谁来担保：姓名")).to_be_visible()
    resident.looks("2-asked")
    fills(resident, yaojieduoshao="5000")
    expect(resident.page.get_by_label("谁来担保：姓名")).to_be_hidden()
    resident.presses("保存并继续")
    resident.sees("最后看一遍", "5000 元")
    resident.sees_not("谁来担保")
