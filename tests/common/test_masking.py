import pytest
from hypothesis import given, strategies as st

from common.masking import mask_address, mask_card, mask_id, mask_name, mask_phone


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (mask_id, "150302198501010011", "1503**********0011"),
        (mask_id, "P123456", "P1***56"),
        (mask_id, "1234", "****"),
        (mask_id, "", ""),
        (mask_phone, "13800005678", "138****5678"),
        (mask_phone, "04732012345", "0473*****45"),
        (mask_phone, "01062012345", "010******45"),
        (mask_phone, "04732012345-801", "0473*****45"),
        (mask_phone, "12345", "*****"),
        (mask_phone, "", ""),
        (mask_name, "张伟民", "张*民"),
        (mask_name, "张三", "张*"),
        (mask_name, "张", "*"),
        (mask_name, "欧阳伟民", "欧**民"),
        (mask_name, "乌力吉·巴特尔", "乌**·**尔"),
        (mask_name, "𠮷野家", "𠮷*家"),
        (mask_name, "John Smith", "J*** ****h"),
        (mask_name, "", ""),
        (mask_address, "海勃湾区新华街道12号楼3单元402", "海勃湾区新华街道*号楼*单元*"),
        (mask_address, "新桥小区十二栋三单元401-2室", "新桥小区*栋*单元*室"),
        (mask_address, "一通厂巷B座１５０２", "一通厂巷*座*"),
        (mask_card, "6217000010001234567", "**** **** **** 4567"),
        (mask_card, "1234", "****"),
    ],
)
def test_masks(mask, value, shown):
    assert mask(value) == shown


@given(st.text(max_size=30))
def test_a_mask_never_breaks_and_hides_at_least_a_third_of_a_name(name):
    shown = mask_name(name)
    letters = [c for c in name if c not in "· "]
    assert len(shown) == len(name)
    assert (
        sum(c != "*" for c in shown if c not in "· ") <= min(2, len(letters) * 2 // 3)
        or "*" in letters
    )


@given(st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True))
def test_the_birthday_in_an_id_number_is_never_shown(number):
    assert mask_id(number) == f"{number[:4]}{'*' * 10}{number[14:]}"
