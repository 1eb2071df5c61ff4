"""Numbers that pass every check and belong to nobody."""

from datetime import date

from common.identity import luhn

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"

# 154 is a gap in the mobile prefixes of the mainland: no operator was ever given it, so a text can reach nobody.
PHONE_PREFIX = "154"
# First digit 9 is for national use (ISO/IEC 7812) and no bank issues 999…; the cards of UnionPay begin with 62.
CARD_PREFIX = "999033"
CARD_LENGTH = 19

# A day, an area and a sex have 500 numbers. Each community draws from five of its own, so that communities can be
# made in any order and at once; the last ones are for persons whom the generator does not draw.
SERIALS_PER_COMMUNITY = 5
COMMUNITIES = 94
SPECIAL_SERIALS = range(SERIALS_PER_COMMUNITY * COMMUNITIES, 500)


def id_number(area: str, birth_on: date, *, is_male: bool, serial: int) -> str:
    """A citizen's number (GB 11643): area 6, birthday 8, order 3 (odd for men), check. `serial` is 0 to 499."""
    if not 0 <= serial < 499 + is_male:
        raise ValueError("a day has 500 numbers for men and 499 for women")
    digits = f"{area}{birth_on:%Y%m%d}{2 * serial + (1 if is_male else 2):03d}"
    return digits + _CHECKS[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]


def phone(serial: int) -> str:
    """The mobile number with this serial, 0 to 99,999,999."""
    if not 0 <= serial < 10**8:
        raise ValueError("eight digits stand behind the prefix")
    return f"{PHONE_PREFIX}{serial:08d}"


def bank_card(serial: int) -> str:
    """The card with this serial, with its check digit (ISO/IEC 7812, Luhn)."""
    digits = f"{CARD_PREFIX}{serial:0{CARD_LENGTH - len(CARD_PREFIX) - 1}d}"
    return digits + str(-luhn(digits + "0") % 10)


def parcel(serial: int) -> str:
    """A registered parcel's number with its check digit (UPU S10). The service ZZ is nobody's."""
    digits = f"{serial:08d}"
    rest = 11 - sum(int(d) * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    check = {10: 0, 11: 5}.get(rest, rest)
    return f"ZZ{digits}{check}CN"
