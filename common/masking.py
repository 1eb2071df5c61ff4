"""What a page shows of a personal value to those who need not see all of it."""

import re

_NUMBERED = re.compile(
    r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+(?:[-－—~][0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+)*"
    r"|[〇零一二三四五六七八九十百]+(?=[号栋幢座楼单门室户层排组])"
)


def mask_id(number: str) -> str:
    """ "1503**********0011"; of shorter numbers only the first and the last two characters."""
    keep = 4 if len(number) >= 12 else 2 if len(number) >= 6 else 0
    return _keep(number, keep, keep)


def mask_phone(number: str) -> str:
    """ "138****5678"; of a landline the area code and the last two digits."""
    if number.startswith("0"):
        bare = number.partition("-")[0]
        return _keep(bare, 3 if bare[1:2] in {"1", "2"} else 4, 2)
    return _keep(number, 3, 4) if len(number) >= 11 else "*" * len(number)


def mask_name(name: str) -> str:
    """ "张*民", "张*", "乌**·**尔": the first and, from three characters on, the last; dots and spaces stay."""
    letters = [place for place, letter in enumerate(name) if letter not in {"·", " "}]
    shown = {letters[0]} if len(letters) > 1 else set()
    if len(letters) > 2:
        shown.add(letters[-1])
    return "".join(
        "*" if i in letters and i not in shown else letter for i, letter in enumerate(name)
    )


def mask_address(address: str) -> str:
    """Road, community and yard stay; every number of house, unit and door becomes "*"."""
    return _NUMBERED.sub("*", address)


def mask_card(number: str) -> str:
    """ "**** **** **** 1234": the last four digits, whatever the length."""
    return f"**** **** **** {number[-4:]}" if len(number) >= 12 else "*" * len(number)


def _keep(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]
