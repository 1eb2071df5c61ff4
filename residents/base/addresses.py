"""When two addresses are the same door, only written differently. Pure; what is written stays as it is."""

import re
import unicodedata

_PROVINCE = r"(?:.{2,6}?(?:省|自治区)|内蒙古|新疆|广西|宁夏|西藏)?"
# Neither a 小区 nor a 社区 nor 红旗街 is a district.
_DISTRICT = r"[^\W\d]{1,6}?(?:(?<![小社园片院校景一二三四五六七八九十])区|县|旗)(?![街路巷道])"
_CITY = rf"(?:.{{2,6}}?(?:市|盟|地区|自治州)(?={_DISTRICT}|.{{1,5}}?市))?"
_REGION = re.compile(rf"^{_PROVINCE}({_CITY}(?:{_DISTRICT})?)")
_MARKS = r"[\s,，、。.·()（）\"'“”]+"
_BETWEEN = re.compile(rf"(?<=\d){_MARKS}(?=\d)")  # 3 2501 is not 32 501
_NOISE = re.compile(_MARKS)
_PARTS = (
    (re.compile(r"(?<=\d)(?:号楼|栋楼|栋|幢|座|#楼|#)"), "-"),
    (re.compile(r"(?<=\d)(?:单元|门)"), "-"),
    (re.compile(r"(?<=\d)(?:室|号|户)$"), ""),
    (re.compile(r"[-—–_]+"), "-"),
)


def door_of(address: str) -> str:
    """What the spellings of one door have in common: without province, city and district, without marks, and building,
    unit and door parted by a dash (3号楼2单元501室 is 3-2-501)."""
    text = _written(address)
    text = text[_end(text) :]
    for pattern, put in _PARTS:
        text = pattern.sub(put, text)
    return text.strip("-")


def region_of(address: str) -> str:
    """The city and the district that are written before a door; "" where it stands alone."""
    found = _REGION.match(_written(address))
    return found[1] if found else ""


def is_same_door(one: str, other: str) -> bool:
    return door_of(one) == door_of(other) and is_within(region_of(one), region_of(other))


def is_within(one: str, other: str) -> bool:
    """Whether one of two regions leaves out only what the other begins with: 海勃湾区, 乌海市海勃湾区, or nothing."""
    return one.endswith(other) or other.endswith(one)


def _written(address: str) -> str:
    text = unicodedata.normalize("NFKC", address)
    return _NOISE.sub("", _BETWEEN.sub("-", text)).lower()


def _end(text: str) -> int:
    found = _REGION.match(text)
    return found.end() if found else 0
