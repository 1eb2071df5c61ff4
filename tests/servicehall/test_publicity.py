"""公示: what may be read in public, who objects and who answers, and when a case goes on."""

import re
import uuid
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, strategies as st

from accounts.models import AuditEntry
from common.errors import Conflict, Invalid, NotAllowed
from common.masking import mask_name
from community.governance.models import Post
from notifications.models import Message
from servicehall.aftercare.models import Benefit
from servicehall.cases import actions as cases
from servicehall.cases.enums import CaseState
from servicehall.cases.models import Case
from servicehall.cases.templatetags.hall import grouped
from servicehall.catalogue.models import ItemVersion
from servicehall.documents.actions import load_documents
from servicehall.documents.models import Letter
from servicehall.publicity import actions, rules
from servicehall.publicity.enums import NoticeState, ObjectionAction, ObjectionState
from servicehall.publicity.models import Appraisal, Objection, PublicityRule, PublicNotice
from servicehall.publicity.tasks import end_publicities
from servicehall.publicity.transitions import OBJECTION
from tests.factories.data import load_publicity
from tests.factories.governance import SINCE
from tests.factories.residents import PersonFactory, household
from tests.factories.servicehall import Hall, hall
from tests.servicehall.beside import everything_beside
from tests.servicehall.notices import holidays
from tests.sweeping import sweeps

NOW = datetime(2026, 9, 8, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
RULES = rules.PublicityRules(0, 5, 15, 5, never=("癌", "孤儿"))


def day(number: int, start: datetime = NOW) -> datetime:
    return start + timedelta(days=number)


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    load_publicity()
    found = hall(now=NOW, publicity_days=7)
    Post.objects.update(started_on=SINCE)  # who is told holds his post already
    return found


@pytest.fixture
def place(town, db):
    return deepcopy(town)


def post(place: Hall, *, now: datetime = NOW, **shown: Any) -> PublicNotice:
    """The district puts the case before the community."""
    case = place.at_district()
    usual: dict[str, Any] = {
        "household_size": 3,
        "benefit_class": "A 类",
        "amount": Decimal(860),
    }
    actions.publicise(case.pk, by=place.decider, now=now, **usual | shown)
    return PublicNotice.objects.select_related("case").get(case=case)


def objected(notice: PublicNotice, *, now: datetime | None = None, **said: Any) -> Objection:
    usual: dict[str, Any] = {"words": "他家有两套房出租。", "key": uuid.uuid4(), "by": None}
    return actions.file_objection(notice.ref, now=now or day(1), **usual | said)


def answered(objection: Objection, place: Hall, *, upheld: bool, now: datetime) -> Objection:
    return actions.answer_objection(
        objection.pk,
        is_upheld=upheld,
        inquiry="入户核查，查了不动产登记。",
        answer="经核查，情况如下。",
        by=place.decider,
        now=now,
    )


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(NotAllowed) as caught:
        call(*args, **kwargs)
    return caught.value.code


def state(notice: PublicNotice) -> str:
    return Case.objects.get(pk=notice.case_id).state


def test_a_new_notice_of_holidays_lengthens_a_publicity_and_the_time_for_an_answer(place):
    notice = post(place)  # until Tuesday the 15th
    objection = objected(notice)
    holidays(11, 15, 16)
    cases.recompute_clocks(occasion="later", now=day(1))
    notice.refresh_from_db()
    objection.refresh_from_db()
    assert notice.until_on == date(2026, 9, 17), "no notice ends on a day of rest"
    assert notice.case.pauses.get(to_on=None).expected_on == notice.until_on
    assert objection.due_on == date(2026, 9, 21)
    told = Message.objects.filter(kind="case.due_days_moved", user_id=place.decider.user_id)
    assert told.count() == 1
    holidays(11, 12, 13, 15, 16, works=True)
    cases.recompute_clocks(occasion="earlier", now=day(1))
    notice.refresh_from_db()
    objection.refresh_from_db()
    assert (notice.until_on, objection.due_on) == (date(2026, 9, 17), date(2026, 9, 21))


# --- what may be read -------------------------------------------------------------------------------
letters = st.text(st.characters(categories=["Lo"]), min_size=2, max_size=4)


@given(
    before=letters,
    digits=st.lists(st.sampled_from("0123456789０１２３４５６７８９"), min_size=5, max_size=18),
    gap=st.sampled_from(["", " ", "-", "－", "·", "　"]),
)
def test_no_number_slips_into_a_notice_however_it_is_written(before, digits, gap):
    assert rules.leak(before + gap.join(digits), rules=RULES, names=())


@given(
    number=st.sampled_from(["3", "12", "三", "十二", "１０１"]),
    kind=st.sampled_from(["号", "号楼", "单元", "室", "栋", "户"]),
    gap=st.sampled_from(["", " "]),
)
def test_no_door_slips_into_a_notice(number, kind, gap):
    assert rules.leak(f"青年小区{number}{gap}{kind}", rules=RULES, names=())


@given(word=st.sampled_from(RULES.never), before=letters, name=letters)
def test_neither_illness_nor_child_nor_kin_is_named(word, before, name):
    assert rules.leak(f"{before}{word[:1]} {word[1:]}", rules=RULES, names=())
    assert rules.leak(f"{before} {name[:1]} {name[1:]}", rules=RULES, names=[name])


@pytest.mark.parametrize("text", ["", "A 类", "全额", "困难补助 二档", "60 岁以上"])
def test_plain_classes_may_be_posted(text):
    assert rules.leak(text, rules=RULES, names=["陈玉芝"]) is None


@given(name=letters, in_full=st.booleans(), shows=st.booleans(), age=st.integers(0, 99))
def test_names_follow_the_item_the_local_rule_and_the_age(name, in_full, shows, age):
    today = date(2026, 9, 8)
    born = date(today.year - age, 9, 8)
    shown = rules.shown_name(
        name, item_shows_names=shows, birth_on=born, in_full=in_full, today=today
    )
    if not shows or age < 18:
        assert shown == ""
    else:
        assert shown == (name if in_full else mask_name(name))
    unknown = rules.shown_name(
        name, item_shows_names=True, birth_on=None, in_full=True, today=today
    )
    assert unknown == ""


def test_a_notice_refuses_what_must_not_be_public(place):
    case = place.at_district()
    child = PersonFactory(community=place.community, full_name="陈小满")
    household(place.applicant, son=child)
    for text in (place.applicant.full_name, "陈小满上学", "肝癌", "3 号楼 2 单元", "13900001234"):
        with pytest.raises(Invalid) as caught:
            actions.publicise(case.pk, by=place.decider, now=NOW, benefit_class=text)
        assert "benefit_class" in caught.value.fields
    assert not PublicNotice.objects.exists()
    assert Case.objects.get(pk=case.pk).state == CaseState.IN_REVIEW


def test_where_no_name_may_stand_nothing_stands_by_which_one_knows_the_family(place):
    place.version.content["publicity_shows_names"] = False
    place.version.save(update_fields=["content"])
    notice = post(place)
    assert (notice.name, notice.household_size, notice.amount) == ("", None, None)


def test_a_dated_local_rule_shows_names_in_full(place):
    PublicityRule.objects.filter(code="names_in_full").update(value=1)
    notice = post(place)
    assert (notice.name, notice.names_in_full) == (place.applicant.full_name, True)


# --- the days ---------------------------------------------------------------------------------------
def test_a_notice_stands_for_the_days_of_the_item_and_the_clock_stands_still(place):
    notice = post(place)
    assert notice.name == mask_name(place.applicant.full_name)
    assert (notice.from_on, notice.until_on) == (date(2026, 9, 8), date(2026, 9, 15))
    assert notice.case.pauses.get(reason="publicity").expected_on == notice.until_on
    assert list(PublicNotice.objects.over(date(2026, 9, 15))) == []
    assert not actions.end_over(notice.pk, now=day(7))
    assert actions.end_over(notice.pk, now=day(8))
    assert not actions.end_over(notice.pk, now=day(8))
    assert state(notice) == CaseState.IN_REVIEW
    granted = cases.grant(notice.case_id, by=place.decider, now=day(8))
    assert granted.state == CaseState.COMPLETED


def test_the_amount_that_was_public_is_proposed_at_the_decision_and_paid_by_it(place, client_for):
    load_documents()
    notice = post(place, now=day(-9, timezone.now()), amount=Decimal("860.00"))
    assert actions.end_over(notice.pk, now=timezone.now())
    client = client_for(place.decider)
    form = reverse("servicehall:case-act", args=[notice.case_id, "grant"])
    assert 'value="860.00"' in client.get(form).content.decode()
    assert client.post(form, {"act-amount": "", "act-reason": ""}).status_code == 422
    assert state(notice) == CaseState.IN_REVIEW
    client.post(form, {"act-amount": "900", "act-reason": ""})
    assert Benefit.objects.get(case=notice.case_id).yuan == 900
    letter = Letter.objects.get(case=notice.case_id, kind="decision")
    assert "核定金额：每月900元。" in letter.content


def test_the_letter_says_what_the_notice_says_and_no_more(place):
    load_documents()
    notice = post(place, now=day(-9, timezone.now()))
    letter = Letter.objects.get(case=notice.case_id, kind="publicity")
    said = f"{place.community.name}，最低生活保障审核确认，家庭人口3人，A 类，拟批准每月860元"
    assert f"{notice.name}：{said}" in letter.content
    place.version.content["publicity_shows_names"] = False
    place.version.save(update_fields=["content"])
    hidden = post(place, now=day(-9, timezone.now()))
    letter = Letter.objects.get(case=hidden.case_id, kind="publicity")
    said = f"{place.community.name}，最低生活保障审核确认，A 类"
    assert f"（不公开姓名）：{said}" in letter.content
    assert "3人" not in letter.content
    assert "860" not in letter.content


def test_a_last_day_of_rest_moves_to_the_next_working_day(place):
    assert post(place, now=day(11)).until_on == date(2026, 9, 28)  # the 26th is a Saturday


def test_no_door_ends_a_notice_before_its_days(place):
    notice = post(place)
    code = refusal(cases.end_publicity, notice.case_id, by=place.decider, now=day(2))
    assert code == "publicity_runs"
    assert state(notice) == CaseState.PUBLICISED


# --- objections -------------------------------------------------------------------------------------
def test_an_objection_holds_the_decision_until_it_is_answered(place):
    notice = post(place)
    objection = objected(notice, phone="139 0000 1234", name="王大力")
    assert objection.due_on == date(2026, 9, 16)
    told = Message.objects.get(kind="publicity.objection")
    assert told.user_id == place.decider.user_id
    assert list(PublicNotice.objects.over(date(2026, 9, 20))) == []
    assert not actions.end_over(notice.pk, now=day(9))
    code = refusal(cases.end_publicity, notice.case_id, by=place.decider, now=day(9))
    assert code == "publicity_runs"
    wrong = {"is_upheld": False, "inquiry": "查了。", "answer": "不属实。", "now": day(9)}
    assert (
        refusal(actions.answer_objection, objection.pk, by=place.official, **wrong) == "not_in_hand"
    )
    answered(objection, place, upheld=False, now=day(9))
    assert state(notice) == CaseState.IN_REVIEW  # the days were over: it goes on at once
    sms = Message.objects.get(kind="publicity.answered")
    assert objection.code == sms.params["code"]
    assert "王大力" not in str(sms.params)
    again = {"is_upheld": True, "inquiry": "查", "answer": "答", "by": place.decider}
    assert refusal(actions.answer_objection, objection.pk, now=day(9), **again) == "state_moved_on"
    assert cases.grant(notice.case_id, by=place.decider, now=day(9)).outcome == "granted"


def test_an_objection_that_was_right_ends_the_notice_and_nothing_is_granted_on_it(place):
    notice = post(place)
    first, second = objected(notice), objected(notice)
    answered(first, place, upheld=True, now=day(2))
    assert state(notice) == CaseState.PUBLICISED  # the other one is still open
    answered(second, place, upheld=False, now=day(3))
    assert state(notice) == CaseState.IN_REVIEW
    assert refusal(cases.grant, notice.case_id, by=place.decider, now=day(3)) == "objection_upheld"
    actions.publicise(notice.case_id, by=place.decider, now=day(3), amount=Decimal(430))
    anew = PublicNotice.objects.get(case=notice.case_id, state=NoticeState.OPEN)
    assert actions.end_over(anew.pk, now=day(11))
    assert cases.grant(notice.case_id, by=place.decider, now=day(11)).outcome == "granted"


def test_who_objects_is_nobodys_business(place):
    notice = post(place)
    objection = objected(notice)
    assert objection.is_anonymous
    entry = AuditEntry.objects.get(action="objection.filed")
    assert (entry.user_id, entry.post_id, entry.ip) == (None, None, None)
    assert not Objection.objects.visible_to(place.resident).exists()


def test_the_same_form_sent_twice_is_one_objection(place):
    notice, key = post(place), uuid.uuid4()
    assert objected(notice, key=key).pk == objected(notice, key=key).pk
    assert Objection.objects.count() == 1
    with pytest.raises(Conflict):
        objected(notice, now=day(8))
    with pytest.raises(Invalid):
        objected(notice, words=" ", phone="12")


def test_a_withdrawn_case_takes_its_notice_and_the_objections_along(place):
    notice = post(place)
    objection = objected(notice)
    cases.withdraw(notice.case_id, by=place.resident, now=day(2))
    notice.refresh_from_db()
    objection.refresh_from_db()
    assert (notice.state, objection.state) == (NoticeState.TAKEN_DOWN, ObjectionState.CLOSED)


@pytest.mark.parametrize("source", ObjectionState)
@pytest.mark.parametrize(
    "action", [ObjectionAction.REFER, ObjectionAction.UPHOLD, ObjectionAction.DISMISS]
)
def test_every_act_on_an_objection_does_what_the_table_says(place, source, action):
    objection = objected(post(place))
    Objection.objects.filter(pk=objection.pk).update(state=source, inquiry="查", answer="答")

    def run():
        if action == ObjectionAction.REFER:
            return actions.refer_objection(objection.pk, by=place.decider, now=day(2))
        return answered(objection, place, upheld=action == ObjectionAction.UPHOLD, now=day(2))

    if source in OBJECTION[action].sources:
        run()
        objection.refresh_from_db()
        assert objection.state == OBJECTION[action].to
    else:
        assert refusal(run) == "state_moved_on"


# --- 民主评议 ----------------------------------------------------------------------------------------
def vote(place: Hall, case_id, *, now: datetime, **numbers) -> Appraisal:
    numbers = {"attended": 17, "votes_for": 9, "votes_against": 6, "abstained": 2} | numbers
    return actions.record_appraisal(
        case_id,
        held_on=timezone.localdate(now),
        venue="社区会议室",
        minutes="代表听取情况后无记名投票。",
        by=place.decider,
        now=now,
        **numbers,
    )


@sweeps(actions.refer_objection)
def test_an_objection_leads_to_a_vote_and_waits_for_it(place):
    notice = post(place)
    objection = actions.refer_objection(objected(notice).pk, by=place.decider, now=day(1))
    assert objection.state == ObjectionState.IN_APPRAISAL
    for wrong in ({"attended": 14}, {"votes_for": 8}):
        with pytest.raises(Invalid):
            vote(place, notice.case_id, now=day(2), **wrong)
    assert vote(place, notice.case_id, now=day(2)).is_supported
    with pytest.raises(Conflict):
        vote(place, notice.case_id, now=day(2))
    answered(objection, place, upheld=False, now=day(3))
    assert state(notice) == CaseState.PUBLICISED
    assert actions.end_over(notice.pk, now=day(8))


@sweeps(actions.record_appraisal)
def test_where_the_item_demands_a_vote_nothing_is_granted_without_and_against_it_only_with_reasons(
    place,
):
    place.version.content["appraisal"] = True
    place.version.save(update_fields=["content"])
    notice = post(place)
    actions.end_over(notice.pk, now=day(8))
    grant = {"by": place.decider, "now": day(8)}
    assert refusal(cases.grant, notice.case_id, **grant) == "not_appraised"
    vote(place, notice.case_id, now=day(8), votes_for=8, votes_against=9, abstained=0)
    assert refusal(cases.grant, notice.case_id, **grant) == "against_appraisal"
    assert cases.grant(notice.case_id, reason="收入核对属实。", **grant).outcome == "granted"


def test_a_demand_of_the_item_holds_without_a_notice_too(place):
    place.version.content |= {"appraisal": True, "publicity_days": 0}
    place.version.save(update_fields=["content"])
    case = place.at_district()
    grant: dict[str, Any] = {"by": place.decider, "now": day(8)}
    assert refusal(cases.grant, case.pk, **grant) == "not_appraised"
    vote(place, case.pk, now=day(8))
    assert cases.grant(case.pk, **grant).outcome == "granted"


@pytest.mark.parametrize("kind", ["reward", "special_lost"])
def test_a_step_that_demands_a_vote_waits_for_it_and_asks_none_of_the_bereaved(
    db, kind, client_for, client
):
    """W3-04 社区评议: the case of the catalogue, from the community to the decision."""
    load_publicity()
    here = hall("W3-04", now=NOW, publicity_days=7)
    Post.objects.update(started_on=SINCE)
    guide = client.get(reverse("servicehall:item", args=["W3-04"])).content.decode()
    assert "特别扶助不评议，也不张贴" in guide
    assert "含民主评议" not in guide  # not of every case
    level = {**here.version.content["levels"][0], "appraisal_when": None}
    assert ItemVersion(content={"levels": [level]}).levels[0].label == "社区核查（含民主评议）"
    case = here.accepted(answers={"kind": kind})
    forward: dict[str, Any] = {"opinion": "情况属实。", "now": day(1)}
    more = reverse("servicehall:case-more", args=[case.pk])
    if kind == "reward":
        assert refusal(cases.forward, case.pk, by=here.director, **forward) == "not_appraised"
        desk = client_for(here.director)
        assert "这一环节要先民主评议" in everything_beside(desk, more)
        vote(replace(here, decider=here.director), case.pk, now=day(1))
        assert "这一环节要先民主评议" not in everything_beside(desk, more)
    cases.forward(case.pk, by=here.director, **forward)
    # Sent back it need not be voted on again.
    cases.send_back(case.pk, by=here.official, reason="请核对日期。", now=day(2))
    cases.forward(case.pk, by=here.director, **forward | {"now": day(2)})
    cases.forward(case.pk, by=here.official, **forward | {"now": day(2)})
    case.refresh_from_db()
    actions.publicise(case.pk, by=here.decider, now=day(3))
    actions.end_over(PublicNotice.objects.get(case=case).pk, now=day(12))
    granted = cases.grant(case.pk, by=here.decider, now=day(12))
    assert granted.outcome == "granted"
    assert Appraisal.objects.filter(case=case).count() == (1 if kind == "reward" else 0)


# --- pages ------------------------------------------------------------------------------------------
@pytest.fixture
def shown(place) -> PublicNotice:
    """A notice that stands today."""
    place.now = timezone.now()
    return post(place, now=place.now)


def url(name: str, notice: PublicNotice) -> str:
    return reverse(f"publicity:{name}", args=[notice.ref])


def test_the_public_reads_what_it_may_and_no_engine_finds_it(place, shown, client, count_queries):
    secrets = (
        *(place.applicant.full_name, place.applicant.id_number, place.applicant.phone),
        *(shown.case.number, shown.case.query_code),
    )
    here = reverse("publicity:of-community", args=[place.community.code])
    page = ""
    for address in (reverse("publicity:notices"), here, url("notice", shown), url("paper", shown)):
        answer = client.get(address)
        page = answer.content.decode()
        assert "noindex" in answer["X-Robots-Tag"]
        assert '<meta name="robots" content="noindex' in page
        assert "no-store" in answer["Cache-Control"]
        assert not [secret for secret in secrets if secret in page]
        assert count_queries(lambda address=address: client.get(address)) <= 10
    assert mask_name(place.applicant.full_name) in page
    assert place.station.name in page
    PublicNotice.objects.filter(pk=shown.pk).update(
        from_on=date(2026, 1, 1), until_on=date(2026, 1, 8)
    )
    for name in ("notice", "paper", "object"):
        gone = client.get(url(name, shown))
        assert gone.status_code == 410
        assert mask_name(place.applicant.full_name) not in gone.content.decode()
    assert client.get(reverse("publicity:notice", args=["abcdefgh"])).status_code == 404
    assert client.post(url("object", shown), {"words": "x", "key": uuid.uuid4()}).status_code == 410


def test_from_an_objection_on_the_web_to_the_answer(place, shown, client, client_for):
    sent = {"words": "他家有两套房出租。", "name": "", "phone": "", "key": str(uuid.uuid4())}
    assert client.post(url("object", shown), sent | {"words": ""}).status_code == 422
    page = client.post(url("object", shown), sent).content.decode()
    objection = Objection.objects.get()
    assert grouped(objection.code) in page
    decider = client_for(place.decider)
    assert shown.label in decider.get(reverse("publicity:objections")).content.decode()
    case = everything_beside(decider, reverse("servicehall:case-more", args=[shown.case_id]))
    work = reverse("publicity:objection", args=[objection.pk])
    assert work in case
    assert "两套房" in decider.get(work).content.decode()
    reply = {"inquiry": "查了登记", "is_upheld": "no", "answer": "房屋为公租房，异议不成立。"}
    assert decider.post(work, reply | {"answer": ""}).status_code == 422
    assert decider.post(work, reply).status_code == 302
    looked = client.post(reverse("publicity:answer"), {"code": objection.code.upper()})
    assert "房屋为公租房" in looked.content.decode()
    assert "查了登记" not in looked.content.decode()
    assert client.post(reverse("publicity:answer"), {"code": "zzzz"}).status_code == 422


def test_too_many_objections_from_one_address_are_refused_and_the_counter_stays_open(
    place, shown, client, client_for
):
    PublicityRule.objects.filter(code="objections_per_hour").update(value=1)
    answers = [
        client.post(url("object", shown), {"words": "不对", "key": str(uuid.uuid4())})
        for _n in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 429]
    counter = client_for(place.clerk)
    assert url("at-counter", shown) in counter.get(url("notice", shown)).content.decode()
    sent = {"words": "不对", "key": str(uuid.uuid4())}
    page = counter.post(url("at-counter", shown), sent).content.decode()
    written = Objection.objects.get(filed_with=place.clerk.post_id)
    assert grouped(written.code) in page


def test_the_button_the_panels_and_the_task(place, client_for):
    place.now = timezone.now()
    case = place.at_district()
    decider = client_for(place.decider)
    address = reverse("servicehall:case-act", args=[case.pk, "publicise"])
    assert 'name="act-amount"' in decider.get(address).content.decode()
    bad = decider.post(address, {"act-benefit_class": "13900001234"})
    assert bad.status_code == 422
    assert decider.post(address, {"act-household_size": "2"}).status_code == 302
    notice = PublicNotice.objects.get()
    mine = client_for(place.applicant.account)
    panel = everything_beside(mine, reverse("servicehall:my-case-more", args=[case.pk]))
    assert url("notice", notice) in panel
    PublicNotice.objects.update(from_on=date(2026, 1, 1), until_on=date(2026, 1, 8))
    end_publicities.run()
    assert state(notice) == CaseState.IN_REVIEW
    assert re.search(
        "公示结束", decider.get(reverse("servicehall:case", args=[case.pk])).content.decode()
    )
