"""Repeated work as measured burden (S34): asked with approval, prefilled, only news typed, or refused."""

import io
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.actions.posts import appoint
from community.governance.enums import Role
from notifications.models import Message
from residents.base.models import Person, PersonDetail
from residents.exchange import facts, rules
from residents.exchange.actions import reports
from residents.exchange.actions.typed import note_typed
from residents.exchange.enums import FormState, Frequency, RequestState
from residents.exchange.models import (
    ExchangeFigure,
    ReportForm,
    ReportLine,
    ReportRefusal,
    ReportRequest,
    TypedAgain,
)
from tests.factories.data import load_exchange, load_sources
from tests.factories.exchange import exported, official, requested
from tests.factories.governance import (
    CommunityFactory,
    CommunityOfficeFactory,
    StationFactory,
    StreetFactory,
    staff,
)
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import ALLOWANCE, DIBAO, JOBLESS, hall
from tests.signing_in import client_for
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def _exchange(ground):
    load_sources()
    load_exchange()


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path


@pytest.fixture
def community():
    return CommunityFactory(parent=StreetFactory())


@pytest.fixture
def civil():
    return official("civil_affairs")


@pytest.fixture
def office(community):
    return staff(Role.DISTRICT_OFFICE, CommunityOfficeFactory(place=community.parent.parent))


@pytest.fixture
def clerk(community):
    return staff(Role.WINDOW_CLERK, StationFactory(place=community))


@pytest.fixture
def poor(community):
    people = PersonFactory.create_batch(3, community=community)
    for person in people:
        PersonDetail.objects.create(person=person, aid_status="1")
    return people


def approved(request, office, **more):
    return reports.decide_request(
        request.pk, approve=True, note="", by=office, now=timezone.now(), **more
    )


@pytest.fixture
def form(community, civil, office, poor):
    approved(requested(civil, community), office)
    return ReportForm.objects.get(community=community)


def answers(people, text="两间"):
    return {person.pk: {"answer:5": text} for person in people}


def filled(form, people, clerk, *, text="两间", now=None):
    now = now or timezone.now()
    reports.save_form(form.pk, answers(people, text), by=clerk, now=now)
    return reports.submit_form(form.pk, by=clerk, now=now)


# --- what is known is not asked -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("身份证号", "id_number"),
        ("电 话", "phone"),
        ("手机号码", "phone"),
        ("户主姓名", "head_name"),
        ("家庭住址", "actual_address"),
        ("低保类别", "aid_status"),
        ("低保情况", "aid_status"),
        ("房屋间数", ""),
    ],
)
def test_a_heading_is_known_by_every_name_under_which_files_carry_it(heading, value):
    assert rules.known_as(heading) == value


@sweeps(reports.request_report)
def test_what_the_base_holds_fills_itself_whatever_the_office_calls_it(community, civil):
    request = requested(civil, community, headings=["姓名", "联络号 = 联系电话", "", "房屋间数"])
    assert [column.value for column in request.layout.columns] == ["full_name", "phone", "answer:3"]
    assert [column.heading for column in request.asked] == ["房屋间数"]


def test_a_report_that_the_base_answers_alone_is_an_export(community, civil):
    with pytest.raises(NotAllowed, match="held_entirely"):
        requested(civil, community, headings=["姓名", "身份证号", "手机"])


def test_an_office_cannot_ask_for_what_it_may_not_have(community, civil):
    with pytest.raises(Invalid, match="not_entitled"):
        requested(civil, community, headings=["姓名", "政治面貌", "房屋间数"])


# --- notice, quota, approval ----------------------------------------------------------------------------
def test_less_than_the_notice_is_refused(community, civil):
    today = timezone.localdate()
    with pytest.raises(NotAllowed, match="notice_too_short"):
        requested(civil, community, due_on=today + timedelta(days=9))
    on_time = requested(civil, community, due_on=today + timedelta(days=10))
    assert on_time.state == RequestState.WAITING


def test_the_eleventh_of_a_month_waits_for_an_explicit_yes(community, civil, office):
    now = timezone.now()
    made = [requested(civil, community, now=now) for _number in range(11)]
    assert [each.is_over_quota for each in made] == [False] * 10 + [True]
    assert not requested(official("health"), community, headings=["姓名", "体检"]).is_over_quota
    with pytest.raises(NotAllowed, match="over_quota"):
        approved(made[-1], office)
    assert approved(made[-1], office, over_quota=True).state == RequestState.APPROVED


def test_the_quota_of_one_office_can_be_its_own(community, civil):
    ExchangeFigure.objects.create(
        code="requests_a_month",
        body_key="civil_affairs",
        value=0,
        unit="request",
        basis="试点",
        valid_from=date(2026, 1, 1),
    )
    assert requested(civil, community).is_over_quota
    assert not requested(official("health"), community, headings=["姓名", "体检"]).is_over_quota


def test_nobody_but_the_community_office_decides(community, civil, clerk, office):
    request = requested(civil, community)
    for who in (civil, clerk):
        with pytest.raises(ReportRequest.DoesNotExist):
            approved(request, who)
    approved(request, office)
    with pytest.raises(Conflict):
        approved(request, office)


@sweeps(reports.decide_request)
def test_a_no_needs_its_reason_and_opens_nothing(community, civil, office):
    request = requested(civil, community)
    with pytest.raises(NotAllowed, match="note_missing"):
        reports.decide_request(request.pk, approve=False, note="", by=office, now=timezone.now())
    reports.decide_request(request.pk, approve=False, note="重复", by=office, now=timezone.now())
    assert not ReportForm.objects.exists()


def test_a_yes_that_comes_too_late_leaves_no_notice(community, civil, office):
    request = requested(civil, community)
    late = timezone.now() + timedelta(days=60)
    with pytest.raises(NotAllowed, match="notice_too_short"):
        reports.decide_request(request.pk, approve=True, note="", by=office, now=late)


def test_each_community_of_the_place_gets_its_form_and_hears_of_it(community, civil, office):
    CommunityFactory(parent=community.parent)
    far = CommunityFactory()
    station = StationFactory(place=community)
    director = staff(Role.STATION_DIRECTOR, station)
    staff(Role.WINDOW_CLERK, station)
    staff(Role.STATION_DIRECTOR, StationFactory(place=far))
    approved(requested(civil, community.parent), office)
    told = Message.objects.get(kind="report.opened")
    assert told.user_id == director.user_id
    assert told.about == f"form:{ReportForm.objects.get(community=community).pk}"
    assert ReportForm.objects.count() == 2
    assert not ReportForm.objects.filter(community=far)


def test_the_months_of_a_monthly_form():
    days = rules.due_days(date(2026, 1, 31), Frequency.MONTHLY, date(2026, 4, 30))
    assert days == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert rules.due_days(date(2026, 1, 31), Frequency.ONCE, date(2026, 4, 30)) == days[:1]


def test_the_next_form_opens_as_long_ahead_as_the_notice(community, civil, office):
    request = requested(civil, community, frequency=Frequency.MONTHLY)
    approved(request, office)
    second = rules.due_days(request.due_on, request.frequency, request.ends_on)[1]
    noon = timezone.now().replace(hour=4)
    ahead = noon + (second - timezone.localdate(noon)) - timedelta(days=10)
    assert reports.open_forms(now=ahead - timedelta(days=1)) == 0
    assert reports.open_forms(now=ahead) == 1
    assert reports.open_forms(now=ahead) == 0


# --- filling in --------------------------------------------------------------------------------------------
def test_only_what_is_not_held_is_typed_and_counted(form, poor, clerk):
    done = filled(form, poor, clerk)
    assert done.state == FormState.FILLED
    assert (done.cells_held, done.cells_kept, done.cells_typed) == (12, 0, 3)
    assert (done.minutes_spent, done.minutes_saved) == (1, 4)
    with pytest.raises(Conflict):
        reports.submit_form(form.pk, by=clerk, now=timezone.now())


def test_a_form_with_a_gap_is_not_handed_in(form, poor, clerk):
    reports.save_form(form.pk, answers(poor[:1]), by=clerk, now=timezone.now())
    with pytest.raises(Invalid, match="answers_missing") as refusal:
        reports.submit_form(form.pk, by=clerk, now=timezone.now())
    assert "2" in str(refusal.value.message)


def test_next_time_the_last_answers_stand_there_and_only_changes_are_typed(
    community, civil, office, poor, clerk
):
    request = requested(civil, community, frequency=Frequency.MONTHLY)
    approved(request, office)
    first = request.forms.get()
    filled(first, poor, clerk)
    later = timezone.now() + timedelta(days=55)
    reports.open_forms(now=later)
    second = request.forms.get(state=FormState.OPEN)
    rows = reports.rows_of(second, [p.pk for p in poor], today=timezone.localdate(later))
    assert {row["answer:5"] for row in rows.values()} == {"两间"}
    reports.save_form(second.pk, answers(poor[:1], "三间"), by=clerk, now=later)
    done = reports.submit_form(second.pk, by=clerk, now=later)
    assert (done.cells_kept, done.cells_typed) == (2, 1)


def test_what_the_base_lacked_goes_into_the_base_and_is_not_asked_again(form, poor, clerk):
    person = poor[0]
    Person.objects.filter(pk=person.pk).update(phone=None, phone_index=None)
    typed = {person.pk: {"answer:5": "两间", "phone": "138 0013 8000"}}
    reports.save_form(form.pk, typed, by=clerk, now=timezone.now())
    person.refresh_from_db()
    assert person.phone == "13800138000"
    assert person.provenance["phone"][0] == "counter"
    assert not TypedAgain.objects.exists()


def test_answers_lie_sealed(form, poor, clerk):
    filled(form, poor, clerk)
    assert "两间" not in str(list(ReportLine.objects.values_list("said", flat=True)))


@sweeps(appoint)
def test_another_community_cannot_fill_it_in(form, poor):
    stranger = staff(Role.WINDOW_CLERK, StationFactory())
    for act in (reports.submit_form, lambda pk, **more: reports.save_form(pk, {}, **more)):
        with pytest.raises(ReportForm.DoesNotExist):
            act(form.pk, by=stranger, now=timezone.now())


def test_the_department_fetches_what_came_in_as_an_export_of_its_own(form, poor, clerk, civil):
    filled(form, poor, clerk)
    run, content = exported(civil, form.community, form.request.template.code)
    assert run.rows == 3
    assert content
    for person in poor:
        assert AuditEntry.objects.of_person(person.pk).filter(action="person.exported").count() == 1
    again = exported(civil, form.community, form.request.template.code)[1]
    cells = [c for row in openpyxl.load_workbook(io.BytesIO(again)).active.values for c in row]
    assert cells.count("两间") == 3


# --- refusing ------------------------------------------------------------------------------------------------
def refused(community, clerk, request=None, **more):
    given = {"what": "楼道灯泡统计表", "reason": "没有经过社区办审批"} | more
    body = request.body if request else StationFactory()
    return reports.refuse_report(
        community=community, body=body, request=request, by=clerk, now=timezone.now(), **given
    )


def test_what_nobody_approved_is_refused_with_number_and_rule(community, civil, clerk, office):
    request = requested(civil, community)
    letter = refused(community, clerk, request)
    assert "内党办发〔2011〕7号" in letter.basis
    assert len(letter.number) == 10
    for who in (clerk, civil, office):
        assert ReportRefusal.objects.visible_to(who).get() == letter
    assert not ReportRefusal.objects.visible_to(official("health"))
    # Whoever asked, and who approves, come to it from the request.
    url = reverse("exchange:refusal", args=[letter.pk])
    for who in (civil, office):
        for name, args in (("requests", []), ("request", [request.pk])):
            assert (
                url in client_for(who).get(reverse(f"exchange:{name}", args=args)).content.decode()
            )
        assert reverse("exchange:requests") in client_for(who).get(url).content.decode()


@sweeps(reports.refuse_report)
def test_what_was_never_registered_is_refused_too(community, clerk):
    assert refused(community, clerk).request is None


def test_what_is_approved_cannot_be_refused(community, civil, clerk, office):
    request = requested(civil, community)
    approved(request, office)
    with pytest.raises(NotAllowed, match="approved"):
        refused(community, clerk, request)


# --- fields typed twice ------------------------------------------------------------------------------------------
@sweeps(reports.submit_form)
def test_filling_a_prefilled_form_types_nothing_twice(form, poor, clerk):
    filled(form, poor, clerk)
    assert not TypedAgain.objects.exists()


@sweeps(reports.save_form)
def test_whoever_retypes_what_the_base_holds_is_counted_and_changes_nothing(form, poor, clerk):
    person = poor[0]
    typed = {person.pk: {"answer:5": "两间", "phone": "13800138000", "full_name": "别人"}}
    reports.save_form(form.pk, typed, by=clerk, now=timezone.now())
    assert set(TypedAgain.objects.values_list("attribute", flat=True)) == {"phone", "full_name"}
    before = person.phone
    person.refresh_from_db()
    assert person.phone == before


def test_an_attribute_that_the_base_lacked_is_not_typed_twice(community):
    person = PersonFactory(community=community, phone="")
    now = timezone.now()
    assert note_typed(person, ["手机号码", "别的"], typed_in="case", form="低保", now=now) == 0
    assert note_typed(person, ["申请人姓名"], typed_in="case", form="低保", now=now) == 1


@pytest.mark.parametrize("item", [DIBAO, ALLOWANCE, JOBLESS])
def test_filing_with_what_the_portal_proposes_types_nothing_twice(item):
    place = hall(item)
    PersonDetail.objects.create(person=place.applicant, employment="30", education="61")
    place.filed()
    assert not TypedAgain.objects.exists()


def test_an_item_that_asks_again_for_what_the_base_holds_is_found_out():
    place = hall(ALLOWANCE)
    Person.objects.filter(pk=place.applicant.pk).update(
        bank_card=Person._meta.get_field("bank_card").seal(
            "6222020200112233445", pk=place.applicant.pk
        )
    )
    (question,) = (f for f in place.version.content["fields"] if f.get("prefill") == "bank_card")
    question["prefill"], question["label"] = None, {"zh": "银行账号", "en": "Account"}
    place.version.save()
    place = replace(place, applicant=Person.objects.get(pk=place.applicant.pk))
    case = place.filed(answers={question["key"]: "6222020200112233445"})
    found = TypedAgain.objects.get()
    assert (found.attribute, found.typed_in, found.form) == (
        "bank_card",
        "case",
        case.version.name["zh"],
    )


# --- the ledger ---------------------------------------------------------------------------------------------------
def test_the_ledger_adds_up_minutes_by_office_and_month(form, poor, clerk, office, community):
    now = timezone.now()
    filled(form, poor, clerk, now=now)
    day = timezone.localdate(now)
    book = facts.ledger(office, day.year)
    (row,) = book.offices
    assert row.months[day.month - 1] == 1
    behind = facts.forms(office, day.year)
    assert row.minutes == facts.minutes_of(behind) == sum(f.minutes_spent for f in behind) == 1
    assert [(c.community, c.forms, c.minutes) for c in book.communities] == [(community.name, 1, 1)]
    assert (book.forms, book.minutes_spent, book.minutes_saved) == (1, 1, 4)
    assert dict(book.held_asked) == {"full_name": 1, "id_number": 1, "phone": 1, "aid_status": 1}
    assert facts.ledger(office, day.year - 1).forms == 0


def test_a_ledger_shows_the_own_communities_only(form, poor, clerk):
    filled(form, poor, clerk)
    elsewhere = staff(Role.STATION_DIRECTOR, StationFactory())
    assert facts.ledger(elsewhere, timezone.localdate().year).forms == 0


def test_the_report_of_fields_typed_twice_is_empty_until_somebody_retypes(
    form, poor, clerk, office
):
    today = timezone.localdate()
    month = today.replace(day=1), today + timedelta(days=1)
    filled(form, poor, clerk)
    assert facts.typed_twice(office, *month) == []
    note_typed(poor[0], ["联系电话"], typed_in="case", form="低保申请", now=timezone.now())
    assert facts.typed_twice(office, *month) == [("phone", "低保申请", 1)]
