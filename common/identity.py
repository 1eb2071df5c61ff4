"""Numbers that name a person or a unit: read as people type them, checked by the standards' arithmetic."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FIRST_GENERATION = 15  # digits of a number from before 1999, without century and check digit
_ID_CHECKS = "10X98765432"
_USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MOBILE = r"1[3-9][0-9]{9}"
_LANDLINE = r"0(?:10|2[0-9])[2-8][0-9]{7}|0[3-9][0-9]{2}[2-8][0-9]{6,7}"
_EXTENSION = r"(.{0,20}[0-9]{7,8}) ?(?:-|转|分机|ext|x|#) ?([0-9]{1,6})"


class InvalidIdNumber(Invalid):
    """Not a citizen's, residence permit holder's or permanent foreign resident's number."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__("invalid_id_number", message)


class InvalidUscc(Invalid):
    """Not a unified social credit code."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__("invalid_uscc", message)


class InvalidPhone(Invalid):
    """Not a telephone number of the mainland."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__("invalid_phone", message)


class InvalidCard(Invalid):
    """Not the number of a bank card."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__("invalid_card", message)


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A checked number, and what it says. `sex` is GB/T 2261.1: "1" male, "2" female."""

    number: str
    birth_on: date
    sex: str


def normalise_id_number(text: str) -> str:
    """Half-width, without spaces, X upper case; 15 digits of the first generation become 18 (GB 11643)."""
    number = _compact(text).upper()
    if re.fullmatch(r"[0-9]{15}", number):
        number = f"{number[:6]}19{number[6:]}"
        number += _id_check_digit(number)
    return number


def check_id_number(text: str) -> IdNumber:
    """The normalised number with its birthday and sex; raises InvalidIdNumber.

    GB 11643-1999: form, real date, check character. Area codes are not compared with any list: a number
    keeps the code of its first issue, which may be abolished by now. 81-83 (permits of Hong Kong, Macao
    and Taiwan residents) and 9 (foreigners with permanent residence, since 2023) follow the same rule.
    """
    number = normalise_id_number(text)
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        raise InvalidIdNumber(_("身份证号应为18位：前17位是数字，最后一位是数字或X。"))
    try:
        birth_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise InvalidIdNumber(
            _("15位号码的第7至12位应是真实的出生日期（年月日各两位），请核对。")
            if len(_compact(text)) == FIRST_GENERATION
            else _("身份证号第7至14位应是真实的出生日期，请核对。")
        ) from None
    if _id_check_digit(number[:17]) != number[17]:
        raise InvalidIdNumber(_("校验码不对，请核对第18位；第18位没错的，再从头逐位核对。"))
    return IdNumber(number, birth_on, "1" if int(number[16]) % 2 else "2")


def check_uscc(text: str) -> str:
    """The normalised unified social credit code (GB 32100-2015); raises InvalidUscc."""
    code = _compact(text).upper()
    if len(code) != 18 or any(letter not in _USCC_LETTERS for letter in code):
        raise InvalidUscc(_("统一社会信用代码应为18位数字和大写字母，且不含I、O、S、V、Z。"))
    total = sum(_USCC_LETTERS.index(letter) * 3**place for place, letter in enumerate(code[:17]))
    if _USCC_LETTERS[-total % 31] != code[17]:
        raise InvalidUscc(_("统一社会信用代码校验不通过，请逐位核对有无输错。"))
    return code


def normalise_card(text: str) -> str:
    """Half-width, without the spaces and hyphens that stand between the groups on a card."""
    return _compact(text)


def check_card(text: str) -> str:
    """The normalised number of a bank card (ISO/IEC 7812, Luhn); raises InvalidCard."""
    number = normalise_card(text)
    if not re.fullmatch(r"[0-9]{12,19}", number):
        raise InvalidCard(_("银行卡号应为12至19位数字，请对照卡面重新输入。"))
    if luhn(number) % 10:
        raise InvalidCard(_("银行卡号有一位不对，请对照卡面逐位核对。"))
    return number


def luhn(number: str) -> int:
    """The sum of Luhn (ISO/IEC 7812-1 annex B); of a whole number it ends in 0."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value - 9 if value > 9 else value for value in doubled)


def normalise_phone(text: str) -> str:
    """A mainland number in digits, "13800005678" or "04732012345"; raises InvalidPhone.

    Takes spaces, hyphens, brackets, full-width digits and the prefix +86. An extension stays behind a
    hyphen: "04732012345-801".
    """
    split = re.fullmatch(_EXTENSION, unicodedata.normalize("NFKC", text).strip())
    if split and re.fullmatch(_LANDLINE, base := _bare_phone(split[1])):
        return f"{base}-{split[2]}"
    number = _bare_phone(text)
    if is_mobile(number) or re.fullmatch(_LANDLINE, number):
        return number
    raise InvalidPhone(_("请填写11位手机号，或带区号的固定电话，如 0473-2012345。"))


def is_mobile(number: str) -> bool:
    """Whether a normalised number can receive text messages."""
    return re.fullmatch(_MOBILE, number) is not None


def _bare_phone(text: str) -> str:
    number = re.sub(r"[()./]", "", _compact(text))
    return re.sub(r"^(\+|00)?86(?=1[3-9][0-9]{9}$|0[1-9])", "", number)


def _id_check_digit(digits: str) -> str:
    return _ID_CHECKS[sum(int(d) * w for d, w in zip(digits, _ID_WEIGHTS, strict=False)) % 11]


def _compact(text: str) -> str:
    """Half-width, without spaces, invisible characters and any kind of dash, as input methods leave them."""
    if text.isascii() and text.isalnum():
        return text
    return "".join(
        c
        for c in unicodedata.normalize("NFKC", text)
        if unicodedata.category(c) not in {"Zs", "Cc", "Cf", "Pd"}
    ).replace("−", "")
