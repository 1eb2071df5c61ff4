"""One base fills each department's own form (S33), and nothing leaves it unnoticed (T4, T11, F23)."""

import csv
import io
import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override

from accounts import audit
from accounts.models import AuditEntry, FileUse, User
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Role
from community.governance.models import Post
from dashboards.demo import numbers
from notifications.models import Message
from residents.base import actions as base
from residents.base.looks import looks
from residents.base.models import Person, PersonDetail
from residents.exchange import sealed, sheets
from residents.exchange.actions import exports, setup
from residents.exchange.actions.setup import OF_TEMPLATE, load_template
from residents.exchange.enums import RunState
from residents.exchange.models import ExchangeFigure, ExportRow, ExportRun, FieldEntitlement
from tests.factories.data import load_exchange, load_sources
from tests.factories.exchange import asked, exported, official, template, worked
from tests.factories.governance import (
    CommunityFactory,
    CommunityOfficeFactory,
    PostFactory,
    StationFactory,
    scope_of_post,
    staff,
)
from tests.factories.residents import PersonFactory, household, years_ago
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path


@pytest.fixture
def community():
    return CommunityFactory()


@pytest.fixture(autouse=True, scope="module")
def exchange(ground):
    load_exchange()


@pytest.fixture
def civil(exchange, community):
    return official("civil_affairs")


def poor(community, **more):
    person = PersonFactory(community=community, **more)
    PersonDetail.objects.create(person=person, aid_status="1")
    return person


def sheet(content: bytes) -> list[list[object]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [list(row) for row in book.active.iter_rows(values_only=True)]


def lines(content: bytes, encoding: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


def headed(rows: list[list[object]], titles: int = 0) -> list[dict[str, object]]:
    """The rows by heading, without titles and watermark."""
    heads, *body = rows[titles:]
    return [
        dict(zip(map(str, heads), row, strict=True)) for row in body[:-1] if len(row) == len(heads)
    ]


# --- a phone typed once (S33) -----------------------------------------------------------------------
def test_a_phone_typed_once_at_the_counter_stands_in_the_forms_of_six_departments(community):
    load_sources()
    load_exchange()
    head = PersonFactory(community=community, full_name="王建国", birth_on=years_ago(58))
    mother = PersonFactory(community=community, elder=True, birth_on=date(1944, 3, 8))
    home = household(head, mother=mother)
    PersonDetail.objects.create(
        person=head, aid_status="1", employment="30", education="61", medical_insurance="2",
        disability_kind="4", disability_level="2", registered_address="海勃湾区新华街1号",
    )  # fmt: skip
    clerk = staff(Role.WINDOW_CLERK, StationFactory(place=community))
    phone = numbers.phone(7_123_456)
    for person in (head, mother):
        base.update_phone(person.pk, phone, source="counter", by=clerk, now=timezone.now())

    found = {}
    for key, code in (
        ("public_security", "police_population"),
        ("civil_affairs", "civil_aid"),
        ("human_resources", "labour_employment"),
        ("health", "health_families"),
        ("healthcare_security", "insurance_enrolment"),
        ("disabled_federation", "disabled_persons"),
    ):
        _run, found[key] = exported(official(key), community, code)

    police = {row["姓名"]: row for row in headed(sheet(found["public_security"]))}
    assert police["王建国"]["联系方式"] == phone
    assert police["王建国"]["出生日期"] == head.birth_on.strftime("%Y%m%d")
    assert police["王建国"]["性别"] == "1"
    assert police["王建国"]["户籍门（楼）详址"] == "海勃湾区新华街1号", "the register, not the door"
    assert police["陈桂芝"]["户号"] == home.number
    assert police["陈桂芝"]["与户主关系"] == "52"
    assert police["陈桂芝"]["户主姓名"] == "王建国"
    assert "宗教信仰" not in police["王建国"]

    rows = sheet(found["civil_affairs"])
    assert rows[0][0] == f"{community.name}低保、高龄人员花名册"
    civil = {row["姓名"]: row for row in headed(rows, titles=2)}
    assert civil["王建国"]["联系电话"] == phone
    assert civil["王建国"]["救助类别"] == "低保"
    assert civil["陈桂芝"]["出生年月日"] == "1944年3月8日"
    assert civil["陈桂芝"]["与户主关系"] == "母亲"
    assert {row["序号"] for row in civil.values()} == {1, 2}

    labour = headed(lines(found["human_resources"], "gb18030"))  # type: ignore[arg-type]
    assert [(row["联系电话"], row["就业状态"], row["文化程度"]) for row in labour] == [
        (phone, "C", "普通高中毕业")
    ]
    assert next(iter(labour[0])) == "联系电话"

    insured = headed(lines(found["healthcare_security"], "utf-8-sig"))  # type: ignore[arg-type]
    assert [(row["手机号码"], row["证件类型"], row["险种类型"]) for row in insured] == [
        (phone, "01", "390")
    ]
    assert (insured[0]["资助参保身份"], insured[0]["重度残疾"]) == ("低保对象", "1")

    disabled = headed(sheet(found["disabled_federation"]), titles=2)
    assert [(row["联系电话"], row["残疾类别"], row["残疾等级"]) for row in disabled] == [
        (phone, "肢体残疾", "二级")
    ]
    assert (disabled[0]["是否就业"], disabled[0]["是否低保或特困"]) == ("否", "是")

    health = headed(sheet(found["health"]), titles=1)
    assert [row["手机"] for row in health] == [int(phone)]
    assert health[0]["出生日期"].date() == date(1944, 3, 8)  # type: ignore[attr-defined]


def test_a_number_too_long_for_a_spreadsheet_stays_a_text(community, civil):
    person = poor(community)
    _run, content = exported(civil, community)
    cell = openpyxl.load_workbook(io.BytesIO(content)).active["E4"]
    assert (cell.value, cell.data_type, cell.number_format) == (person.id_number, "s", "@")


def test_only_who_fits_the_form_and_lives_there_is_in_it(community, civil):
    inside = poor(community)
    poor(CommunityFactory())
    poor(community, deceased=True)
    PersonFactory(community=community)
    run, _content = exported(civil, community)
    assert list(run.lines.values_list("person_id", flat=True)) == [inside.pk]


def test_ages_count_from_the_birthday(community):
    load_exchange()
    today = timezone.localdate()
    old = today.replace(year=today.year - 80, day=min(today.day, 28))
    PersonFactory(community=community, full_name="够了", birth_on=old)
    PersonFactory(community=community, full_name="没到", birth_on=old + timedelta(days=4))
    _run, content = exported(official(), community)
    assert [(r["姓名"], r["年龄"]) for r in headed(sheet(content), titles=2)] == [("够了", 80)]


# --- templates are data -----------------------------------------------------------------------------
def changed(**more):
    found = template()
    head = {key: getattr(found, key) for key in OF_TEMPLATE if key != "valid_from"}
    return head | found.content | {"valid_from": date(2026, 6, 1)} | more


@sweeps(load_template)
def test_a_changed_file_is_the_next_version_from_its_day_on(civil):
    assert load_template(changed(titles=["新表头"]))
    assert not load_template(changed(titles=["新表头"]))
    old, new = type(template()).objects.filter(code="civil_aid").order_by("version")
    assert (old.valid_to, new.valid_from, new.version) == (date(2026, 6, 1), date(2026, 6, 1), 2)


def test_its_english_is_no_new_version(community, civil):
    poor(community)
    exported(civil, community)
    start = template().valid_from
    assert load_template(changed(valid_from=start, purpose_en="To look again"))
    assert not load_template(changed(valid_from=start, purpose_en="To look again"))
    with override("en"):
        assert template().purpose_shown == "To look again"
    assert template().purpose_shown == "低保复核与高龄津贴核对"


def test_a_version_by_which_files_went_out_is_not_rewritten(community, civil):
    poor(community)
    exported(civil, community)
    with pytest.raises(NotAllowed, match="template_used"):
        load_template(changed(valid_from=template().valid_from, titles=["改了"]))


@pytest.mark.parametrize(
    "value", ["employment", "head_phone", "political_status", "disability_certificate"]
)
def test_a_form_with_what_the_department_is_not_entitled_to_is_refused(civil, value):
    FieldEntitlement.objects.filter(body_key="civil_affairs", attribute="phone").delete()
    with pytest.raises(Invalid, match="not_entitled"):
        load_template(changed(columns=[{"heading": "多要的", "value": value}]))


def test_a_list_of_those_with_a_trait_discloses_the_trait(civil):
    content = changed(
        persons={"where": {"employment": ["30"]}},
        columns=[{"heading": "姓名", "value": "full_name"}],
    )
    with pytest.raises(Invalid, match="not_entitled"):
        load_template(content)


def test_an_entitlement_that_ended_stops_the_next_export(community, civil):
    poor(community)
    ended = FieldEntitlement.objects.get(body_key="civil_affairs", attribute="bank_card")
    ended.valid_to = timezone.localdate()
    ended.save()
    with pytest.raises(Invalid, match="not_entitled"):
        asked(civil, community)


@sweeps(exports.request_export)
def test_an_entitlement_that_ends_while_an_export_is_under_way_stops_it(community, civil):
    poor(community)
    run = asked(civil, community)
    exports.advance(run.pk, now=timezone.now())
    FieldEntitlement.objects.filter(body_key="civil_affairs", attribute="bank_card").delete()
    run = worked(run)
    assert (run.state, run.lines.count()) == (RunState.REJECTED, 0)
    assert "银行卡号" in run.decision_note


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": []},
        {"columns": [{"heading": "x", "value": "nonsense"}]},
        {"columns": [{"heading": "x", "value": "sex", "codes": {"7": "?"}}]},
        {"columns": [{"heading": "x", "value": "birth_on", "date": "MM/DD"}]},
        {"file": {"format": "doc"}},
        {"file": {"sheet": "a/b"}},
        {"persons": {"where": {"aid_status": ["9"]}}},
        {"persons": {"ages": ["old", None]}},
    ],
)
def test_a_layout_that_is_none_is_refused(civil, wrong):
    with pytest.raises(Invalid, match="template_wrong"):
        load_template(changed(**wrong))


def test_a_second_load_changes_nothing(civil):
    assert sum(setup.load_exchange().values()) == 0


# --- who, how often, with whom ------------------------------------------------------------------------
def test_a_department_exports_by_its_own_templates_in_its_own_district(community, civil):
    police = template("police_population")
    with pytest.raises(type(police).DoesNotExist):
        asked(civil, community, "police_population")
    far = CommunityFactory(parent=StationFactory().place.parent.parent.parent)
    far.path = "/150300/150399/far/"
    with pytest.raises(type(far).DoesNotExist):
        asked(civil, far)


def test_five_exports_a_day_and_the_sixth_tomorrow(community, civil):
    now = timezone.now()
    for _time in range(5):
        asked(civil, community, now=now)
    with pytest.raises(NotAllowed, match="too_many_exports"):
        asked(civil, community, now=now)
    assert asked(civil, community, now=now + timedelta(days=1)).state == RunState.GATHERING


@pytest.fixture
def big(community, civil):
    """An export of two rows where one person may decide on one row only."""
    ExchangeFigure.objects.filter(code="rows_one_person").update(value=1)
    poor(community)
    poor(community)
    return worked(asked(civil, community))


def test_above_the_limit_nothing_is_written_until_a_second_person_agrees(community, civil, big):
    assert big.state == RunState.WAITING
    assert sealed.read(big.pk) is None
    with pytest.raises(NotAllowed, match="no_file"):
        exports.fetch(big.pk, by=civil, now=timezone.now())
    colleague = staff(Role.DEPARTMENT_OFFICIAL, big.requested_body)
    assert list(ExportRun.objects.to_decide(colleague)) == [big]
    exports.decide(big.pk, approve=True, note="", by=colleague, now=timezone.now())
    assert worked(big).state == RunState.READY
    with pytest.raises(Conflict):
        exports.decide(big.pk, approve=True, note="", by=colleague, now=timezone.now())


def test_the_same_human_in_another_post_is_no_second_person(community, civil, big):
    user = User.objects.get(pk=civil.user_id)
    other_post = scope_of_post(
        PostFactory(
            user=user,
            role=Role.DISTRICT_OFFICE,
            body=CommunityOfficeFactory(place=big.requested_body.place),
        )
    )
    assert not ExportRun.objects.to_decide(other_post)
    with pytest.raises(NotAllowed, match="own_export"):
        exports.decide(big.pk, approve=True, note="", by=other_post, now=timezone.now())


def test_two_accounts_of_one_human_are_no_two_persons(community, big):
    """By the person behind the account; where an account is tied to nobody, by the name on it."""
    asker = User.objects.get(pk=big.requested_by_id)
    second = staff(Role.DEPARTMENT_OFFICIAL, big.requested_body)
    account = User.objects.get(pk=second.user_id or "")
    User.objects.filter(pk__in=[asker.pk, account.pk]).update(display_name="王芳")

    def decide():
        return exports.decide(big.pk, approve=True, note="", by=second, now=timezone.now())

    with pytest.raises(NotAllowed, match="who_is_it"):
        decide()
    one, double = PersonFactory.create_batch(2, community=community)
    Person.objects.filter(pk=one.pk).update(staff_account=asker)
    Person.objects.filter(pk=double.pk).update(
        staff_account=account, state="merged", merged_into=one
    )
    with pytest.raises(NotAllowed, match="own_export"):
        decide()
    Person.objects.filter(pk=double.pk).update(state="active", merged_into=None)
    assert decide().state == RunState.WRITING


def test_many_small_files_are_a_large_one(community, civil, figures):
    """What went out counts with the files that were opened: beyond the day's budget a second person is asked."""
    figures(files_noticed=2, files_most=3)
    poor(community)
    poor(community)
    assert worked(asked(civil, community)).state == RunState.READY
    assert worked(asked(civil, community)).state == RunState.READY, "the same two, once a day"
    poor(community)
    poor(community)
    run = worked(asked(civil, community))
    assert (run.rows, run.state) == (4, RunState.WAITING)
    tomorrow = timezone.now() + timedelta(days=1)
    assert FileUse.objects.filter(user_id=civil.user_id).count() == 2
    figures(files_most=4)
    assert worked(asked(civil, community, now=tomorrow), now=tomorrow).state == RunState.READY


def test_whoever_may_be_the_second_person_hears_of_it(community, civil):
    office = staff(Role.DISTRICT_OFFICE, CommunityOfficeFactory(place=community.parent.parent))
    colleague = official("civil_affairs")
    official("health")
    staff(Role.STATION_DIRECTOR, StationFactory())  # of another community
    director = staff(Role.STATION_DIRECTOR, StationFactory(place=community))
    ExchangeFigure.objects.filter(code="rows_one_person").update(value=1)
    poor(community)
    poor(community)
    worked(asked(civil, community))
    told = Message.objects.filter(kind="export.asked")
    assert set(told.values_list("user_id", flat=True)) == {
        office.user_id,
        colleague.user_id,
        director.user_id,
    }


def test_the_database_knows_that_two_persons_are_two(big):
    with pytest.raises(IntegrityError), transaction.atomic():
        ExportRun.objects.filter(pk=big.pk).update(
            decided_by=big.requested_by_id, decided_at=timezone.now()
        )


@sweeps(exports.decide)
def test_a_refusal_has_a_reason_and_leaves_nothing_behind(civil, big):
    colleague = staff(Role.DEPARTMENT_OFFICIAL, big.requested_body)
    with pytest.raises(NotAllowed, match="note_missing"):
        exports.decide(big.pk, approve=False, note="", by=colleague, now=timezone.now())
    exports.decide(big.pk, approve=False, note="用途不明", by=colleague, now=timezone.now())
    assert worked(big).state == RunState.REJECTED
    assert not ExportRow.objects.filter(run=big)


def test_a_file_is_not_made_for_somebody_whose_post_has_ended_meanwhile(civil, big):
    colleague = staff(Role.DEPARTMENT_OFFICIAL, big.requested_body)
    post = Post.objects.filter(pk=civil.post_id)
    post.update(ended_on=timezone.localdate())
    with pytest.raises(NotAllowed, match="asker_left"):
        exports.decide(big.pk, approve=True, note="", by=colleague, now=timezone.now())
    post.update(ended_on=None)
    exports.decide(big.pk, approve=True, note="", by=colleague, now=timezone.now())
    post.update(ended_on=timezone.localdate())
    assert worked(big).state == RunState.REJECTED
    assert "不在这个岗位" in big.decision_note
    assert sealed.read(big.pk) is None


def test_another_department_neither_sees_nor_decides_nor_fetches(civil, big):
    police = official("public_security")
    assert not ExportRun.objects.visible_to(police)
    for act in (
        lambda: exports.decide(big.pk, approve=True, note="", by=police, now=timezone.now()),
        lambda: exports.fetch(big.pk, by=police, now=timezone.now()),
    ):
        with pytest.raises(ExportRun.DoesNotExist):
            act()


# --- only what changed -----------------------------------------------------------------------------------
@sweeps(base.update_phone)
def test_a_delta_holds_only_whose_row_changed_since_the_last_fetched_file(community, civil):
    load_sources()
    quiet, moved = poor(community), poor(community)
    clerk = staff(Role.WINDOW_CLERK, StationFactory(place=community))
    exported(civil, community)
    base.update_phone(
        moved.pk, numbers.phone(8_000_001), source="counter", by=clerk, now=timezone.now()
    )
    new = poor(community)
    run, _content = exported(civil, community, is_delta=True)
    assert set(run.lines.values_list("person_id", flat=True)) == {moved.pk, new.pk}
    assert quiet.pk not in set(run.lines.values_list("person_id", flat=True))
    assert worked(asked(civil, community, is_delta=True)).state == RunState.EMPTY


def test_a_file_that_nobody_fetched_counts_for_nothing(community, civil):
    poor(community)
    worked(asked(civil, community))
    run, _content = exported(civil, community, is_delta=True)
    assert run.rows == 1


def test_a_delta_follows_its_own_place(community, civil):
    poor(community)
    exported(civil, community)
    run, _content = exported(civil, community.parent, is_delta=True)
    assert run.rows == 1


# --- the traces --------------------------------------------------------------------------------------------
def test_everybody_in_a_fetched_file_reads_once_to_whom_and_what_for(community, civil):
    me, neighbour = poor(community), PersonFactory(community=community)
    run = worked(asked(civil, community))
    mine = AuditEntry.objects.of_person(me.pk).filter(action="person.exported")
    assert not mine  # nothing has left yet
    for _time in range(2):
        exports.fetch(run.pk, by=civil, now=timezone.now())
    entry = mine.get()
    look = looks([entry], neighbour.pk)[0]
    assert "民政局" in look.why
    assert "低保复核" in look.why
    assert "社会救助" in look.fields
    assert not AuditEntry.objects.of_person(neighbour.pk).filter(action="person.exported")
    assert AuditEntry.objects.filter(action="export.fetched").count() == 2


def test_the_trail_of_a_whole_place_is_written_in_as_many_statements_as_for_one(
    community, civil, count_queries
):
    def fetched(n):
        place = CommunityFactory()
        for _person in range(n):
            poor(place)
        run = worked(asked(civil, place))
        return count_queries(lambda: exports.fetch(run.pk, by=civil, now=timezone.now()))

    assert fetched(1) == fetched(12)


def test_the_file_says_whose_it_is_and_its_name_says_nothing_of_residents(community, civil):
    person = poor(community)
    run, content = exported(civil, community)
    book = openpyxl.load_workbook(io.BytesIO(content))
    last = list(book.active.iter_rows(values_only=True))[-1][0]
    user = User.objects.get(pk=civil.user_id)
    assert run.number in last
    assert user.display_name in last
    assert "王科长" in last
    hidden = {each.name: each.value for each in book.custom_doc_props.props}
    assert hidden["export"] == str(run.pk)
    assert run.number in book.active.oddFooter.left.text
    assert person.full_name not in run.file_name
    assert run.file_name == f"低保、高龄人员花名册-{community.name}-{run.number}.xlsx"


@sweeps(exports.advance, exports.fetch)
def test_on_the_disk_lies_nothing_in_clear(community, civil, settings):
    person = poor(community)
    _run, content = exported(civil, community)
    (file,) = (path for path in settings.UPLOAD_DIR.rglob("*") if path.is_file())
    assert file.read_bytes()[:4] != content[:4]
    assert person.id_number.encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert person.full_name not in str(file)


@sweeps(exports.expire)
def test_a_file_is_gone_after_its_days_and_strays_with_it(community, civil):
    poor(community)
    now = timezone.now()
    run, _content = exported(civil, community, now=now)
    stray = asked(civil, community)
    sealed.keep(stray.pk, b"x")
    assert exports.expire(now=now + timedelta(days=6)) == 0
    assert sealed.kept() == [run.pk]
    assert exports.expire(now=now + timedelta(days=7)) == 1
    run.refresh_from_db()
    assert (run.state, sealed.kept()) == (RunState.EXPIRED, [])
    with pytest.raises(NotAllowed, match="no_file"):
        exports.fetch(run.pk, by=civil, now=now + timedelta(days=7))


# --- a worker that dies (F23) -----------------------------------------------------------------------------------
class Killed(BaseException):
    """What nothing in the portal catches, as nothing catches a kill."""


STEPS = {
    "residents.exchange.sheets._row": sheets._row,
    "residents.exchange.sealed.os.fsync": os.fsync,
    "residents.exchange.sealed.Path.replace": Path.replace,
    "residents.exchange.actions.exports._digest": exports._digest,
    "residents.exchange.actions.exports._tell": exports._tell,
    "residents.exchange.actions.exports.audit.record": audit.record,
}


def deaths(monkeypatch, at: int) -> Iterator[None]:
    """Die at the `at`-th step of writing: at each row, at each touch of the file, before each entry."""
    count = 0

    def dying(real):
        def step(*args, **kwargs):
            nonlocal count
            count += 1
            if count == at:
                raise Killed
            return real(*args, **kwargs)

        return step

    with monkeypatch.context() as patch:
        for name, real in STEPS.items():
            patch.setattr(name, dying(real))
        yield


def test_fifty_deaths_in_the_middle_leave_one_whole_file(community, civil, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 7)
    for _person in range(30):
        poor(community)
    run = asked(civil, community)
    died = 0
    for at in range(1, 90):
        for _inside in deaths(monkeypatch, at):
            try:
                exports.advance(run.pk, now=timezone.now())
            except Killed:
                died += 1
        run.refresh_from_db()
        if run.state == RunState.READY:
            break
    assert died >= 50
    assert worked(run).state == RunState.READY
    assert run.rows == 30
    assert sealed.kept() == [run.pk]
    _run, content = exports.fetch(run.pk, by=civil, now=timezone.now())
    names = [row["身份证号码"] for row in headed(sheet(content), titles=2)]
    assert sorted(map(str, names)) == sorted(
        str(p.id_number) for p in Person.objects.filter(community=community)
    )


# --- formulas (T11) -------------------------------------------------------------------------------------------------
STARTS = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠", "\n")
BODIES = ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x.cn","看")', "SUM(A1:A9)*2", " 2")
PAYLOADS = [start + body for start in STARTS for body in BODIES]


def table(rows):
    return sheets.Table("表", ["=标题"], ["=头", "甲"], rows, "=尾")


def test_there_are_sixty_payloads():
    assert len(set(PAYLOADS)) == 60
    assert all(sheets.is_dangerous(each) for each in PAYLOADS)


def test_no_payload_is_a_formula_in_a_workbook_and_each_comes_back():
    book = openpyxl.load_workbook(
        io.BytesIO(sheets.as_xlsx(table([[p, "x"] for p in PAYLOADS]), {}))
    )
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    back = [row[0].value for row in book.active.iter_rows(min_row=3, max_row=2 + len(PAYLOADS))]
    assert back == [payload.replace("\0", "") for payload in PAYLOADS]
    assert all(
        row[0].quotePrefix for row in book.active.iter_rows(min_row=3, max_row=2 + len(PAYLOADS))
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_no_payload_begins_a_field_of_a_csv_and_each_comes_back(encoding):
    rows = lines(sheets.as_csv(table([[p, "x"] for p in PAYLOADS]), encoding), encoding)
    assert all(row[0].startswith("'") for row in rows)
    assert [row[0][1:] for row in rows[2:-1]] == PAYLOADS


def test_a_payload_in_a_persons_data_reaches_the_department_as_a_text(community, civil):
    person = poor(community)
    PersonDetail.objects.filter(person=person).update(actual_address="=HYPERLINK(1)")
    _run, content = exported(civil, community)
    book = openpyxl.load_workbook(io.BytesIO(content))
    cell = next(c for row in book.active.iter_rows() for c in row if c.value == "=HYPERLINK(1)")
    assert cell.data_type == "s"


def test_the_language_of_the_reader_does_not_change_the_form(community, civil):
    poor(community)
    with override("en"):
        _run, content = exported(civil, community)
    assert "低保" in [cell for row in sheet(content) for cell in row]
    assert "导出编号" in str(sheet(content)[-1][0])
