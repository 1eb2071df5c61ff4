import re

import pytest
from hypothesis import given, strategies as st

from common.numbers import is_valid, query_code, with_check

DIGITS = st.from_regex(r"[0-9]{1,40}", fullmatch=True)


def test_a_known_number():
    assert with_check("572") == "5724"  # Damm's own example
    assert is_valid("5724")


@given(DIGITS, st.data())
def test_every_single_wrong_digit_is_found(digits, data):
    number = with_check(digits)
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = number[:place] + data.draw(st.sampled_from("0123456789")) + number[place + 1 :]
    assert is_valid(wrong) == (wrong == number)


@given(DIGITS, st.data())
def test_every_exchange_of_neighbours_is_found(digits, data):
    number = with_check(digits)
    place = data.draw(st.integers(0, len(number) - 2))
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert is_valid(swapped) == (swapped == number)


@pytest.mark.parametrize("text", ["", "0", "5", "572X", "５７２４", "57 24", "-5724", "5724\n"])
def test_what_is_no_number_is_not_valid(text):
    assert not is_valid(text)


@pytest.mark.parametrize("text", ["", "12a", "１２", "-1"])
def test_only_digits_get_a_check(text):
    with pytest.raises(ValueError, match="0-9"):
        with_check(text)


def test_query_codes_are_six_digits_that_do_not_repeat():
    codes = [query_code() for _ in range(2000)]
    assert all(re.fullmatch("[0-9]{6}", code) for code in codes)
    assert len(set(codes)) > 1950
    assert any(code.startswith("0") for code in codes)
