from datetime import date

import pytest
from hypothesis import given, strategies as st

from common.errors import NotAllowed
from common.identity import (
    InvalidCard,
    InvalidIdNumber,
    InvalidPhone,
    InvalidUscc,
    check_card,
    check_id_number,
    check_uscc,
    is_mobile,
    normalise_id_number,
    normalise_phone,
)

KNOWN = {
    "11010519491231002X": (date(1949, 12, 31), "2"),  # the standard's own example
    "150302198501010011": (date(1985, 1, 1), "1"),
    "150302195203150020": (date(1952, 3, 15), "2"),
    "150303199007070036": (date(1990, 7, 7), "1"),
    "15030420000229004X": (date(2000, 2, 29), "2"),
}
USCC = ["91350100M000100Y43", "12100000400000624D"]


@pytest.mark.parametrize("number", KNOWN)
def test_known_numbers_pass_and_tell_birthday_and_sex(number):
    checked = check_id_number(number)
    assert (checked.number, checked.birth_on, checked.sex) == (number, *KNOWN[number])


@pytest.mark.parametrize(
    "typed",
    [
        "15030420000229004x",
        "１５０３０４２０００" + "０２２９００４ｘ",
        " 150304 20000229 004X ",
        "150304-20000229-004x",
        "\u200e15030420000229004Ⅹ",
    ],
)
def test_numbers_are_read_as_people_type_them(typed):
    assert check_id_number(typed).number == "15030420000229004X"


def test_fifteen_digits_of_an_old_ledger_become_eighteen():
    assert normalise_id_number("150302850101001") == "150302198501010011"
    assert check_id_number("110105491231002").number == "11010519491231002X"


@pytest.mark.parametrize(
    "wrong",
    ["", "X", "1503021985010100", "15030219850101001X1", "A50302198501010011", "1.50302E+17", "050302198501010011",
     "١٥٠٣٠٢١٩٨٥٠١٠١٠٠١١", "150302198501010011\n1", "身份证"],
)  # fmt: skip
def test_what_is_no_number_is_refused_in_plain_words(wrong):
    with pytest.raises(InvalidIdNumber, match="invalid_id_number") as caught:
        check_id_number(wrong)
    assert "18位" in str(caught.value.message)


@pytest.mark.parametrize("birth", ["20010229", "19850230", "19851301", "00000101", "19850100"])
def test_a_birthday_that_never_was_is_refused(birth):
    with pytest.raises(InvalidIdNumber) as caught:
        check_id_number(f"150302{birth}0010")
    assert "出生日期" in str(caught.value.message)


@pytest.mark.parametrize(
    "area", ["150305", "152822", "999999", "810000", "820000", "830000", "911124"]
)
def test_codes_that_no_list_of_today_knows_are_accepted(area):
    body = f"{area}19850101001"
    number = next(body + c for c in "0123456789X" if _passes(body + c))
    assert check_id_number(number).birth_on == date(1985, 1, 1)


def _passes(number):
    try:
        check_id_number(number)
    except InvalidIdNumber:
        return False
    return True


@given(st.sampled_from(sorted(KNOWN)), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_wrong_character_is_found(number, place, character):
    wrong = number[:place] + character + number[place + 1 :]
    assert _passes(wrong) == (wrong == number)


@given(st.sampled_from(sorted(KNOWN)), st.integers(0, 16))
def test_every_exchange_of_neighbours_is_found(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert _passes(swapped) == (swapped == number)


@given(st.text(max_size=40))
def test_no_text_breaks_the_checks(text):
    messages: list[str] = []
    for check in (check_id_number, check_uscc, normalise_phone):
        try:
            check(text)
        except NotAllowed as refusal:
            messages.append(str(refusal.message))
    assert all(messages)


@pytest.mark.parametrize("code", USCC)
def test_known_credit_codes_pass(code):
    assert check_uscc(f" {code.lower()} ") == code


@given(
    st.sampled_from(USCC), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY")
)
def test_every_wrong_letter_of_a_credit_code_is_found(code, place, letter):
    wrong = code[:place] + letter + code[place + 1 :]
    if wrong == code:
        assert check_uscc(wrong) == code
    else:
        with pytest.raises(InvalidUscc):
            check_uscc(wrong)


@pytest.mark.parametrize(
    "code", ["", "91350100M000100Y4", "91350100M000100Y4I", "91350100M000100YO3"]
)
def test_a_credit_code_of_another_shape_is_refused(code):
    with pytest.raises(InvalidUscc):
        check_uscc(code)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13800005678", "13800005678"),
        ("138 0000 5678", "13800005678"),
        ("138-0000-5678", "13800005678"),
        ("1380000-5678", "13800005678"),
        ("+86 138 0000 5678", "13800005678"),
        ("0086-13800005678", "13800005678"),
        ("8613800005678", "13800005678"),
        ("１３８００００５６７８", "13800005678"),
        ("0473-2012345", "04732012345"),
        ("(0473) 201 2345", "04732012345"),
        ("（0473）2012345", "04732012345"),
        ("0473－2012345", "04732012345"),
        ("+86 0473 2012345", "04732012345"),
        ("010-62012345", "01062012345"),
        ("0471-62345678", "047162345678"),
        ("0473-2012345-801", "04732012345-801"),
        ("0473-2012345-8", "04732012345-8"),
        ("0473-2012345转8", "04732012345-8"),
    ],
)
def test_telephone_numbers_are_read_as_people_type_them(typed, number):
    assert normalise_phone(typed) == number
    assert normalise_phone(number) == number
    assert is_mobile(number) == number.startswith("1")


@pytest.mark.parametrize(
    "wrong",
    ["", "2012345", "12345678901", "1380000567", "138000056789", "110", "0473-012345", "电话"],
)
def test_what_nobody_can_ring_is_refused(wrong):
    with pytest.raises(InvalidPhone):
        normalise_phone(wrong)


@pytest.mark.parametrize(
    "typed", ["4111 1111 1111 1111", "４１１１－１１１１－１１１１－１１１１", "4111111111111111"]
)
def test_a_card_is_read_in_groups_and_full_width(typed):
    assert check_card(typed) == "4111111111111111"


@given(st.text("0123456789", min_size=11, max_size=18), st.integers(0, 9), st.data())
def test_one_wrong_digit_of_a_card_is_found(body, other, data):
    number = next(body + d for d in "0123456789" if _is_card(body + d))
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = number[:place] + str(other) + number[place + 1 :]
    assert _is_card(wrong) == (wrong == number)


@pytest.mark.parametrize(
    "typed", ["79927398713", "41111111111111110000", "4111-x111-1111-1111", ""]
)
def test_what_is_no_card_is_refused(typed):
    with pytest.raises(InvalidCard) as refusal:
        check_card(typed)
    assert "12至19位" in str(refusal.value.message)


def _is_card(number: str) -> bool:
    try:
        return check_card(number) == number
    except InvalidCard:
        return False
