"""What an act leaves on paper: issued with it, numbered, sealed, frozen."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import AuditEntry
from common.errors import Conflict, NotAllowed
from common.masking import mask_name
from community.governance.enums import Role
from servicehall.aftercare import actions as aftercare
from servicehall.cases import actions as cases
from servicehall.cases.enums import CaseAction
from servicehall.documents import actions, content
from servicehall.documents.enums import LetterKind as K, LetterState
from servicehall.documents.kinds import ENDED_BY, KINDS
from servicehall.documents.models import Letter, LetterText, Seal
from tests.factories.documents import every_letter, example, letter_of, lettered_hall
from tests.factories.servicehall import JOBLESS, allow, hall
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
ASKED = [{"key": "income", "title": "收入证明", "what": "请补充近三个月流水。"}]


def kinds_of(case):
    return [letter.kind for letter in Letter.objects.of_case(case)]


def text_of(letter):
    return "\n".join(block["text"] for block in letter.words["blocks"])


def test_a_granted_case_leaves_receipt_acceptance_decision_and_proof_of_delivery():
    place = lettered_hall()
    case = place.delivered()
    assert kinds_of(case) == [K.RECEIPT, K.ACCEPTANCE, K.DECISION, K.DELIVERY]
    receipt, accepted, decision, delivery = Letter.objects.of_case(case)
    assert receipt.body == accepted.body == delivery.body == place.station
    assert decision.body == place.department
    assert decision.issued_by_id == place.decider.post_id
    for letter, action in zip(
        (receipt, accepted, decision, delivery), ("file", "accept", "grant", "deliver"), strict=True
    ):
        assert letter.event is not None
        assert letter.event.action == action
        assert letter.words["applicant"] == place.applicant.full_name
        assert case.number in text_of(letter)
    assert decision.number in text_of(delivery)
    assert "窗口当面领取" in text_of(delivery)
    assert delivery.words["date"] in text_of(delivery)


def test_the_decision_of_a_department_is_numbered_in_brackets_of_the_standard_and_sealed():
    place = lettered_hall()
    letter = letter_of(place.granted(), K.DECISION)
    year = letter.issued_on.year
    assert letter.number.endswith(f"民救〔{year}〕1号")
    assert letter.words["seal"] == {"name": "审批专用章", "image": ""}
    assert letter.words["date"] == f"{year}年{letter.issued_on.month}月{letter.issued_on.day}日"


def test_a_refusal_gives_reasons_and_remedies():
    place = lettered_hall()
    case = place.at_district()
    cases.refuse(case.pk, by=place.decider, now=place.now, reason="收入高于标准。")
    letter = letter_of(case, K.REFUSAL)
    roles = {block["role"]: block["text"] for block in letter.words["blocks"]}
    assert roles["reason"] == "收入高于标准。"
    assert "《社会救助暂行办法》（国务院令第649号，2019年修订）" in roles["basis"]
    assert "60日" in roles["remedy"]
    assert "行政复议" in roles["remedy"]
    assert "6个月" in roles["remedy"]


def test_notices_say_what_was_said():
    place = lettered_hall()
    case = place.filed()
    cases.ask_supplement(case.pk, items=ASKED, by=place.clerk, now=place.now)
    notice = letter_of(case, K.SUPPLEMENT)
    assert "1. 收入证明：请补充近三个月流水。" in text_of(notice)
    assert "新情况是" not in text_of(notice)
    cases.lapse(case.pk, now=place.now + timedelta(days=60))
    ended = letter_of(case, K.TERMINATION)
    assert "终止" in text_of(ended)
    assert ended.words["seal"]["name"] == "政务服务专用章"  # the portal may use this one


def test_who_declines_says_where_to_go_and_who_withdraws_gets_it_confirmed():
    place = lettered_hall()
    declined = place.filed()
    cases.decline(
        declined.pk,
        by=place.clerk,
        now=place.now,
        reason="户籍不在本区",
        right_office="原户籍地街道",
    )
    text = text_of(letter_of(declined, K.NON_ACCEPTANCE))
    assert "户籍不在本区" in text
    assert "原户籍地街道" in text
    case = place.filed()
    cases.withdraw(case.pk, by=place.resident, now=place.now, reason="已经找到工作")
    letter = letter_of(case, K.WITHDRAWAL)
    assert "已经找到工作" in text_of(letter)
    assert letter.body == place.station
    assert letter.issued_by is None


def test_what_is_finished_on_the_spot_has_no_notice_of_acceptance():
    place = lettered_hall(JOBLESS)
    case = place.filed(by=place.clerk)
    cases.finish_at_once(case.pk, by=place.clerk, now=place.now)
    assert kinds_of(case) == [K.RECEIPT, K.DECISION]


def test_an_act_that_fails_leaves_no_letter():
    place = lettered_hall()
    case = place.filed()
    with transaction.atomic():
        example(place, case)
        transaction.set_rollback(True)
    assert kinds_of(case) == [K.RECEIPT]


def test_a_station_without_texts_still_works():
    place = hall()
    assert kinds_of(place.granted()) == []


def test_every_act_of_the_table_exists():
    used = {str(action) for kind in KINDS.values() for action in kind.actions}
    assert used | set(ENDED_BY) <= {*CaseAction.values, "file"}


def test_a_longer_life_is_told_in_writing():
    place = lettered_hall(publicity_days=7)
    by_kind = {letter.kind: letter for letter in every_letter(place)}
    extension = text_of(by_kind[K.EXTENSION])
    assert "延长5个工作日" in extension
    assert "需要向外省核对收入" in extension
    assert by_kind[K.EXTENSION].body == place.street_office
    assert "专家评审" in text_of(by_kind[K.SPECIAL])
    public = text_of(by_kind[K.PUBLICITY])
    assert mask_name(place.applicant.full_name) in public
    assert place.applicant.full_name not in public
    assert by_kind[K.PUBLICITY].words["to"] == ""
    assert "居民身份证" in text_of(by_kind[K.DEFERRED])
    assert by_kind[K.DEFERRED].words["seal"] is None
    assert "1. " in text_of(by_kind[K.COMMITMENT])
    assert not by_kind[K.COMMITMENT].words["by_body"]


def test_silence_that_accepts_is_called_so():
    place = lettered_hall()
    case = place.filed()
    cases.tacit_accept(case.pk, now=place.now + timedelta(days=30))
    text = text_of(letter_of(case, K.ACCEPTANCE))
    assert "依法视为自" in text
    assert "符合规定" not in text


def test_a_case_decided_anew_takes_its_old_decision_back():
    place = lettered_hall()
    case = place.granted()
    first = letter_of(case, K.DECISION)
    cases.reopen(case.pk, by=place.decider, now=place.now, reason="计算有误。")
    first.refresh_from_db()
    assert (first.state, first.end_reason) == (LetterState.WITHDRAWN, "计算有误。")
    cases.refuse(case.pk, by=place.decider, now=place.now, reason="收入高于标准。")
    assert letter_of(case, K.REFUSAL).state == LetterState.IN_FORCE


def test_what_was_issued_never_changes():
    place = lettered_hall()
    case = place.granted()
    letter = letter_of(case, K.DECISION)
    before = json.loads(letter.content)
    person = place.applicant
    person.full_name = "改名"
    person.save()
    place.department.name, place.department.phone = "新的局", "110"
    place.department.save()
    LetterText.objects.filter(kind=K.DECISION).update(
        content={"title": "别的", "blocks": [{"text": "别的"}]}
    )
    Seal.objects.all().update(name="别的章")
    after = Letter.objects.get(pk=letter.pk)
    assert after.words == before
    assert after.words["body"] != "新的局"


def test_names_lie_encrypted_in_the_database():
    place = lettered_hall()
    letter = letter_of(place.filed(), K.RECEIPT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM documents_letter WHERE id = %s", [letter.pk])
        raw = bytes(cursor.fetchone()[0])
    assert place.applicant.full_name.encode() not in raw


def test_without_authority_on_that_day_there_is_no_seal():
    place = lettered_hall()
    today = place.now.date()
    Seal.objects.filter(body=place.department).update(
        valid_to=today - timedelta(days=1), valid_from=today - timedelta(days=9)
    )
    case = place.granted()
    assert letter_of(case, K.DECISION).words["seal"] is None
    assert letter_of(case, K.ACCEPTANCE).words["seal"] is not None


def test_a_seal_is_for_those_posts_and_letters_that_it_was_given_for():
    place = lettered_hall()
    seals = Seal.objects.filter(body=place.station)
    seals.update(roles=[Role.STATION_DIRECTOR], is_automatic=False)
    case = place.accepted()
    assert letter_of(case, K.RECEIPT).words["seal"] is None
    assert letter_of(case, K.ACCEPTANCE).words["seal"] is None
    seals.update(roles=[], kinds=[K.DECISION])
    other = place.accepted()
    assert letter_of(other, K.ACCEPTANCE).words["seal"] is None


@sweeps(actions.withdraw)
def test_a_letter_is_written_again_under_a_new_number_and_the_old_one_says_so():
    place = lettered_hall()
    case = place.granted()
    old = letter_of(case, K.DECISION)
    place.applicant.full_name = "巴图·孟和"
    place.applicant.save()
    fresh = actions.withdraw(
        old.pk, reason="姓名写错。", again=True, by=place.decider, now=place.now
    )
    old.refresh_from_db()
    assert (old.state, old.replaced_by) == (LetterState.REPLACED, fresh)
    assert fresh.words["applicant"] == "巴图·孟和"
    assert fresh.number != old.number
    assert AuditEntry.objects.filter(action="letter.replaced").count() == 1
    with pytest.raises(Conflict):
        actions.withdraw(old.pk, reason="再来一次", by=place.decider, now=place.now)
    actions.withdraw(fresh.pk, reason="不该发。", by=place.decider, now=place.now)
    fresh.refresh_from_db()
    assert fresh.state == LetterState.WITHDRAWN


def test_what_is_promised_at_acceptance_names_the_very_day_of_the_case():
    place = lettered_hall()
    codes = {"relatives_record": "deferrable", "means_statement": "commitment"}
    for code, mark in codes.items():
        allow(place, code, mark)
    deferred, committed = codes
    case = cases.accept(
        place.filed().pk,
        deferred=[deferred],
        committed=[committed],
        by=place.clerk,
        now=place.now,
    )
    for kind in (K.DEFERRED, K.COMMITMENT):
        row = case.undertakings.get(kind=kind.value)
        words = [block["text"] for block in letter_of(case, kind).words["blocks"]]
        assert any(f"{content.day(row.due_on)}前" in text for text in words), kind


def test_only_who_issued_a_letter_takes_it_back():
    place = lettered_hall()
    letter = letter_of(place.granted(), K.DECISION)
    with pytest.raises(NotAllowed):
        actions.withdraw(letter.pk, reason="错了", by=place.clerk, now=place.now)
    stranger = lettered_hall().clerk
    with pytest.raises(Letter.DoesNotExist):
        actions.withdraw(letter.pk, reason="错了", by=stranger, now=place.now)


def test_issuing_costs_an_act_few_questions(count_queries):
    place = lettered_hall()
    case = place.filed()
    with transaction.atomic():
        sid = transaction.savepoint()
        cost = count_queries(lambda: example(place, case))
        transaction.savepoint_rollback(sid)
    assert cost <= 8  # one of them is the example's own look at the case


def test_the_proof_of_delivery_says_who_signed_and_by_which_number_it_was_sent():
    place = lettered_hall()
    granted = place.granted()
    aftercare.deliver(
        granted.pk, way="home", receiver="proxy", proxy_name="王小明", proxy_relation="child",
        is_signed=True, by=place.clerk, now=place.now + timedelta(minutes=15),
    )  # fmt: skip
    text = text_of(letter_of(granted, K.DELIVERY))
    assert "代收人：王小明（子女）" in text
    assert "快递单号" not in text
    event = granted.events.get(action="deliver")
    assert "王小明" not in str(event.said) + event.note  # sealed in its own row, and in the letter


def test_a_result_that_was_posted_has_its_number_on_the_proof_of_delivery():
    place = lettered_hall()
    case = place.granted()
    aftercare.deliver(
        case.pk, way="post", tracking_number="EA123456785CN",
        by=place.clerk, now=place.now + timedelta(minutes=15),
    )  # fmt: skip
    text = text_of(letter_of(case, K.DELIVERY))
    assert "快递单号：EA123456785CN" in text
    assert "代收人：" not in text
    letter = letter_of(case, K.DELIVERY)
    again = actions.withdraw(
        letter.pk, reason="盖章不清", again=True, by=place.clerk, now=place.now
    )
    assert "快递单号：EA123456785CN" in text_of(again)
