"""When two addresses are the same door, only written differently. Pure; what is written stays as it is."""

import re
import unicodedata

_REGION = re.compile(
    r"^(?:.{2,6}?(?:省|自治区))?(?:.{2,6}?(?:市|盟|地区|自治州))?(?=.{1,6}?[区县旗市])"
)
_NOISE = re.compile(r"[\s,，、。.·()（）\"'“”]+")
_PARTS = (
    (re.compile(r"(?<=\d)(?:号楼|栋楼|栋|幢|座|#楼|#)"), "-"),
    (re.compile(r"(?<=\d)(?:单元|门)"), "-"),
    (re.compile(r"(?<=\d)(?:室|号|户)$"), ""),
    (re.compile(r"[-—–_]+"), "-"),
)


def same_door(address: str) -> str:
    """What two spellings of one address have in common: without the province and the city before the district,
    without marks, and building, unit and door parted by a dash (3号楼2单元501室 is 3-2-501)."""
    text = _NOISE.sub("", unicodedata.normalize("NFKC", address)).lower()
    text = _REGION.sub("", text)
    for pattern, put in _PARTS:
        text = pattern.sub(put, text)
    return text.strip("-")
