"""Whatever way departments write a list: the right people come in, or the fault is named at its place (F19, G19)."""

import pytest

from community.governance.enums import Role
from residents.base.models import Person
from residents.exchange import headings, reading
from residents.exchange.actions.deciding import leave_rest
from residents.exchange.enums import Fate
from residents.exchange.models import ImportRow
from residents.exchange.remarks import problem_text
from residents.exchange.values import is_remark, read_row
from tests.factories.data import load_sources
from tests.factories.governance import CommunityFactory, CommunityOfficeFactory, staff
from tests.residents import import_corpus as corpus
from tests.residents.importing import JUNE, checked, csv_file, imported, number, read_here, xlsx
from tests.sweeping import sweeps

GOOD = list(corpus.good())
BAD = list(corpus.bad())
WRONG = list(corpus.wrong_rows())


def read(data):
    """What would be imported: values by person, without a database."""
    kind, tables = reading.look(data)
    best = max(tables, key=lambda table: headings.find(table.first).known)
    layout = headings.find(best.first)
    headings.sniff(layout, best.first)
    found = []
    for row, cells in reading.rows(data, kind, best.place):
        if row > layout.last and not is_remark(cells, layout.columns):
            told = read_row(cells, layout.columns, {}, JUNE)
            assert not told.problems, (row, told.problems)
            found.append(told)
    return layout, found


def test_the_corpus_is_as_large_as_promised():
    assert len(GOOD) + len(BAD) + len(WRONG) >= 300
    assert len({file.data for file in GOOD}) >= 250


@pytest.fixture
def in_this_process(monkeypatch):
    """There are hundreds of good files."""
    read_here(monkeypatch)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("file", GOOD, ids=[file.name for file in GOOD])
def test_every_way_of_writing_says_the_same(file):
    _layout, found = read(file.data)
    said = sorted(
        (
            told.values["id_number"],
            told.values["full_name"],
            told.values.get("birth_on", ""),
            told.values["phone"],
            told.values["actual_address"],
        )
        for told in found
    )
    wanted = corpus.EXPECTED
    if "dates not stated" in file.name:
        wanted = [(*each[:2], "", *each[3:]) for each in wanted]
    assert said == wanted
    assert {headings.short_community(told.community) for told in found} == {"青山"}


@pytest.mark.parametrize(("code", "data"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_what_is_no_table_is_refused_at_once_for_its_own_reason(code, data):
    with pytest.raises(reading.FileRefused) as refused:
        reading.look(data)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("place", "word", "row"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_wrong_cell_is_named_by_its_column(place, word, row, form):
    data = [corpus.HEADINGS, row]
    _kind, (table,) = reading.look(xlsx(data) if form == "xlsx" else csv_file(data))
    layout = headings.find(table.first)
    told = read_row(table.first[1][1], layout.columns, {}, JUNE)
    if place == 7:  # whether a community is known only the base can say
        assert told.community == "别处社区"
        return
    assert [(p[0], word in problem_text(p, {})) for p in told.problems] == [(place, True)]


def test_an_id_stored_as_a_number_is_refused_and_never_rounded():
    whole = int(number(1))
    data = xlsx([corpus.HEADINGS, ("张伟民", whole, *corpus.PEOPLE[0][2:])])
    _kind, (table,) = reading.look(data)
    cells = table.first[1][1]
    assert cells[1] == f"{whole:.5E}"
    told = read_row(cells, headings.find(table.first).columns, {}, JUNE)
    assert [place for place, *_message in told.problems] == [1]


def test_fifteen_digits_become_eighteen_also_from_a_number():
    old = number(7)[:6] + number(7)[8:17]
    for written in (old, int(old)):
        told = read(xlsx([("姓名", "身份证号"), ("张三", written), ("李四", number(8))]))[1]
        assert told[0].values["id_number"] == number(7)


def test_a_column_that_a_rule_keeps_out_is_never_read():
    layout, found = read(xlsx([(*corpus.HEADINGS, "宗教信仰"), (*corpus.PEOPLE[0], "无")]))
    column = layout.columns[-1]
    assert (column.refused, column.target) == (True, "")
    assert "宗教" not in str(found[0].values)


def test_a_column_without_a_known_heading_is_proposed_by_its_contents():
    rows = [("某列", "另一列", "姓名"), *((p[1], p[4], p[0]) for p in corpus.PEOPLE)]
    layout, _found = read(csv_file(rows))
    assert [column.target for column in layout.columns] == ["id_number", "phone", "full_name"]


def test_who_a_list_is_about_is_its_name_unless_it_has_a_column_of_names():
    rows = [(name, number) for name, number, *_rest in corpus.PEOPLE]
    layout, _found = read(csv_file([("申请人", "身份证号"), *rows]))
    assert [column.target for column in layout.columns] == ["full_name", "id_number"]
    beside = [("赵六", *row) for row in rows]
    layout, _found = read(csv_file([("申请人", "姓名", "身份证号"), *beside]))
    assert [column.target for column in layout.columns] == ["", "full_name", "id_number"]


# --- into the base --------------------------------------------------------------------------------
@pytest.fixture
def clerk(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path
    load_sources()
    community = CommunityFactory(name="青山社区")
    return staff(Role.DATA_CLERK, CommunityOfficeFactory(place=community.parent.parent))


@pytest.mark.django_db
@sweeps(leave_rest)
def test_no_wrong_row_comes_in_and_the_good_ones_beside_it_do(clerk):
    rows = [corpus.HEADINGS]
    for serial, (_name, _place, _word, row) in enumerate(WRONG):
        who = row[1] if row[1] != corpus.PEOPLE[0][1] else number(100 + serial)
        rows.append((row[0], who, *row[2:]))
    rows += corpus.PEOPLE[1:]
    batch = imported(xlsx(rows), clerk)
    assert batch.counts == {Fate.ERROR: len(WRONG), Fate.NEW: 2}
    errors = ImportRow.objects.filter(batch=batch, fate=Fate.ERROR)
    assert all(error.problems and error.said is None for error in errors)
    assert Person.objects.count() == 2


@pytest.mark.django_db
def test_rows_that_repeat_are_named_with_the_row_that_they_repeat(clerk):
    one, other = corpus.PEOPLE[0], (*corpus.PEOPLE[0][:5], "别处9号", *corpus.PEOPLE[0][6:])
    batch = checked(xlsx([corpus.HEADINGS, one, one, other]), clerk)
    fates = list(ImportRow.objects.filter(batch=batch).values_list("fate", "problems"))
    assert [fate for fate, _problems in fates] == [Fate.NEW, Fate.REPEAT, Fate.ERROR]
    assert [problems[0][2] for _fate, problems in fates[1:]] == [2, 2]


def test_columns_have_the_letters_of_tables():
    assert [headings.letter_of(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
