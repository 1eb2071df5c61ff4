"""What is wrong with a joint form, said before anybody meets it. Pure, like checking.py."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from servicehall.catalogue.checking import Fault

SECTION = "bundle"
LEAST, MOST, BASIS_LENGTH = 2, 8, 200
BUNDLE_CODE = re.compile(r"(?!new$)[a-z][a-z0-9-]{0,29}")


def check_bundle(content: Mapping[str, Any], offered: Collection[str]) -> list[Fault]:
    """`offered`: the codes of the items that the hall has."""
    return [*_texts(content), *_items(content["items"], offered)]


def _texts(content: Mapping[str, Any]) -> Iterator[Fault]:
    for key, label in (("name", _("名称")), ("short", _("一句话说明"))):
        text = content.get(key) or {}
        if not text.get("zh"):
            yield Fault(SECTION, _("“%(part)s”还没有填。") % {"part": label})
        elif not text.get("en"):
            yield Fault(SECTION, _("“%(part)s”没有英文。") % {"part": label})
    if not content.get("basis"):
        yield Fault(SECTION, _("还没有写依据的规定。"))


def _items(items: list[str], offered: Collection[str]) -> Iterator[Fault]:
    if len(items) < LEAST:
        yield Fault(SECTION, _("至少要有两个事项。"))
    if len(items) > MOST:
        yield Fault(SECTION, _("一张表最多%(most)s个事项。") % {"most": MOST})
    for code, times in Counter(items).items():
        if times > 1:
            yield Fault(SECTION, _("事项%(code)s写了两次。") % {"code": code})
        if code not in offered:
            yield Fault(SECTION, _("事项%(code)s现在不能办。") % {"code": code})
