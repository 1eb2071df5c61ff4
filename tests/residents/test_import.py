"""A file of a department on its way into the base and out again."""

import functools
from datetime import date

import pytest
from django.db import transaction
from django.forms.models import model_to_dict

from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from common.errors import Conflict, NotAllowed
from community.governance.enums import Role
from community.governance.models import Place
from residents.base.actions import Statement, bulk, say
from residents.base.actions.eligibility import refresh_facts
from residents.base.actions.mending import run_checks
from residents.base.actions.merging import merge, unmerge
from residents.base.enums import DocumentType, PersonState
from residents.base.looks import looks
from residents.base.models import (
    Canary,
    ConflictTicket,
    DataFinding,
    DoubleCandidate,
    Person,
    PersonDetail,
    PersonFacts,
    SourceRecord,
)
from residents.exchange.actions import applying, deciding, receiving, staging, working
from residents.exchange.actions.finding import ELSEWHERE, candidates_of
from residents.exchange.enums import BatchState, Fate
from residents.exchange.models import ImportBatch, ImportRow
from tests.factories.data import load_sources
from tests.factories.governance import (
    CommunityFactory,
    CommunityOfficeFactory,
    StationFactory,
    far_community,
    staff,
)
from tests.factories.residents import PersonFactory
from tests.residents.importing import (
    JUNE,
    NOW,
    checked,
    csv_file,
    imported,
    number,
    read_here,
    receive,
    worked,
    xlsx,
)
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
HEADINGS = ("姓名", "身份证号", "性别", "现住址", "学历", "所属社区")


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path


@pytest.fixture(autouse=True)
def sources():
    load_sources()


@pytest.fixture
def community():
    return CommunityFactory(name="青山社区")


@pytest.fixture
def clerk(community):
    return staff(Role.DATA_CLERK, CommunityOfficeFactory(place=community.parent.parent))


def line(serial, name="张伟民", education="本科", community="青山社区", address="解放街1号"):
    return (name, number(serial), "男", address, education, community)


def golden():
    """The base as it is kept: persons and details without what names a delivery."""
    persons = []
    for person in Person.objects.select_related("detail").order_by("id_index", "full_name"):
        fields = model_to_dict(person, exclude=["id", "provenance"])
        fields |= {"number": person.id_number, "phone": person.phone}
        detail = getattr(person, "detail", None) or PersonDetail(person=person)
        fields |= model_to_dict(detail, exclude=["person", "provenance"])
        where = {**person.provenance, **detail.provenance}
        persons.append((fields, {key: value[:2] for key, value in where.items()}))
    return persons


def rows(batch):
    return list(ImportRow.objects.filter(batch=batch).order_by("number"))


def test_new_persons_come_in_with_their_provenance(clerk, community):
    batch = imported(xlsx([HEADINGS, line(1), line(2, "李秀英")]), clerk)
    assert batch.state == BatchState.APPLIED
    assert batch.counts == {"new": 2}
    person = Person.objects.get(full_name="张伟民")
    assert (person.community, person.birth_on, person.sex) == (community, date(1985, 1, 1), "1")
    assert person.provenance["full_name"] == ["police", "2026-06-01", str(batch.pk)]
    assert person.detail.education == "21"


def test_the_dry_run_writes_nothing_and_says_what_would_come(clerk, community):
    known = PersonFactory(
        full_name="张伟民",
        id_number=number(1),
        community=community,
        provenance={"full_name": ["police", "2026-01-01"], "id_number": ["police", "2026-01-01"]},
    )
    before = golden()
    batch = checked(xlsx([HEADINGS, line(1), line(2), ("王", "123", "", "", "", "")]), clerk)
    assert batch.counts == {Fate.FILL: 1, Fate.NEW: 1, Fate.ERROR: 1}
    first = rows(batch)[0]
    assert (first.person, first.fills, first.updates) == (known, 2, 0)
    assert golden() == before
    assert not SourceRecord.objects.exists()


def test_whoever_moves_away_between_the_dry_run_and_the_import_is_another_clerks(clerk, community):
    gone = PersonFactory(
        full_name="张伟民", id_number=number(1), community=community, provenance={}
    )
    batch = checked(xlsx([HEADINGS, line(1), line(2)]), clerk)
    Person.objects.filter(pk=gone.pk).update(community=far_community())
    receiving.apply(batch.pk, by=clerk, now=NOW)
    assert worked(batch).counts == {Fate.ERROR: 1, Fate.NEW: 1}
    assert rows(batch)[0].problems == [[-1, applying.MOVED_ON]]
    assert not PersonDetail.objects.filter(person=gone).exists()


def test_nobody_comes_into_a_community_that_is_no_more(clerk, community):
    batch = checked(xlsx([HEADINGS, line(1)]), clerk)
    Place.objects.filter(pk=community.pk).update(valid_to=NOW.date())
    receiving.apply(batch.pk, by=clerk, now=NOW)
    assert worked(batch).counts == {Fate.ERROR: 1}
    assert rows(batch)[0].problems == [[-1, applying.MOVED_ON]]
    assert not Person.objects.exists()


def test_a_department_that_lists_the_dead_hears_of_it(clerk, community):
    dead = PersonFactory(
        full_name="张伟民", id_number=number(1), community=community, provenance={}
    )
    batch = checked(xlsx([HEADINGS, line(1), line(2)]), clerk)
    assert rows(batch)[0].problems == []
    Person.objects.filter(pk=dead.pk).update(state=PersonState.DECEASED)
    receiving.apply(batch.pk, by=clerk, now=NOW)
    told = [[-1, staging.NOTES[PersonState.DECEASED]]]
    assert worked(batch).counts == {Fate.FILL: 1, Fate.NEW: 1}
    assert [row.problems for row in rows(batch)] == [told, []], "he died in between"
    again = checked(csv_file([HEADINGS, line(1, education="小学")]), clerk, as_of=date(2026, 7, 1))
    assert rows(again)[0].problems == told


def test_an_error_names_row_and_column(clerk):
    data = xlsx([("名单",), HEADINGS, line(1), ("王芳", number(2)[:-1] + "0", "女", "", "", "")])
    bad = rows(checked(data, clerk))[-1]
    assert (bad.number, bad.fate) == (4, Fate.ERROR)
    assert bad.problems == [[1, "校验码不对，请核对第18位；第18位没错的，再从头逐位核对。"]]
    assert bad.said is None


def test_a_year_in_a_column_of_days_is_no_serial_number(clerk):
    heading, born = ("姓名", "出生日期", "所属社区"), ("张伟民", 1990, "青山社区")
    batch = checked(xlsx([heading, born]), clerk)
    assert [(row.fate, row.problems[0][0]) for row in rows(batch)] == [(Fate.ERROR, 1)]


def test_somebody_whose_row_begins_like_a_note_is_not_left_out(clerk):
    heading = ("单位名称", "姓名", "出生日期", "所属社区")
    lines = [("统计局", "张伟民", "1985-01-01", "青山社区"), ("统计：", "1人", "", "")]
    batch = checked(xlsx([heading, *lines]), clerk)
    assert [row.fate for row in rows(batch)] == [Fate.NEW, Fate.REMARK]


def test_the_number_in_a_disability_certificate_names_its_holder(clerk, community):
    known = PersonFactory(community=community, full_name="张伟民", id_number=number(1))
    heading = ("姓名", "残疾人证号", "所属社区")
    lines = [(name, f"{number(n)}43", "青山社区") for n, name in ((1, "张伟民"), (2, "王芳"))]
    first, second = rows(checked(xlsx([heading, *lines]), clerk, source="disabled_federation"))
    assert (first.person_id, first.fate, second.fate) == (known.pk, Fate.FILL, Fate.NEW)


def test_the_same_file_says_that_it_is_in_already(clerk):
    data = xlsx([HEADINGS, line(1)])
    imported(data, clerk)
    with pytest.raises(Conflict) as refused:
        receive(data, clerk)
    assert refused.value.code == "file_known"


def test_the_same_data_once_more_writes_nothing(clerk, community):
    baby = ("乐乐", "", "女", "", "", "青山社区")
    data = [(*HEADINGS, "出生日期"), (*line(1), ""), (*baby, "2026-01-05")]
    imported(xlsx(data), clerk)
    before, records = golden(), list(SourceRecord.objects.values_list("pk", "changed_at"))
    again = imported(csv_file(data), clerk, as_of=JUNE)
    assert again.counts == {"same": 2}
    assert golden() == before
    assert list(SourceRecord.objects.values_list("pk", "changed_at")) == records


def test_a_clash_becomes_a_ticket_and_nothing_is_overwritten(clerk, community):
    imported(xlsx([HEADINGS, line(1)]), clerk)
    batch = imported(
        xlsx([HEADINGS, line(1, name="张为民")]),
        clerk,
        source="civil_affairs",
        as_of=date(2026, 7, 1),
    )
    assert batch.counts == {"conflict": 1}
    assert Person.objects.get().full_name == "张伟民"
    assert ConflictTicket.objects.open().get().attribute == "full_name"


def test_undone_the_base_is_as_before(clerk, community):
    imported(xlsx([HEADINGS, line(1), line(2)]), clerk)
    PersonFactory(full_name="刘芳", id_number=number(3), community=community, provenance={})
    before = golden()
    second = imported(
        xlsx([HEADINGS, line(1, education="大专"), line(3, "刘芳"), line(4), line(2, "李四")]),
        clerk,
        source="civil_affairs",
        as_of=date(2026, 8, 1),
    )
    assert golden() != before
    receiving.undo(second.pk, by=clerk, now=NOW)
    assert worked(second).state == BatchState.UNDONE
    assert golden() == before
    assert not ConflictTicket.objects.open().exists()
    person = Person.objects.with_number(number(1)).get()
    told = looks(AuditEntry.objects.filter(person_id=person.pk).order_by("at", "id"), person.pk)
    assert [look.why for look in told] == [
        "导入部门名单：公安户籍登记",
        "导入部门名单：民政业务系统",
        "撤销一次导入，恢复到导入以前：民政业务系统",
    ], "the person reads why, and whose list it was"


def test_whoever_has_found_ties_since_stays(clerk, community):
    batch = imported(xlsx([HEADINGS, line(1), line(2)]), clerk)
    imported(xlsx([HEADINGS, line(1, address="人民路2号")]), clerk, source="health")
    receiving.undo(batch.pk, by=clerk, now=NOW)
    assert worked(batch).counts["stays"] == 1
    assert [person.id_number for person in Person.objects.all()] == [number(1)]


def test_an_import_is_undone_after_a_night_but_for_whom_somebody_has_marked_since(clerk, community):
    """What the nights reckon about everybody is no tie; what points to a person and is not seen from him is one."""
    twins = [line(1), line(2, "王伟民"), line(3, "王伟民", address="人民路2号")]
    batch = imported(xlsx([HEADINGS, *twins]), clerk)
    refresh_facts()
    run_checks(community.pk, now=NOW)
    told, mistaken, _third = Person.objects.order_by("id")
    DoubleCandidate.objects.create(person_a=told, person_b=mistaken, score=80, found_at=NOW)
    assert DataFinding.objects.filter(person=mistaken).exists()
    assert PersonFacts.objects.count() == 3
    Canary.objects.create(person=told, marked_at=NOW)
    receiving.undo(batch.pk, by=clerk, now=NOW)
    done = worked(batch)
    assert (done.state, done.counts["stays"]) == (BatchState.UNDONE, 1)
    assert [person.pk for person in Person.objects.all()] == [told.pk]
    assert Canary.objects.filter(person=told).exists()


def test_undoing_the_first_of_two_leaves_the_second_word_and_its_undo_goes_back_to_the_start(
    clerk, community
):
    PersonFactory(full_name="张伟民", id_number=number(1), community=community, provenance={})
    before = golden()
    one = imported(xlsx([HEADINGS, line(1, education="大专")]), clerk)
    two = imported(xlsx([HEADINGS, line(1, education="本科")]), clerk, as_of=date(2026, 9, 1))
    receiving.undo(one.pk, by=clerk, now=NOW)
    worked(one)
    assert PersonDetail.objects.get().education == "21"
    receiving.undo(two.pk, by=clerk, now=NOW)
    worked(two)
    assert golden() == before


def test_undoing_the_newer_leaves_what_an_older_list_said_that_came_after_it(clerk, community):
    """Whatever the order of arrival, what is left after an undo is what the other lists say."""
    known = PersonFactory(
        full_name="张伟民", id_number=number(1), community=community, provenance={}
    )
    first = [Statement(known.pk, {"education": "70"}, date(2026, 5, 1))]
    say(first, source="police", by=SYSTEM, now=NOW)
    august, july = date(2026, 8, 1), date(2026, 7, 1)
    newer = imported(xlsx([HEADINGS, line(1), line(2)]), clerk, as_of=august)
    older = imported(xlsx([HEADINGS, line(1, education="大专"), line(2)]), clerk, as_of=july)
    receiving.undo(newer.pk, by=clerk, now=NOW)
    assert worked(newer).counts["stays"] == 1, "the other list names him too"
    detail = PersonDetail.objects.get(person=known)
    assert detail.education == "31"
    assert detail.provenance["education"][:2] == ["police", "2026-07-01"]
    assert Person.objects.count() == 2
    receiving.undo(older.pk, by=clerk, now=NOW)
    worked(older)
    assert PersonDetail.objects.get(person=known).education == "70", "as it was before both"


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_leaves_nothing_and_the_next_one_ends_it(clerk, monkeypatch):
    monkeypatch.setattr(applying, "PORTION", 2)
    batch = checked(xlsx([HEADINGS, *(line(n) for n in range(9))]), clerk)
    receiving.apply(batch.pk, by=clerk, now=NOW)
    portion = applying.Applier.portion
    calls = []

    def dies(self, some):
        calls.append(len(some))
        portion(self, some)
        if len(calls) == 3:
            raise SystemExit

    monkeypatch.setattr(applying.Applier, "portion", dies)
    with pytest.raises(SystemExit):
        working.work(now=NOW)
    assert not Person.objects.exists()
    batch.refresh_from_db()
    assert (batch.state, batch.done) == (BatchState.APPLYING, 4)
    monkeypatch.setattr(applying.Applier, "portion", portion)
    assert worked(batch).counts == {"new": 9}
    assert Person.objects.count() == 9


@pytest.mark.django_db(transaction=True)
def test_rows_that_repeat_are_known_again_by_whoever_goes_on_with_the_dry_run(clerk, monkeypatch):
    """A wrong row stands in nobody's way, wherever the portions end."""
    people = [
        *(line(1, community="别处社区"), line(1), line(2), line(1)),
        *(line(2, "李秀英"), line(1, community="别处社区"), line(3)),
    ]
    wanted = ["error", "new", "new", "repeat", "error", "repeat", "new"]
    batch = receive(xlsx([HEADINGS, *people]), clerk)
    receiving.check(batch.pk, by=clerk, now=NOW)
    copy = bulk.copy

    def dies(found):
        copy(found)
        if found[0].number == 4:
            raise SystemExit

    monkeypatch.setattr(staging, "portions", functools.partial(staging.portions, size=2))
    monkeypatch.setattr(bulk, "copy", dies)
    with pytest.raises(SystemExit):
        working.work(now=NOW)
    assert [row.number for row in rows(batch)] == [2, 3]
    monkeypatch.setattr(bulk, "copy", copy)
    worked(batch)
    assert [(row.number, row.fate) for row in rows(batch)] == list(enumerate(wanted, start=2))
    assert [row.problems[0][2] for row in rows(batch)[3:6]] == [3, 4, 3]


def test_persons_outside_the_reach_are_refused_with_the_reason(clerk, community):
    PersonFactory(id_number=number(1), community=CommunityFactory(parent=None, code="140100001001"))
    bad, new = rows(checked(xlsx([HEADINGS, line(1), line(2, community="别处社区")]), clerk))
    assert (bad.fate, new.fate) == (Fate.ERROR, Fate.ERROR)
    assert "范围以外" in bad.problems[0][1]
    assert new.problems[0][0] == 5


def test_without_the_power_no_file_is_taken(community):
    other = staff(Role.DISTRICT_OFFICE, CommunityOfficeFactory(place=community.parent.parent))
    with pytest.raises(NotAllowed):
        receive(xlsx([HEADINGS, line(1)]), other)
    assert not ImportBatch.objects.exists()


@pytest.fixture
def lookalike(clerk, community):
    """A row without a number, and somebody in the base who may be meant."""
    person = PersonFactory(full_name="陈桂芝", birth_on=date(1944, 3, 8), community=community)
    data = [("姓名", "出生日期", "社区", "学历"), ("陈桂芝", "1944-03-08", "青山社区", "小学")]
    return person, data


def test_somebody_without_a_number_is_for_a_person_to_decide(clerk, lookalike):
    person, data = lookalike
    batch = checked(xlsx(data), clerk)
    row = rows(batch)[0]
    assert (row.fate, row.candidates) == (Fate.DECIDE, [[str(person.pk), 85]])
    with pytest.raises(Conflict):
        receiving.apply(batch.pk, by=clerk, now=NOW)
    decided = deciding.decide(row.pk, str(person.pk), by=clerk, now=NOW)
    assert (decided.person, decided.fate) == (person, Fate.FILL)
    receiving.apply(batch.pk, by=clerk, now=NOW)
    worked(batch)
    assert PersonDetail.objects.get(person=person).education == "81"
    again = checked(csv_file(data), clerk)
    assert again.counts == {"same": 1}


def test_somebody_with_a_number_may_be_somebody_without_and_nobody_with_another(clerk, lookalike):
    person, [headings, row] = lookalike
    data = [(*headings, "身份证号"), (*row, number(1, date(1944, 3, 8), male=False))]
    assert checked(xlsx(data), clerk).counts == {"new": 1}
    Person.objects.filter(pk=person.pk).update(id_number=None, id_index=None, id_tail_index=None)
    batch = checked(csv_file(data), clerk)
    assert rows(batch)[0].candidates == [[str(person.pk), 85]]


def test_a_newborn_known_by_its_certificate_is_found_when_it_has_a_number(clerk, community):
    born, certificate = date(2026, 5, 1), "A123456789"
    child = PersonFactory(
        full_name="王小宝", birth_on=born, community=community, id_number=certificate,
        document_type=DocumentType.BIRTH_CERTIFICATE,
    )  # fmt: skip
    data = [
        ("姓名", "身份证号", "社区"),
        ("王小宝", number(1, born, male=True), community.name),
        ("王小宝", number(2, date(1990, 1, 1)), community.name),
    ]
    batch = checked(xlsx(data), clerk)
    assert [row.candidates for row in rows(batch)] == [[[str(child.pk), 85]], []]
    deciding.decide(rows(batch)[0].pk, str(child.pk), by=clerk, now=NOW)
    receiving.apply(batch.pk, by=clerk, now=NOW)
    worked(batch)
    child.refresh_from_db()
    assert (child.id_number, child.document_type) == (number(1, born), DocumentType.RESIDENT_ID)
    late = [("姓名", "证件号码", "出生日期"), ("王小宝", certificate, born)]
    assert rows(checked(xlsx(late), clerk))[0].candidates == [[str(child.pk), 85]]


def test_whom_a_clerk_of_another_place_knew_again_is_not_this_clerks(clerk, lookalike):
    person, data = lookalike
    batch = checked(xlsx(data), clerk)
    deciding.decide(rows(batch)[0].pk, str(person.pk), by=clerk, now=NOW)
    elsewhere = far_community()
    Person.objects.filter(pk=person.pk).update(community=elsewhere, place=elsewhere)
    (row,) = rows(checked(csv_file(data), clerk))
    assert (row.fate, row.person_id, row.problems) == (Fate.ERROR, None, [[-1, ELSEWHERE]])


def test_undone_between_a_merge_and_its_undoing_an_import_stays_undone(clerk, community):
    """Also for the entry that stays, of which another list said something newer by then."""
    stays = PersonFactory(full_name="张伟民", community=community, id_number=number(1))
    goes = PersonFactory(full_name="张伟民", community=community, id_number="")
    batch = imported(xlsx([HEADINGS, line(1, education="小学")]), clerk, as_of=JUNE)
    newer = [Statement(goes.pk, {"education": "20"}, date(2026, 7, 1))]
    say(newer, source="police", by=SYSTEM, now=NOW)
    director = staff(Role.STATION_DIRECTOR, StationFactory(place=community))
    row = merge(stays.pk, goes.pk, reason="同一人", by=director, now=NOW)
    receiving.undo(batch.pk, by=clerk, now=NOW)
    worked(batch)
    unmerge(row.pk, reason="双胞胎", by=director, now=NOW)
    details = PersonDetail.objects.in_bulk([stays.pk, goes.pk])
    assert (details[stays.pk].education, details[goes.pk].education) == ("", "20")


def test_a_candidate_who_was_merged_meanwhile_leads_to_the_entry_that_stays(clerk, lookalike):
    person, data = lookalike
    stays = PersonFactory(full_name="陈桂枝", community=person.community, id_number="")
    batch = checked(xlsx(data), clerk)
    director = staff(Role.STATION_DIRECTOR, StationFactory(place=person.community))
    merge(stays.pk, person.pk, reason="同一人", by=director, now=NOW)
    (row,) = rows(batch)
    assert candidates_of(row) == {stays.pk: 85}
    assert deciding.decide(row.pk, str(stays.pk), by=clerk, now=NOW).person_id == stays.pk


def test_undone_after_a_merge_the_entry_that_stays_says_what_it_said_before_it(clerk, community):
    """Also when the merge turns out to be a mistake later."""
    stays = PersonFactory(full_name="张伟民", community=community, id_number="")
    goes = PersonFactory(full_name="张伟民", community=community, id_number=number(1))
    said = [Statement(stays.pk, {"education": "20"}, date(2026, 5, 1))]
    say(said, source="police", by=SYSTEM, now=NOW)
    batch = imported(xlsx([HEADINGS, line(1, education="小学")]), clerk, as_of=JUNE)
    director = staff(Role.STATION_DIRECTOR, StationFactory(place=community))
    row = merge(stays.pk, goes.pk, reason="同一人", by=director, now=NOW)
    assert PersonDetail.objects.get(pk=stays.pk).education == "81"
    receiving.undo(batch.pk, by=clerk, now=NOW)
    worked(batch)
    assert PersonDetail.objects.get(pk=stays.pk).education == "20"
    unmerge(row.pk, reason="双胞胎", by=director, now=NOW)
    details = PersonDetail.objects.in_bulk([stays.pk, goes.pk])
    assert (details[stays.pk].education, details[goes.pk].education) == ("20", "")


def test_decided_to_be_new_a_person_is_new_once(clerk, lookalike):
    _person, data = lookalike
    batch = checked(xlsx(data), clerk)
    deciding.decide(rows(batch)[0].pk, deciding.NEW, by=clerk, now=NOW)
    receiving.apply(batch.pk, by=clerk, now=NOW)
    worked(batch)
    assert Person.objects.filter(full_name="陈桂芝").count() == 2
    assert checked(csv_file(data), clerk).counts == {"same": 1}


@sweeps(deciding.decide, receiving.discard)
def test_left_out_once_left_out_the_next_time(clerk, lookalike):
    _person, data = lookalike
    batch = checked(xlsx(data), clerk)
    deciding.decide(rows(batch)[0].pk, deciding.LEAVE, by=clerk, now=NOW)
    receiving.discard(batch.pk, by=clerk, now=NOW)
    assert checked(csv_file(data), clerk).counts == {"left_out": 1}


FEEDS = (
    ("police", date(2026, 5, 1), [line(1), line(2, "李秀英"), line(3)]),
    ("civil_affairs", date(2026, 6, 1), [line(1, "张为民"), line(2, "李秀英", "大专"), line(4)]),
    ("human_resources", date(2026, 4, 1), [line(2, "李秀英", "小学"), line(3, address="二路2号")]),
    ("health", date(2026, 7, 1), [line(4, "王五", ""), line(1, address="三路3号"), line(5)]),
)


@functools.cache
def written(place):
    return xlsx([HEADINGS, *FEEDS[place][2]])


def everything_of_the_base():
    """What the base says, and about what it asks."""
    tickets = sorted(
        (bytes(ticket.person.id_index or b"").hex(), ticket.attribute)
        for ticket in ConflictTicket.objects.open().select_related("person")
    )
    found = [
        (
            fields["number"],
            fields["full_name"],
            fields["education"],
            fields["actual_address"],
            where,
        )
        for fields, where in golden()
    ]
    return found, tickets


def ends_of_every_order(clerk, came=()):
    """The base after each of the orders that begin with these files: what they share is brought in once."""
    if len(came) == len(FEEDS):
        yield came, everything_of_the_base()
    for place in set(range(len(FEEDS))) - set(came):
        source, as_of, _people = FEEDS[place]
        before = transaction.savepoint()
        imported(written(place), clerk, source=source, as_of=as_of)
        yield from ends_of_every_order(clerk, (*came, place))
        transaction.savepoint_rollback(before)


def test_in_any_order_the_same_files_give_the_same_base(clerk, monkeypatch):
    read_here(monkeypatch)
    ends = dict(ends_of_every_order(clerk))
    assert len(ends) == 24
    found, tickets = ends[0, 1, 2, 3]
    assert [order for order, end in ends.items() if end != (found, tickets)] == []
    names = {id_number: name for id_number, name, *_rest in found}
    assert (len(found), names[number(1)], names[number(2)]) == (5, "张伟民", "李秀英")
    assert tickets
