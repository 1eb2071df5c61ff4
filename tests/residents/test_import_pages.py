"""The data clerk's pages: from the file to the base and back, and the work list of conflicts."""

import csv
import io
import re
from datetime import date, timedelta
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.audit import SYSTEM
from accounts.models import AuditEntry, FileUse
from common.errors import Invalid
from community.governance.enums import Role
from notifications.models import Message
from residents.base.actions import Statement, mark_canary, say
from residents.base.enums import TicketState
from residents.base.models import ConflictTicket, Person, PersonDetail
from residents.exchange.actions import receiving, working
from residents.exchange.actions.receiving import choose_codes, choose_columns
from residents.exchange.actions.settling import reveal_claims, settle, settle_as_shown, settle_many
from residents.exchange.actions.setup import load_exchange
from residents.exchange.enums import BatchState
from residents.exchange.models import ImportBatch, LayoutMemory
from residents.exchange.remarks import problem_text
from residents.exchange.views.imports import masked
from tests.factories.data import load_sources
from tests.factories.governance import (
    CommunityFactory,
    CommunityOfficeFactory,
    GovernmentFactory,
    StationFactory,
    staff,
)
from tests.factories.residents import PersonFactory
from tests.residents.importing import NOW, checked, csv_file, number, receive, xlsx
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
HEADINGS = ("姓名", "身份证号", "学历", "所属社区", "说明文字")
ACTING = ("=1+1", "+1", "-1", "@x", "＝1", "\t=1")


@pytest.fixture(autouse=True)
def ground(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path
    load_sources()


@pytest.fixture
def community():
    return CommunityFactory(name="青山社区")


@pytest.fixture
def clerk(community):
    return staff(Role.DATA_CLERK, CommunityOfficeFactory(place=community.parent.parent))


@pytest.fixture
def desk(client_for, clerk):
    return client_for(clerk)


def sent(desk, data, name="名单.xlsx"):
    return desk.post(
        reverse("exchange:import-new"),
        {"source": "police", "as_of": "2026-06-01", "file": SimpleUploadedFile(name, data)},
    )


def page(desk, name, batch, **more):
    return desk.get(reverse(f"exchange:{name}", args=[batch.pk]), more)


def test_a_file_goes_its_way_into_the_base_and_out_again(desk, clerk):
    people = [("张伟民", number(1), "本科", "青山社区", ""), ("李", "123", "本科", "青山社区", "")]
    answer = sent(desk, xlsx([HEADINGS, *people]))
    batch = ImportBatch.objects.get()
    assert answer.headers["Location"] == reverse("exchange:import-columns", args=[batch.pk])
    assert "不读取" in page(desk, "import-columns", batch).content.decode()
    targets = {"c0": "full_name", "c1": "id_number", "c2": "education", "c3": "community", "c4": ""}
    desk.post(reverse("exchange:import-columns", args=[batch.pk]), targets)
    assert "已处理的行" in page(desk, "import", batch).content.decode()
    working.work(now=NOW)
    assert page(desk, "import-progress", batch).headers["HX-Redirect"]
    assert "导入1行" in page(desk, "import", batch).content.decode()
    shown = page(desk, "import-rows", batch, fate="error").content.decode()
    assert "B列 身份证号" in shown
    assert number(1) not in page(desk, "import-rows", batch).content.decode()
    desk.post(reverse("exchange:import-press", args=[batch.pk, "apply"]))
    working.work(now=NOW)
    assert Person.objects.get().full_name == "张伟民"
    desk.post(reverse("exchange:import-press", args=[batch.pk, "undo"]))
    working.work(now=NOW)
    assert not Person.objects.exists()
    assert "已撤销" in page(desk, "import", batch).content.decode()


@pytest.mark.parametrize(
    ("data", "word"),
    [(b"", "没有数据"), (b"%PDF-1.7", "只收"), (b"<html>", "网页"), (b"PK\x03\x04xx", "损坏")],
)
def test_a_wrong_file_is_refused_with_one_line(desk, data, word):
    answer = sent(desk, data)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not ImportBatch.objects.exists()


@sweeps(choose_codes, choose_columns)
def test_strange_codes_are_asked_once_and_remembered(desk, clerk):
    data = [HEADINGS, ("张伟民", number(1), "D1", "青山社区", "")]
    sent(desk, xlsx(data))
    batch = ImportBatch.objects.get()
    url = reverse("exchange:import-columns", args=[batch.pk])
    targets = {"c0": "full_name", "c1": "id_number", "c2": "education", "c3": "community"}
    answer = desk.post(url, targets)
    assert answer.headers["Location"] == reverse("exchange:import-codes", args=[batch.pk])
    desk.post(answer.headers["Location"], {"education-0": "21"})
    batch.refresh_from_db()
    assert (batch.state, batch.codes) == (BatchState.CHECKING, {"education": {"D1": "21"}})
    again = receive(csv_file(data), clerk)
    assert again.codes == {"education": {"D1": "21"}}
    assert LayoutMemory.objects.count() == 1


def test_codes_left_open_are_offered_again_beside_the_errors_they_make(desk, clerk):
    batch = receive(xlsx([HEADINGS, ("张伟民", number(1), "D1", "青山社区", "")]), clerk)
    desk.post(reverse("exchange:import-press", args=[batch.pk, "check"]))
    working.work(now=NOW)
    codes = reverse("exchange:import-codes", args=[batch.pk])
    assert codes in page(desk, "import", batch).content.decode()
    desk.post(codes, {"education-0": "21"})
    working.work(now=NOW)
    shown = page(desk, "import", batch).content.decode()
    assert codes not in shown
    assert "库里没有这个人，导入后新建档案。" in shown


def test_a_source_is_chosen_and_never_guessed(desk):
    answer = desk.post(
        reverse("exchange:import-new"),
        {"source": "", "as_of": "2026-06-01", "file": SimpleUploadedFile("x.csv", b"a,b\n1,2")},
    )
    assert answer.status_code == 422
    assert not ImportBatch.objects.exists()


def test_a_row_says_what_the_base_holds_where_that_differs(desk, clerk, community):
    person = PersonFactory(community=community, full_name="张伟民", id_number=number(1))
    PersonDetail.objects.create(person=person, education="31")
    batch = receive(xlsx([HEADINGS, ("张伟民", number(1), "本科", "青山社区", "")]), clerk)
    desk.post(reverse("exchange:import-press", args=[batch.pk, "check"]))
    working.work(now=NOW)
    shown = page(desk, "import-rows", batch).content.decode()
    assert shown.count("（库里：") == 1
    assert "<strong>大学本科" in shown


def test_a_person_is_decided_beside_the_file_attribute_by_attribute(desk, clerk, community):
    PersonFactory(
        community=community, full_name="张伟民", birth_on=date(1985, 1, 1), phone="13800005678"
    )
    headings = ("姓名", "出生日期", "电话", "所属社区")
    row = ("张伟民", "1985-01-01", "13300005678", "青山社区")
    batch = receive(xlsx([headings, row]), clerk)
    desk.post(reverse("exchange:import-press", args=[batch.pk, "check"]))
    working.work(now=NOW)
    shown = page(desk, "import-match", batch).content.decode()
    assert shown.count("相同") == 2
    assert shown.count("不同") == 1
    assert "13800005678" not in shown


def test_a_newcomer_is_asked_no_riddles(desk, clerk):
    """A note below the list is no code to explain, a serial number is a day, a list without names is pointed out."""
    told = ("证件号码", "性别", "生日", "所属社区")
    people = [(number(1), "男", "31048", "青山社区"), ("", "审核人：李四", "", "")]
    batch = receive(xlsx([told, *people]), clerk)
    shown = page(desk, "import-columns", batch).content.decode()
    assert "1985-01-01" in shown
    assert "没有认出姓名这一列" in shown
    targets = {"c0": "id_number", "c1": "sex", "c2": "birth_on", "c3": "community"}
    answer = desk.post(reverse("exchange:import-columns", args=[batch.pk]), targets)
    assert answer.headers["Location"] == reverse("exchange:import", args=[batch.pk])


@pytest.mark.parametrize(
    ("text", "shown"), [("低保", "低*"), ("1", "1"), ("退休人员", "退***"), ("JD00100", "JD***00")]
)
def test_a_sample_of_an_unknown_column_shows_its_form_alone(text, shown):
    assert masked("", text) == shown


def test_columns_that_name_nobody_are_refused_with_the_reason(desk, clerk):
    batch = receive(xlsx([HEADINGS, ("张伟民", number(1), "本科", "青山社区", "")]), clerk)
    answer = desk.post(reverse("exchange:import-columns", args=[batch.pk]), {"c2": "education"})
    assert answer.status_code == 422
    assert "不知道是谁" in answer.content.decode()


def returned(desk, batch):
    """The rows of the file that comes back with remarks, as a table program reads them."""
    answer = page(desk, "import-remarks", batch)
    if batch.kind == "csv":
        return list(csv.reader(io.StringIO(answer.content.decode(batch.preview["note"][:-1]))))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert all(cell.data_type == "s" for row in sheet for cell in row if cell.value is not None)
    return [[cell.value or "" for cell in row] for row in sheet]


@pytest.mark.parametrize("encoding", ["", "gb18030", "utf-8-sig", "utf-16"])
def test_the_file_comes_back_with_remarks_and_no_cell_acts(desk, clerk, encoding):
    people = [
        ("张伟民", number(n), "本科", "青山社区", f"x{text}") for n, text in enumerate(ACTING)
    ]
    people = [(*row[:4], row[4][1:]) for row in people] + [("李", "123", "本科", "青山社区", "")]
    rows = [HEADINGS, *people]
    batch = receive(csv_file(rows, encoding) if encoding else xlsx(rows), clerk)
    desk.post(reverse("exchange:import-press", args=[batch.pk, "check"]))
    working.work(now=NOW)
    found = returned(desk, batch)
    assert found[0][-1] == "备注"
    assert found[1][-1] == "新增人员"
    assert found[-1][-1].startswith("有错误；B列 身份证号：")
    if encoding:  # a cell of a workbook is a text by its type, and no mark is needed
        acting = ("=", "+", "-", "@", "＝")
        assert not [cell for row in found for cell in row if cell.startswith(acting)]
    assert found[1][4] == ("'=1+1" if encoding else "=1+1")


def test_a_workbook_comes_back_as_it_was_with_one_more_column(desk, clerk):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (("低保花名册",), ("姓名", "身份证号", "年龄"), ("李", "123", "=YEAR(NOW())-1985")):
        sheet.append(row)
    sheet.merge_cells("A1:D1")  # reaches one column past the table
    sheet["A3"].font = openpyxl.styles.Font(bold=True)
    sheet.column_dimensions["B"].width = 31
    book.create_sheet("填表说明")["A1"] = "年龄按周岁"
    file = io.BytesIO()
    book.save(file)
    batch = checked(file.getvalue(), clerk)
    content = page(desk, "import-remarks", batch).content
    back = openpyxl.load_workbook(io.BytesIO(content))
    again = back.active
    assert back.sheetnames == [sheet.title, "填表说明"]
    assert [str(area) for area in again.merged_cells.ranges] == ["A1:D1"]
    assert again.column_dimensions["B"].width == 31
    assert again["A3"].font.bold
    assert (again["E2"].value, again["E3"].value[:4]) == ("备注", "有错误；")
    assert again["C3"].value is None, "what was calculated is no formula any more"
    assert again.column_dimensions["E"].width == 48


@sweeps(receiving.receive)
def test_a_clerk_of_another_place_does_not_see_the_import(client_for, clerk):
    batch = receive(xlsx([HEADINGS, ("张伟民", number(1), "本科", "青山社区", "")]), clerk)
    other = client_for(staff(Role.DATA_CLERK, StationFactory()))
    assert page(other, "import", batch).status_code == 404


# --- conflicts ------------------------------------------------------------------------------------
@pytest.fixture
def disputed(community):
    person = PersonFactory(community=community, provenance={}, phone="")
    for source, phone in (("police", "13800005678"), ("health", "13300005678")):
        said = Statement(person.pk, {"phone": phone, "education": "21"}, date(2026, 5, 1))
        say([said], source=source, by=SYSTEM, now=NOW)
    return ConflictTicket.objects.open().get()


def test_a_conflict_is_settled_by_naming_the_source_that_is_right(desk, disputed):
    url = reverse("exchange:conflict", args=[disputed.pk])
    shown = desk.get(url).content.decode()
    assert "133****5678" in shown
    assert "13300005678" not in shown
    answer = desk.post(url, {"choice": "police", "note": "电话核实"})
    assert answer.headers["Location"] == reverse("exchange:conflicts")
    assert Person.objects.get(pk=disputed.person_id).phone == "13800005678"
    disputed.refresh_from_db()
    assert disputed.state == TicketState.SETTLED


def test_what_a_source_says_meanwhile_is_not_what_was_decided(desk, disputed):
    url = reverse("exchange:conflict", args=[disputed.pk])
    given = {"choice": "police", "note": "电话核实", "shown": desk.get(url).context["shown"]}
    later = Statement(disputed.person_id, {"phone": "13900005678"}, date(2026, 5, 1))
    say([later], source="police", by=SYSTEM, now=NOW)
    answer = desk.post(url, given)
    assert (answer.status_code, "已有变化" in answer.content.decode()) == (422, True)
    assert not ConflictTicket.objects.filter(state=TicketState.SETTLED).exists()
    answer = desk.post(url, given | {"shown": answer.context["shown"]})
    assert answer.status_code == 302, "whoever has seen it decides for it"
    assert Person.objects.get(pk=disputed.person_id).phone == "13900005678"


def test_the_next_conflict_is_of_the_attribute_that_the_list_showed(desk, disputed, community):
    other, third = PersonFactory(community=community), PersonFactory(community=community)
    kind = ConflictTicket(person=other, attribute="education", opened_at=NOW)
    ConflictTicket.objects.bulk_create(
        [kind, ConflictTicket(person=third, attribute="phone", opened_at=NOW + timedelta(days=1))]
    )
    url = f"{reverse('exchange:conflict', args=[disputed.pk])}?attribute=phone"
    answer = desk.post(url, {"choice": "police", "note": "电话核实"})
    following = ConflictTicket.objects.get(person=third)
    expected = reverse("exchange:conflict", args=[following.pk])
    assert answer.headers["Location"] == f"{expected}?attribute=phone"


@sweeps(settle_as_shown)
def test_many_like_conflicts_are_settled_at_once_each_on_its_own(desk, clerk, community, disputed):
    load_exchange()
    persons = [disputed.person, *(PersonFactory(community=community, phone="") for _ in range(2))]
    for number_of, person in enumerate(persons[1:]):
        for source, first in (("police", "138"), ("health", "133")):
            said = Statement(person.pk, {"phone": f"{first}0000000{number_of}"}, date(2026, 5, 1))
            say([said], source=source, by=SYSTEM, now=NOW)
    theirs = ConflictTicket.objects.get(person=persons[0]).rivals[0]
    url = f"{reverse('exchange:conflicts')}?attribute=phone&source={theirs}"
    page = desk.get(url)
    marks = re.findall(r'name="shown" value="([^"]+)"', page.content.decode())
    assert len(marks) == len(page.context["rows"]) == 3
    given = {"shown": marks, "ticket": [mark[:36] for mark in marks], "side": "theirs", "note": ""}
    assert desk.post(url, given).status_code == 422, "no decision without its reason"
    assert ConflictTicket.objects.open().count() == 3
    changed = ConflictTicket.objects.get(pk=marks[-1][:36])
    said = Statement(changed.person_id, {"phone": "13355555555"}, date(2026, 5, 2))
    say([said], source=theirs, by=SYSTEM, now=NOW)
    given["note"] = "已与报送人核对"
    first = desk.post(url, given).context["rows"]
    again = desk.post(url, given | {"side": "ours"}).context["rows"]
    assert [outcome.is_done for outcome, _name in first] == [True, True, False]
    assert [outcome.is_done for outcome, _name in again] == [False] * 3
    settled = AuditEntry.objects.filter(action="conflict.settled")
    assert settled.count() == settled.values("person_id").distinct().count() == 2
    assert set(settled.values_list("reason", flat=True)) == {"已与报送人核对"}
    assert Person.objects.get(pk=persons[1].pk).provenance["phone"][0] == "decision"
    too_many = {uuid4(): "" for _ in range(101)}
    with pytest.raises(Invalid, match="too_many"):
        settle_many(too_many, takes_theirs=True, note="x", by=clerk, now=NOW)


def test_conflicts_of_one_community_can_be_looked_at_alone(desk, disputed, community):
    there = CommunityFactory(parent=community.parent)
    twin = PersonFactory(community=there)
    ConflictTicket.objects.create(person=twin, attribute="education", answers="", opened_at=NOW)
    both = desk.get(reverse("exchange:conflicts"))
    assert len(both.context["rows"]) == 2
    assert f'value="{there.code}"' in both.content.decode()
    one = desk.get(reverse("exchange:conflicts"), {"community": there.code})
    assert [ticket.person for ticket, _name, _sides in one.context["rows"]] == [twin]
    assert f"?community={there.code}&amp;attribute=education" in one.content.decode()
    assert len(desk.get(reverse("exchange:conflicts"), {"community": "x"}).context["rows"]) == 2


def test_what_is_too_long_is_said_in_the_language_of_the_reader(clerk):
    rows = [("姓名", "身份证号", "工作单位"), ("张伟民", number(1), "长" * 300)]
    row = checked(xlsx(rows), clerk).rows.get()
    (problem,) = row.problems
    with override("en"):
        assert "最多" not in problem_text(problem, {})
        assert str(problem[2]) in problem_text(problem, {})
    assert f"最多{problem[2]}个字" in problem_text(problem, {})


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"choice": "other", "value": "123", "note": "x"}, "手机"),
        ({"choice": "other", "value": "", "note": "x"}, "请填写核实后的内容"),
        ({"choice": "police", "note": ""}, "错误"),
    ],
)
def test_what_cannot_be_is_refused(desk, disputed, given, word):
    answer = desk.post(reverse("exchange:conflict", args=[disputed.pk]), given)
    assert answer.status_code == 422
    assert word in answer.content.decode()


@sweeps(settle)
def test_the_right_value_can_be_entered(desk, disputed):
    given = {"choice": "other", "value": "139 0000 5678", "note": "电话核实"}
    desk.post(reverse("exchange:conflict", args=[disputed.pk]), given)
    assert Person.objects.get(pk=disputed.person_id).phone == "13900005678"


@sweeps(reveal_claims)
def test_masked_claims_are_shown_for_a_reason_that_the_person_can_read(desk, disputed):
    url = reverse("exchange:conflict-reveal", args=[disputed.pk])
    shown = desk.post(url, {"reason": "contact"}).content.decode()
    assert "13300005678" in shown
    entry = AuditEntry.objects.get(action="person.revealed")
    assert (entry.person_id, entry.reason, entry.detail["field"]) == (
        disputed.person_id,
        "contact",
        "phone",
    )


def test_names_that_a_mask_makes_alike_are_told_apart_beside_the_decision(desk, community):
    person = PersonFactory(community=community, provenance={}, full_name="")
    for day, source, name in ((1, "civil_affairs", "李建国"), (2, "health", "李见国")):
        said = Statement(person.pk, {"full_name": name}, date(2026, 5, day))
        say([said], source=source, by=SYSTEM, now=NOW)
    ticket = ConflictTicket.objects.open().get()
    url = reverse("exchange:conflict-reveal", args=[ticket.pk])
    masked = desk.get(reverse("exchange:conflict", args=[ticket.pk])).content.decode()
    assert "李*国" in masked
    assert url in masked
    page = desk.post(url, {"reason": "document"})
    assert "李建国" in page.content.decode()
    assert "李见国" in page.content.decode()
    desk.post(page.context["ticket_url"], {"choice": "health", "note": "核对户口簿"})
    assert Person.objects.get(pk=person.pk).full_name == "李见国"


def test_a_look_at_claims_counts_as_every_look_does(desk, clerk, community, disputed):
    guard = staff(Role.SECURITY_ADMIN, GovernmentFactory(place=community.parent.parent.parent))
    person = Person.objects.get(pk=disputed.person_id)
    mark_canary(person.id_number or "", reason="演练", by=guard, now=timezone.now())
    url = reverse("exchange:conflict-reveal", args=[disputed.pk])
    desk.post(url, {"reason": "contact"})
    assert FileUse.objects.filter(user_id=clerk.user_id, person_id=person.pk).exists()
    assert Message.objects.filter(kind="canary.touched", user_id=str(guard.user_id)).exists()


def test_what_agrees_opens_nothing(disputed):
    assert PersonDetail.objects.get(person=disputed.person_id).education == "21"
