"""Everyday words lead to the right item: the real catalogue, asked as people ask."""

import pytest

from servicehall.catalogue import finding
from servicehall.catalogue.models import ItemVersion
from tests.factories.data import load_catalogue

pytestmark = pytest.mark.django_db

LOOKED_FOR = [
    ("没钱看病", {"W1-04", "W1-06"}),
    ("dibao", {"W1-01"}),
    ("DB", {"W1-01"}),
    ("80岁补贴", {"W4-04"}),
    ("８０岁补贴", {"W4-04"}),
    ("gljt", {"W4-04"}),
    ("gaolingjintie", {"W4-04"}),
    ("失业了", {"W2-01"}),
    ("我失业了怎么办？", {"W2-01"}),
    ("low income", {"W1-01", "W1-02"}),
    ("I lost my job", {"W2-01"}),
    ("W4-04", {"W4-04"}),
]


@pytest.fixture
def texts():
    load_catalogue()
    return list(ItemVersion.objects.values_list("item_id", "search_text"))


def test_people_find_what_they_mean_among_the_first_three(texts):
    for query, wanted in LOOKED_FOR:
        found = finding.rank(query, texts)[:3]
        assert wanted & set(found), f"{query}: {found}"


def test_nonsense_finds_nothing(texts):
    for query in ("", "   ", "？！", "qwertzuiop", "x"):
        assert finding.rank(query, texts) == [], query


def test_a_whole_term_goes_before_a_beginning_and_a_beginning_before_a_part():
    rows = [("part", "申请低保金"), ("begin", "低保金"), ("whole", "低保")]

    assert finding.rank("低保", rows) == ["whole", "begin", "part"]


def test_the_words_around_a_question_do_not_hide_the_thing():
    assert finding.rank("我想办理居住证可以吗", [("a", "居住证"), ("b", "残疾人证")]) == ["a"]


def test_a_very_long_question_is_cut_and_answered():
    assert finding.rank("低保" + "啊" * 5000, [("a", "低保")]) == ["a"]
