"""A copy of all that is held; deletion of what one told of oneself; the matters of the next of kin."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from accounts import sealing, verifying
from accounts.models import AuditEntry
from common import storage
from common.errors import Conflict, Invalid, NotAllowed
from common.uploads import CleanFile
from community.governance.enums import Role
from notifications.models import Message
from residents.base.actions import open_file, update_phone
from residents.base.models import Person, SourceRecord
from residents.rights import actions
from residents.rights.enums import CopyState
from residents.rights.models import Consent, Copy, Deletion, KinRequest
from servicehall.cases import actions as cases
from servicehall.cases.actions import start_family
from servicehall.cases.models import CaseFamily, Draft, KeptPaper, Upload
from servicehall.catalogue.models import Bundle
from tests.factories.data import load_rights, load_sources
from tests.factories.governance import (
    CommunityOfficeFactory,
    DistrictFactory,
    StationFactory,
    resident_scope,
    staff,
)
from tests.factories.residents import PersonFactory, household
from tests.factories.servicehall import ALLOWANCE, file_case, hall, item_version
from tests.signing_in import client_for
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded():
    load_sources()
    load_rights()


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def clerk(station):
    return staff(Role.WINDOW_CLERK, station)


@pytest.fixture
def district(station):
    return staff(Role.DATA_CLERK, CommunityOfficeFactory(place=station.place.parent.parent))


@pytest.fixture
def me(station):
    return PersonFactory(full_name="陈桂芝", community=station.place, account=True)


@pytest.fixture
def mine(me):
    return resident_scope(me.account)


# --- a copy ---------------------------------------------------------------------------------------------
def made(mine, now=None):
    asked = actions.ask_copy(by=mine, language="zh-hans", now=now or timezone.now())
    actions.make_copy(asked.pk, now=now or timezone.now())
    asked.refresh_from_db()
    return asked


def test_a_copy_holds_everything_and_lies_encrypted(me, mine, clerk):
    household(me, spouse=PersonFactory(community=me.community))
    open_file(me.pk, purpose="phone", by=clerk, now=timezone.now())
    actions.give_consent(me.pk, "survey", by=mine, now=timezone.now())
    found = made(mine)
    assert found.state == CopyState.READY
    content = json.loads(storage.read(found.json_as))
    values = {row["key"]: row["value"] for row in content["attributes"]}
    assert values["id_number"] == me.id_number
    assert values["phone"] == me.phone
    assert content["households"][0]["relation"] == "户主"
    assert content["addresses"]
    assert content["consents"][0]["purpose"] == "满意度回访"
    assert any(look["who"] == clerk.post_label for look in content["looks"])
    assert {part["code"] for part in content["held"]} >= {"cases", "proposals"}
    page = storage.read(found.page_as).decode()
    assert me.id_number in page
    assert clerk.post_label in page
    assert me.id_number.encode() not in storage._path(found.json_as).read_bytes()
    assert Message.objects.filter(kind="copy.ready", user_id=me.account_id).exists()


@sweeps(actions.expire_copies, actions.make_copy)
def test_every_step_of_a_copy_is_written_down_and_it_expires(me, mine):
    found = made(mine)
    now = timezone.now()
    assert actions.open_copy(found.pk, "json", by=mine, now=now)
    assert [e.action for e in AuditEntry.objects.filter(person_id=me.pk).order_by("id")] == [
        "copy.asked",
        "copy.made",
        "copy.opened",
    ]
    later = now + timedelta(hours=73)
    with pytest.raises(Copy.DoesNotExist):
        actions.open_copy(found.pk, "json", by=mine, now=later)
    assert actions.expire_copies(now=later) == 1
    assert actions.expire_copies(now=later) == 0
    with pytest.raises(storage.FileMissing):
        storage.read(found.json_as)


def test_two_presses_are_one_copy_and_a_lost_task_loses_nothing(mine):
    now = timezone.now()
    first = actions.ask_copy(by=mine, language="zh-hans", now=now)
    assert actions.ask_copy(by=mine, language="en", now=now) == first
    assert actions.make_copy(first.pk, now=now) is not None
    assert actions.make_copy(first.pk, now=now) is None


@sweeps(actions.open_copy)
def test_the_password_is_asked_and_nobody_else_downloads(me, mine, station, clerk):
    found = made(mine)
    browser = client_for(me.account)
    answer = browser.get(f"/me/copy/{found.pk}/json/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with time_machine.travel(timezone.now() + timedelta(seconds=301), tick=False):
        for url in ("/me/copy/", f"/me/copy/{found.pk}/json/"):
            assert browser.get(url).headers["Location"].startswith("/accounts/verify/")
    neighbour = PersonFactory(community=station.place, account=True)
    assert client_for(neighbour.account).get(f"/me/copy/{found.pk}/json/").status_code == 404
    assert client_for(clerk).get(f"/me/copy/{found.pk}/json/").status_code == 403


# --- deletion -------------------------------------------------------------------------------------------
@pytest.fixture
def told(me, clerk):
    """She gave a telephone at the counter."""
    update_phone(me.pk, "13900001234", source="counter", by=clerk, now=timezone.now())
    me.refresh_from_db()
    return me


def ask(mine, *parts):
    return actions.file_deletion(parts, by=mine, now=timezone.now())


def accept(found, by, *parts, answer=""):
    return actions.accept_deletion(found.pk, parts, answer=answer, by=by, now=timezone.now())


@sweeps(actions.refuse_deletion, actions.withdraw_deletion, actions.withdraw_kin_request)
def test_a_wish_is_refused_or_taken_back(told, mine, district):
    now = timezone.now()
    actions.refuse_deletion(ask(mine, "phone").pk, answer="还在办低保", by=district, now=now)
    actions.withdraw_deletion(ask(mine, "phone").pk, by=mine, now=now)
    dead = PersonFactory(deceased=True, community=told.community)
    asked = actions.file_kin_request(
        name=dead.full_name,
        number=dead.id_number,
        relation="20",
        wish="see",
        words="办理继承",
        by=mine,
        now=now,
    )
    assert actions.withdraw_kin_request(asked.pk, by=mine, now=now).state == "withdrawn"


def test_what_the_law_keeps_cannot_even_be_asked_away(told, mine):
    page = client_for(told.account).get("/me/deletion/").content.decode()
    assert 'value="phone"' in page
    assert 'value="full_name"' not in page
    assert "待遇结束后10年" in page
    with pytest.raises(Invalid):
        ask(mine, "full_name")
    with pytest.raises(Invalid):
        ask(mine)


def test_the_telephone_goes_from_file_and_records_and_the_trail_stays_whole(
    told, mine, district, settings, tmp_path
):
    settings.AUDIT_KEY_FILE = str(tmp_path / "audit.pem")
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchor.jsonl")
    found = ask(mine, "phone")
    accept(found, district, "phone")
    told.refresh_from_db()
    assert told.phone is None
    assert told.phone_index is None
    assert all("phone" not in record.values for record in SourceRecord.objects.all())
    found.refresh_from_db()
    assert found.done == {"phone": "done"}
    assert Message.objects.filter(kind="deletion.accepted", user_id=told.account_id).exists()
    sealing.seal(now=timezone.now())
    sealing.anchor(now=timezone.now())
    with Path(settings.AUDIT_ANCHOR_FILE).open() as anchored:
        anchor = verifying.read_anchor(anchored, sealing.signing_key().public_key())
    assert verifying.verify(anchor).is_sound
    assert not [e for e in AuditEntry.objects.all() if "13900001234" in str(e.__dict__)]


def test_a_value_that_was_kept_without_a_record_goes_too(me, mine, district):
    """Bulk-loaded people have their provenance alone."""
    me.provenance = {**me.provenance, "phone": ["self", "2026-01-05"]}
    me.save()
    accept(ask(mine, "phone"), district, "phone")
    me.refresh_from_db()
    assert me.phone is None
    assert "phone" not in me.provenance


@sweeps(actions.accept_deletion, actions.file_deletion)
def test_consents_and_the_account_go_and_nobody_signs_in_any_more(told, mine, district):
    actions.give_consent(told.pk, "survey", by=mine, now=timezone.now())
    account, browser = told.account, client_for(told.account)
    found = ask(mine, "consents", "account")
    accept(found, district, "consents", "account")
    assert not Consent.objects.filter(withdrawn_at__isnull=True).exists()
    told.refresh_from_db()
    account.refresh_from_db()
    assert told.account_id is None
    assert not account.is_active
    assert account.display_name == ""
    assert browser.get("/me/").status_code == 302
    # The trail knows the account by its id alone.
    assert AuditEntry.objects.filter(action="user.closed", target_id=str(account.pk)).exists()


def test_a_part_that_stays_needs_its_reason(told, mine, district):
    found = ask(mine, "phone", "consents")
    with pytest.raises(Invalid):
        accept(found, district, "consents")
    with pytest.raises(Invalid):
        accept(found, district, answer="都不删")
    accept(found, district, "consents", answer="有一件正在办，电话留到办结")
    found.refresh_from_db()
    assert found.done == {"phone": "kept", "consents": "done"}
    told.refresh_from_db()
    assert told.phone == "13900001234"
    page = client_for(told.account).get("/me/deletion/").content.decode()
    assert "电话留到办结" in page
    assert "保留" in page


def test_the_district_answers_and_nobody_else(told, mine, district, station):
    found = ask(mine, "phone")
    far = CommunityOfficeFactory(place=DistrictFactory())
    for stranger in (staff(Role.STATION_DIRECTOR, station), staff(Role.DATA_CLERK, far)):
        with pytest.raises(Deletion.DoesNotExist):
            accept(found, stranger, "phone")
    told.staff_account_id = district.user_id
    told.save()
    with pytest.raises(NotAllowed):
        accept(found, district, "phone")
    with pytest.raises(Conflict):
        ask(mine, "phone")


@sweeps(actions.look_at_deletion)
def test_a_deletion_from_page_to_page(told, mine, district):
    browser, desk = client_for(told.account), client_for(district)
    browser.post("/me/deletion/", {"parts": ["phone"]})
    found = Deletion.objects.get()
    assert found.due_on >= timezone.localdate() + timedelta(days=15)
    assert desk.get("/rights/deletions/").status_code == 200
    url = f"/rights/deletions/{found.pk}/"
    assert desk.get(url).headers["Location"] == url
    assert "法律要求留的" in desk.get(url).content.decode()
    assert desk.post(url, {"act": "accept"}).status_code == 422
    assert (
        desk.post(url, {"act": "accept", "parts": ["phone"]}).headers["Location"]
        == "/rights/deletions/"
    )
    assert "已删除" in browser.get("/me/deletion/").content.decode()


# --- what the hall keeps for her alone ------------------------------------------------------------------
PDF = b"%PDF-1.4 kept"


def keeps(by):
    file = CleanFile(PDF, "pdf", 1, len(PDF), "0" * 64, "a.pdf")
    return cases.keep_paper(file, kind="other", title="户口本", by=by, now=timezone.now())


def begins(place, *, with_file):
    """A draft of the hall's applicant, with a file where one is asked for."""
    draft = cases.start_draft(
        place.version, applicant=place.applicant, by=place.resident, now=place.now
    )
    if with_file:
        field = next(f["key"] for f in place.version.fields if f["type"] == "file")
        paper = keeps(place.resident)
        cases.use_paper(paper.pk, draft.pk, field, by=place.resident, now=timezone.now())
    return draft


def answering_for(place):
    """Whoever answers for the district."""
    district = place.community.parent and place.community.parent.parent
    return staff(Role.DATA_CLERK, CommunityOfficeFactory(place=district))


def is_there(name):
    try:
        return bool(storage.read(name))
    except storage.FileMissing:
        return False


def test_kept_papers_and_drafts_go_when_asked_and_what_was_filed_stays():
    place = hall(ALLOWANCE)
    other = PersonFactory(community=place.community, account=True)
    others = keeps(resident_scope(other.account))
    answerer = answering_for(place)
    case = file_case(place.version, place.applicant, by=place.resident, now=place.now)
    begins(place, with_file=True)
    (mark,) = KeptPaper.objects.filter(person=place.applicant)
    copy = Upload.objects.get(draft__is_filed=False)
    assert is_there(mark.stored_as)
    assert is_there(copy.stored_as)
    page = client_for(place.applicant.account).get("/me/deletion/").content.decode()
    assert "我的材料" in page
    assert "没有提交的申请" in page

    found = ask(place.resident, "kept_papers")
    accept(found, answerer, "kept_papers")
    found.refresh_from_db()
    assert found.done == {"kept_papers": "done"}
    assert list(KeptPaper.objects.all()) == [others]
    assert not is_there(mark.stored_as)
    assert is_there(others.stored_as)
    # The copy in the draft is another matter, and goes with the draft.
    assert is_there(copy.stored_as)
    accept(ask(place.resident, "drafts"), answerer, "drafts")
    assert not is_there(copy.stored_as)
    assert not Draft.objects.filter(is_filed=False).exists()
    case.refresh_from_db()
    assert case.answers
    assert case.uploads.count() == 2


def test_with_the_account_goes_what_nobody_could_reach_any_more():
    place = hall(ALLOWANCE)
    answerer = answering_for(place)
    case = file_case(place.version, place.applicant, by=place.resident, now=place.now)
    start_family(
        Bundle.objects.get(code="disability"),
        [item_version("W4-02").item_id],
        applicant=place.applicant,
        by=place.resident,
        now=place.now,
    )
    begins(place, with_file=True)
    files = [KeptPaper.objects.get().stored_as, Upload.objects.get(draft__is_filed=False).stored_as]
    found = ask(place.resident, "account", "kept_papers")
    with pytest.raises(Invalid):  # a part that stays needs its reason
        accept(found, answerer, "account")
    assert all(is_there(name) for name in files)
    accept(found, answerer, "account", answer="材料一并删除")
    assert not KeptPaper.objects.exists()
    assert not Draft.objects.filter(is_filed=False).exists()
    assert not CaseFamily.objects.exists()
    assert not any(is_there(name) for name in files)
    assert case.uploads.count() == 2


def test_a_deletion_that_fails_keeps_every_file(monkeypatch):
    place = hall(ALLOWANCE)
    answerer = answering_for(place)
    paper = keeps(place.resident)
    found = ask(place.resident, "kept_papers")
    monkeypatch.setattr("residents.rights.actions._core.close", lambda *_args, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        accept(found, answerer, "kept_papers")
    assert KeptPaper.objects.filter(pk=paper.pk).exists()
    assert is_there(paper.stored_as)


# --- the next of kin --------------------------------------------------------------------------------------
@sweeps(actions.answer_kin_request, actions.file_kin_request, actions.look_at_kin)
def test_the_next_of_kin_asks_and_a_clerk_answers_and_nothing_happens_by_itself(me, district):
    dead = PersonFactory(deceased=True, community=me.community)
    before = Person.objects.filter(pk=dead.pk).values().get()
    browser, desk = client_for(me.account), client_for(district)
    sent = {
        "name": dead.full_name,
        "number": dead.id_number,
        "relation": "20",
        "wish": "see",
        "words": "办理继承",
    }
    assert browser.post("/me/kin/", {**sent, "number": "1"}).status_code == 422
    in_law = browser.post("/me/kin/", {**sent, "relation": "28"})
    assert (in_law.status_code, KinRequest.objects.count()) == (422, 0), "民法典 1045"
    browser.post("/me/kin/", sent)
    found = KinRequest.objects.get()
    assert dead.id_number not in browser.get("/me/kin/").content.decode()
    assert "/rights/kin/" in desk.get("/rights/kin/").content.decode()
    url = f"/rights/kin/{found.pk}/"
    assert "办理继承" in desk.get(url).content.decode()
    assert desk.post(url, {"act": "accept", "answer": ""}).status_code == 422
    assert (
        desk.post(url, {"act": "accept", "answer": "请带死亡证明到窗口查阅"}).headers["Location"]
        == "/rights/kin/"
    )
    assert "请带死亡证明到窗口查阅" in browser.get("/me/kin/").content.decode()
    assert Person.objects.filter(pk=dead.pk).values().get() == before
    assert AuditEntry.objects.filter(action="kin.accept", person_id=me.pk).exists()
