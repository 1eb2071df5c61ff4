"""Names for what people add to an item: they never type one."""

import re
from collections.abc import Collection

from common.names import pinyin_key


def new_key(text: str, taken: Collection[str]) -> str:
    """A name for the data, by sound: 每月收入 → meiyueshouru; a number behind it where that is taken."""
    plain = re.sub(r"[^a-z0-9]+", "_", pinyin_key(text).replace(" ", "").lower()).strip("_")[:30]
    base = plain if plain[:1].isalpha() else f"k_{plain}".rstrip("_")
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}_{number}"
    return key
