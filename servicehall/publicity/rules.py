"""What may be read in public (domain 3.11). Pure: never a number, a door, an illness, a child."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.masking import mask_address, mask_name

Text = str | Promise
ADULT_AGE = 18
# Five digits in a row are a telephone, a card or part of an identity number; an amount has a field of its own.
_DIGITS = re.compile(r"\d(?:[\s\-－—·.,，、]*[\dXx]){4,}")
_NUMERAL = "〇零一二三四五六七八九十百两"
_DOOR = re.compile(rf"[\d{_NUMERAL}]+\s*(?:号|室|单元|栋|幢|座|楼|门|户|排)")


@dataclass(frozen=True, slots=True)
class PublicityRules:
    """The local rules on a day (models.PublicityRule).

    names_in_full: 1 where the local rule shows names in full, 0 where it masks them; objection_days:
    working days to answer an objection; appraisal_least: representatives who must be there;
    objections_per_hour: how many one address may hand in; never: words that are never posted.
    """

    names_in_full: int
    objection_days: int
    appraisal_least: int
    objections_per_hour: int
    never: tuple[str, ...] = ()


def is_minor(birth_on: date | None, today: date) -> bool:
    """Under 18 on that day; a birthday that nobody knows counts as a child's."""
    if birth_on is None:
        return True
    had_birthday = (today.month, today.day) >= (birth_on.month, birth_on.day)
    return today.year - birth_on.year - (not had_birthday) < ADULT_AGE


def shown_name(
    name: str, *, item_shows_names: bool, birth_on: date | None, in_full: bool, today: date
) -> str:
    """The name as the notice carries it: in full or masked by the local rule, "" where it must not stand there."""
    if not item_shows_names or is_minor(birth_on, today):
        return ""
    return name if in_full else mask_name(name)


def leak(text: str, *, rules: PublicityRules, names: Collection[str]) -> Text | None:
    """Why a text may not be posted, or None. `names` are the applicant's and those of his household."""
    plain = _plain(text)
    if _DIGITS.search(plain):
        return _("不能公示证件号、电话、卡号这样的号码，请删去。")
    if _DOOR.search(plain) or mask_address(plain).count("*") > plain.count("*") + 3:
        return _("不能公示具体门牌，请删去。")
    bare = _bare(plain)
    if any(len(name) > 1 and _bare(_plain(name)) in bare for name in names):
        return _("这里不能写家庭成员的姓名，请删去。")
    if found := next((word for word in rules.never if word in bare), None):
        return _("不能公示病情或隐私：“%(word)s”，请删去。") % {"word": found}
    return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def is_supported(votes_for: int, attended: int) -> bool:
    """民主评议: more than half of those who were there are for it."""
    return votes_for * 2 > attended
