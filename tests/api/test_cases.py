"""Filing, listing, following and withdrawing by programs: the same rules as at the counter and on the pages."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from community.governance.enums import Role
from dashboards.demo import numbers
from servicehall.cases import actions
from servicehall.cases.actions import start_draft
from servicehall.cases.models import Case, Draft
from tests.api.conftest import Program, by_station, filing, token_for
from tests.factories.data import load_catalogue
from tests.factories.governance import CommunityFactory, StationFactory, staff
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import ALLOWANCE, Hall, hall, item_version

# --- filing -----------------------------------------------------------------------------------------


def test_a_resident_files_for_himself(registration: Hall, program):
    response = program(registration.resident).post("cases", filing(registration))
    assert response.status_code == 201, response.content
    receipt = response.json()
    case = Case.objects.get(number=receipt["number"])
    assert response["Location"] == f"/api/v1/cases/{case.number}"
    assert response["Cache-Control"] == "no-store, private"
    assert receipt["query_code"] == case.query_code
    assert (case.applicant, case.channel, case.state) == (
        registration.applicant,
        "api",
        "submitted",
    )
    assert case.station == registration.station
    assert [e.action for e in case.events.order_by("id")] == ["file"]
    assert AuditEntry.objects.filter(action="case.file", person_id=case.applicant_id).count() == 1


def test_a_station_files_for_a_person_found_by_number(registration: Hall, program):
    body = by_station(registration, contact_phone=numbers.phone(4711))
    response = program(registration.clerk).post("cases", body)
    assert response.status_code == 201, response.content
    case = Case.objects.get(number=response.json()["number"])
    assert case.applicant == registration.applicant
    assert case.contact_phone == numbers.phone(4711)
    assert case.filed_by_id == registration.clerk.user_id


def test_a_station_has_seen_the_papers_a_resident_must_upload_them(db: None, program):
    allowance = hall(ALLOWANCE)
    refused = program(allowance.resident).post("cases", filing(allowance))
    assert refused.status_code == 422
    assert refused.json()["code"] == "answers_incomplete"
    assert all(name.startswith("answers.") for name in refused.json()["errors"])
    assert program(allowance.clerk).post("cases", by_station(allowance)).status_code == 201


def test_a_station_does_not_learn_whether_a_stranger_exists(registration: Hall, program):
    elsewhere = PersonFactory(community=CommunityFactory())
    unknown = numbers.id_number("159999", elsewhere.birth_on, is_male=True, serial=7)
    clerk = program(registration.clerk)
    answers = [
        clerk.post("cases", filing(registration, applicant={"id_number": number}))
        for number in (elsewhere.id_number, unknown)
    ]
    assert [a.status_code for a in answers] == [422, 422]
    assert answers[0].content == answers[1].content
    assert list(answers[0].json()["errors"]) == ["applicant.id_number"]


def test_a_resident_cannot_file_for_another(registration: Hall, program):
    other = PersonFactory(community=registration.community)
    body = filing(registration, applicant={"id_number": other.id_number})
    response = program(registration.resident).post("cases", body)
    assert (response.status_code, list(response.json()["errors"])) == (422, ["applicant"])
    assert not Case.objects.exists()


def test_a_post_without_the_power_does_not_file(registration: Hall, program):
    leader = staff(Role.LEADER)
    response = program(leader).post("cases", by_station(registration))
    assert response.status_code == 422  # it finds nobody
    official = program(registration.official).post("cases", by_station(registration))
    assert official.status_code in {403, 422}
    assert not Case.objects.exists()


def test_a_certificate_that_nobody_may_issue_is_refused_with_the_right_office(db: None, program):
    """民发〔2020〕20号, at this door as at the search, the start, the form and the counter."""
    here = hall("W7-02")
    load_catalogue()
    here.version = item_version("W7-02")
    issues = next(q["key"] for q in here.version.fields if q.get("no_certificates"))
    for who, body in ((here.resident, filing(here)), (here.clerk, by_station(here))):
        body["answers"][issues] = "请写明本人无犯罪记录证明"
        response = program(who).post("cases", body)
        assert response.status_code == 422
        answer = response.json()
        assert answer["code"] == "answers_not_issued"
        assert list(answer["errors"]) == [f"answers.{issues}"]
        assert "公安" in answer["errors"][f"answers.{issues}"][0]
    assert not Case.objects.exists()
    body["answers"][issues] = "2019年起住在这里"
    assert program(here.clerk).post("cases", body).status_code == 201


def test_a_draft_in_the_browser_stays_as_it_is(registration: Hall, program):
    draft = start_draft(
        registration.version,
        applicant=registration.applicant,
        by=registration.resident,
        now=registration.now,
    )
    assert program(registration.resident).post("cases", filing(registration)).status_code == 201
    assert not Draft.objects.get(pk=draft.pk).is_filed


def test_missing_answers_are_named(registration: Hall, program):
    body = filing(registration)
    required = next(
        q["key"] for q in registration.version.questions if q["required"] and not q.get("condition")
    )
    del body["answers"][required]
    response = program(registration.resident).post("cases", body)
    assert response.status_code == 422
    assert list(response.json()["errors"]) == [f"answers.{required}"]


def test_a_wrong_card_is_refused_and_a_right_one_kept_in_digits(db: None, program):
    allowance = hall(ALLOWANCE)
    body = by_station(allowance)
    body["answers"]["bank_account"] = "6222020602000000123"
    refused = program(allowance.clerk).post("cases", body)
    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == ["answers.bank_account"]

    body["answers"]["bank_account"] = "６２２２ 0206-0200 0000 128"
    case = Case.objects.get(number=program(allowance.clerk).post("cases", body).json()["number"])
    assert '"6222020602000000128"' in (case.answers or "")


# --- what may not be set from outside -----------------------------------------------------------------


def test_no_column_of_a_case_can_be_set_from_outside(registration: Hall, program):
    caller = program(registration.resident)
    for field in {f.attname for f in Case._meta.concrete_fields} - {"answers"}:
        response = caller.post("cases", {**filing(registration), field: "granted"})
        assert (response.status_code, list(response.json()["errors"])) == (422, [field])
    assert not Case.objects.exists()


def test_no_answer_outside_the_form_is_taken(registration: Hall, program):
    body = filing(registration)
    body["answers"]["outcome"] = "granted"
    response = program(registration.resident).post("cases", body)
    assert (response.status_code, response.json()["code"]) == (422, "answers_unknown")
    assert list(response.json()["errors"]) == ["answers.outcome"]


def test_answers_of_a_strange_shape_are_refused(registration: Hall, program):
    caller, body = program(registration.resident), filing(registration)
    key = next(iter(body["answers"]))
    for value in (True, None, {"a": 1}, [1], [["x"]], "x" * 4001, ["x"] * 51):
        body["answers"][key] = value
        response = caller.post("cases", body)
        assert (response.status_code, list(response.json()["errors"])) == (422, [f"answers.{key}"])


# --- once ---------------------------------------------------------------------------------------------


def test_an_unsafe_call_needs_a_key(registration: Hall, program):
    response = program(registration.resident).post("cases", filing(registration), key=None)
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")
    bad = program(registration.resident).post("cases", filing(registration), key="a b")
    assert (bad.status_code, bad.json()["code"]) == (400, "idempotency_key")


def test_a_repeated_call_is_carried_out_once_and_answers_the_same(registration: Hall, program):
    caller, key, body = program(registration.resident), str(uuid.uuid4()), filing(registration)
    first, again = (caller.post("cases", body, key=key) for _n in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert Case.objects.count() == 1


def test_the_same_key_with_another_content_is_refused(registration: Hall, program):
    caller, key = program(registration.resident), "one-key"
    caller.post("cases", filing(registration), key=key)
    other = filing(registration, contact_phone=numbers.phone(99))
    response = caller.post("cases", other, key=key)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")


def test_keys_of_two_callers_never_meet(registration: Hall, program):
    first = program(registration.resident).post("cases", filing(registration), key="k")
    second = program(registration.clerk).post("cases", by_station(registration), key="k")
    assert (first.status_code, second.status_code) == (201, 201)
    assert Case.objects.count() == 2


def test_a_failed_call_leaves_its_key_free(registration: Hall, program):
    caller, wrong = program(registration.resident), filing(registration)
    wrong["answers"] = {}
    assert caller.post("cases", wrong, key="k").status_code == 422
    assert caller.post("cases", filing(registration), key="k").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_eight_parallel_posts_file_one_case(transactional_db: None, program):
    from tests.factories.servicehall import JOBLESS

    h = hall(JOBLESS)
    secret, body, key = token_for(h.resident).secret, filing(h), str(uuid.uuid4())

    def post(_n: int):
        try:
            response = Program(secret).post("cases", body, key=key)
            return response.status_code, response.content
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(post, range(8)))
    assert len(answers) == 1
    status, content = answers.pop()
    assert status == 201
    assert [case.number for case in Case.objects.all()] == [json.loads(content)["number"]]


# --- listing ------------------------------------------------------------------------------------------


def numbers_of(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["number"] for row in response.json()["items"]]


def test_a_resident_lists_his_own_and_nobody_elses(registration: Hall, program):
    mine = registration.filed()
    stranger = hall(registration.version.item_id)
    stranger.filed()
    assert numbers_of(program(registration.resident).get("cases")) == [mine.number]


def test_lists_show_masked_names_and_nothing_personal(registration: Hall, program):
    case = registration.filed()
    response = program(registration.clerk).get("cases")
    row = response.json()["items"][0]
    assert row["applicant_name"] == "陈*芝"
    text = response.content.decode()
    for secret in (
        case.applicant.full_name,
        case.applicant.id_number,
        case.applicant.phone,
        case.query_code,
        str(case.applicant_id),
    ):
        assert str(secret) not in text


def test_a_clerk_of_another_station_lists_nothing(registration: Hall, program):
    registration.filed()
    assert numbers_of(program(staff(Role.WINDOW_CLERK, StationFactory())).get("cases")) == []


def test_those_who_may_list_but_not_open_get_a_404_for_the_case(dibao: Hall, program):
    case = dibao.filed()
    office = program(staff(Role.DISTRICT_OFFICE))
    assert numbers_of(office.get("cases")) == [case.number]
    assert office.get(f"cases/{case.number}").status_code == 404


def test_pages_hold_every_case_once_newest_first(dibao: Hall, program):
    for _n in range(7):
        dibao.filed()
    caller = program(dibao.clerk)
    seen: list[str] = []
    after: dict[str, str] = {}
    for _page in range(10):
        page = caller.get("cases", size=3, **after).json()
        assert len(page["items"]) <= 3
        seen += [row["number"] for row in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == [c.number for c in Case.objects.order_by("-id")]
    assert len(seen) == 7


def test_filters_narrow_the_list(dibao: Hall, program):
    open_case = dibao.filed()
    gone = dibao.filed()
    actions.withdraw(gone.pk, by=dibao.resident, now=dibao.now)
    clerk = program(dibao.clerk)
    today = timezone.localdate(dibao.now)
    assert numbers_of(clerk.get("cases", state="withdrawn")) == [gone.number]
    assert numbers_of(clerk.get("cases", state="submitted")) == [open_case.number]
    assert numbers_of(clerk.get("cases", window="W9")) == []
    assert len(numbers_of(clerk.get("cases", filed_from=today, filed_to=today))) == 2
    assert numbers_of(clerk.get("cases", filed_from=today + timedelta(days=1))) == []


WRONG: list[dict[str, Any]] = [
    {"size": 0},
    {"size": 101},
    {"size": "x"},
    {"state": "gone"},
    {"filed_from": "2026-02-30"},
    {"after": "x"},
    {"stat": "withdrawn"},
    {"window": "\x00"},
]


def test_wrong_filters_are_refused_not_ignored(dibao: Hall, program):
    caller = program(dibao.clerk)
    for query in WRONG:
        response = caller.get("cases", **query)
        assert response.status_code == 422, query
        assert response["Content-Type"] == "application/problem+json"


def test_a_parameter_stands_once(dibao: Hall, program):
    caller = program(dibao.clerk)
    response = caller.client.get("/api/v1/cases?size=1&size=2", headers=caller._headers())
    assert response.status_code == 422


def test_a_list_of_cases_costs_the_same_with_any_number(dibao: Hall, program, count_queries):
    caller = program(dibao.clerk)
    dibao.filed()
    caller.get("cases")
    few = count_queries(lambda: caller.get("cases"))
    for _n in range(6):
        dibao.filed()
    assert count_queries(lambda: caller.get("cases")) == few <= 6


# --- following ----------------------------------------------------------------------------------------


def test_the_applicant_follows_his_case(dibao: Hall, program):
    case = dibao.accepted()
    shown = program(dibao.resident).get(f"cases/{case.number}").json()
    assert shown["state"] == "accepted"
    assert shown["applicant_name"] == dibao.applicant.full_name
    assert shown["promised_due_on"] == str(case.promised_due_on)
    assert [entry["state"] for entry in shown["timeline"]][:3] == ["done", "done", "now"]


def test_every_look_is_written_down(dibao: Hall, program):
    case = dibao.filed()
    program(dibao.clerk).get(f"cases/{case.number}")
    entry = AuditEntry.objects.get(action="case.viewed")
    assert (entry.user_id, entry.person_id) == (dibao.clerk.user_id, case.applicant_id)
    assert entry.detail["page"] == "api"


def test_a_foreign_case_is_answered_like_a_missing_one(dibao: Hall, program):
    case = dibao.filed()
    stranger = program(staff(Role.WINDOW_CLERK, StationFactory()))
    foreign = stranger.get(f"cases/{case.number}")
    missing = stranger.get("cases/15030200200120260101999990")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert foreign.headers.keys() == missing.headers.keys()
    gone = stranger.post(f"cases/{case.number}/withdraw")
    assert gone.status_code == 404
    assert not AuditEntry.objects.filter(action="case.viewed").exists()


def test_number_and_code_open_a_case_without_its_personal_parts(dibao: Hall, program):
    case = dibao.accepted()
    asked = [
        program().get(f"cases/{case.number}", {"X-Query-Code": case.query_code}),
        program().post("track", {"number": case.number, "query_code": case.query_code}, key=None),
    ]
    for response in asked:
        assert response.status_code == 200, response.content
        shown = response.json()
        assert shown["state"] == "accepted"
        assert (shown["applicant_name"], shown["outcome_reason"], shown["notice"]) == ("", "", None)
        assert {entry["note"] for entry in shown["timeline"]} == {""}
        assert dibao.applicant.full_name not in response.content.decode()


def test_a_wrong_code_an_unknown_number_and_no_code_are_the_same_404(dibao: Hall, program):
    case = dibao.filed()
    wrong = "000000" if case.query_code != "000000" else "111111"
    answers = [
        program().get(f"cases/{case.number}"),
        program().get(f"cases/{case.number}", {"X-Query-Code": wrong}),
        program().get(f"cases/{case.number}", {"X-Query-Code": "令"}),
        program().get("cases/15030200200120260101999990", {"X-Query-Code": wrong}),
        program().post("track", {"number": case.number, "query_code": wrong}, key=None),
    ]
    assert {a.status_code for a in answers} == {404}
    assert len({a.content for a in answers}) == 1


def test_codes_cannot_be_tried_out(dibao: Hall, program):
    case = dibao.filed()
    wrong = "000000" if case.query_code != "000000" else "111111"
    body = {"number": case.number, "query_code": wrong}
    answers = [program().post("track", body, key=None) for _n in range(12)]
    assert 429 in [a.status_code for a in answers]
    stopped = program().post("track", {**body, "query_code": case.query_code}, key=None)
    assert stopped.status_code == 429
    assert int(stopped["Retry-After"]) >= 1


# --- withdrawing --------------------------------------------------------------------------------------


def test_the_applicant_withdraws_once(dibao: Hall, program):
    case = dibao.filed()
    caller = program(dibao.resident)
    first, again = (
        caller.post(f"cases/{case.number}/withdraw", {"reason": "改天再办"}, key="w")
        for _n in range(2)
    )
    assert (first.status_code, first.json()["state"]) == (200, "withdrawn")
    assert again.content == first.content
    assert case.events.filter(action="withdraw").count() == 1
    late = caller.post(f"cases/{case.number}/withdraw", {"reason": "改天再办"}, key="another")
    assert (late.status_code, late.json()["code"]) == (409, "state_moved_on")


def test_the_station_withdraws_for_somebody_who_stands_there(dibao: Hall, program):
    case = dibao.filed()
    assert program(dibao.clerk).post(f"cases/{case.number}/withdraw").status_code == 200


def test_who_only_reviews_does_not_withdraw(dibao: Hall, program):
    case = dibao.accepted()
    response = program(dibao.official).post(f"cases/{case.number}/withdraw")
    assert (response.status_code, response.json()["code"]) == (403, "not_yours")
