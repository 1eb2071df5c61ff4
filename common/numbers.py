"""Numbers on paper: read out over the telephone, typed back by hand."""

import re
import secrets

# H. M. Damm (2004): a totally anti-symmetric quasigroup of order 10 finds every single wrong digit and
# every exchange of two neighbours, with the check being a plain digit (ISO 7064 misses some or needs X).
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def with_check(digits: str) -> str:
    """The digits and their check digit behind them. ValueError unless all are 0-9."""
    if not re.fullmatch(r"[0-9]+", digits):
        raise ValueError("a number consists of the digits 0-9")
    return digits + _damm(digits)


def is_valid(number: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    return re.fullmatch(r"[0-9]{2,}", number) is not None and _damm(number) == "0"


def query_code() -> str:
    """Six random digits that a person keeps beside the number; look-ups must be limited (common.ratelimit)."""
    return f"{secrets.randbelow(10**6):06d}"


def _damm(digits: str) -> str:
    interim = "0"
    for digit in digits:
        interim = _DAMM[int(interim)][int(digit)]
    return interim
