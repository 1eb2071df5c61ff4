"""Which source is right: the rule itself, whatever the order in which sources speak."""

from itertools import permutations

import pytest
from hypothesis import given, settings, strategies as st

from residents.base import golden
from residents.base.addresses import door_of, is_same_door, region_of
from residents.base.golden import DECISION, LAST, Claim, Verdict


def judge(claims, overruled=()) -> Verdict:
    verdict = golden.judge(claims, overruled)
    assert verdict is not None
    return verdict


def claim(source, rank, value, as_of="2026-01-01"):
    return Claim(source, rank, value, as_of)


def test_nothing_said_is_unknown_and_an_empty_cell_says_nothing():
    assert golden.judge([]) is None
    verdict = judge([claim("police", 1, "男"), claim("health", LAST, "")])
    assert verdict.kept.source == "police"
    assert not verdict.is_disputed


def test_a_better_source_that_is_as_new_ends_the_question():
    verdict = judge([claim("grid", 2, "a"), claim("police", 1, "b")])
    assert (verdict.kept.value, verdict.is_disputed) == ("b", False)


def test_a_better_source_that_is_older_is_kept_and_disputed():
    verdict = judge([claim("grid", 2, "a", "2026-05-01"), claim("police", 1, "b")])
    assert verdict.kept.value == "b"
    assert [rival.source for rival in verdict.rivals] == ["grid"]


def test_sources_that_count_alike_yield_to_the_newest():
    verdict = judge([claim("counter", 1, "a"), claim("self", 1, "b", "2026-02-01")])
    assert (verdict.kept.value, verdict.is_disputed) == ("b", False)


def test_sources_without_a_rank_never_settle_it_among_themselves():
    verdict = judge([claim("x", LAST, "a"), claim("y", LAST, "b", "2026-02-01")])
    assert verdict.kept.value == "b"
    assert verdict.is_disputed


def test_agreeing_sources_are_no_rivals():
    assert not judge([claim("x", LAST, "a"), claim("y", LAST, "a", "2026-02-01")]).is_disputed


def test_a_decision_is_the_last_word_until_somebody_says_something_new():
    claims = [claim("police", 1, "a", "2026-03-01"), claim(DECISION, 0, "b", "2026-04-01")]
    assert not judge(claims).is_disputed
    later = [*claims, claim("grid", 2, "c", "2026-05-01")]
    assert judge(later).kept.value == "b"
    assert judge(later).is_disputed
    assert not judge(later, {("grid", "c")}).is_disputed, "overruled once is overruled"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("乌海市海勃湾区新华街3号楼2单元501室", "海勃湾区新华街 3-2-501", True),
        ("内蒙古自治区乌海市海勃湾区新华街3栋2单元501", "海勃湾区新华街３幢２单元５０１号", True),
        ("海勃湾区新华街3-2-501", "海勃湾区新华街3-2-502", False),
        ("海勃湾区新华街3号楼2单元501", "乌达区新华街3号楼2单元501", False),
        ("海勃湾区新华街32号楼501", "海勃湾区新华街3号楼2501", False),
        ("新华街3号楼2单元501室", "内蒙古乌海市海勃湾区新华街3-2-501", True),
        ("新华街 3 2501", "新华街 32 501", False),
        ("南京市鼓楼区中山路3号", "徐州市鼓楼区中山路3号", False),
        ("鼓楼区中山路3号", "江苏省徐州市鼓楼区中山路3号", True),
        ("阳光小区3号楼501", "3号楼501", False),
        ("红旗街3号", "东风街3号", False),
        ("丰镇市新区街3号", "内蒙古自治区乌兰察布市丰镇市新区街3号", True),
    ],
)
def test_an_address_that_is_only_written_differently_is_no_conflict(one, other, is_same):
    assert is_same_door(one, other) is is_same
    claims = [
        Claim("x", LAST, one, "2026-01-01", None, door_of(one), region_of(one)),
        Claim("y", LAST, other, "2026-02-01", None, door_of(other), region_of(other)),
    ]
    assert judge(claims).is_disputed is not is_same


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            Claim,
            st.sampled_from(["a", "b", "c", "d"]),
            st.sampled_from([0, 1, 2, LAST]),
            st.sampled_from(["", "x", "y", "z"]),
            st.sampled_from(["2026-01-01", "2026-02-01", "2026-02-01T10:00:00"]),
        ),
        max_size=4,
        unique_by=lambda each: each.source,
    )
)
def test_the_order_of_the_claims_never_matters(claims):
    verdicts = {golden.judge(order) for order in permutations(claims)}
    assert len(verdicts) == 1


@pytest.mark.parametrize("value", ["x", "y"])
def test_a_claim_never_disputes_itself(value):
    assert not judge([claim("a", 1, value)]).is_disputed
