"""What the table of versions needs of a content: its columns, its search words, its fingerprint."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from common.names import initials, pinyin_key
from community.governance.workdays import LimitUnit
from servicehall.catalogue.enums import ItemKind

UNITS = {"workday": LimitUnit.WORKDAYS, "day": LimitUnit.DAYS, "hour": LimitUnit.HOURS}


def columns_of(content: Mapping[str, Any]) -> dict[str, Any]:
    statutory, promised = content["limits"]["statutory"], content["limits"]["promised"]
    return {
        "name": content["name"],
        "kind": ItemKind(content["kind"]),
        "statutory_amount": statutory["days"],
        "statutory_unit": UNITS[statutory["unit"]],
        "promised_amount": promised["days"],
        "promised_unit": UNITS[promised["unit"]],
        "department": content.get("department") or "",
        "any_station": bool(content.get("any_station")),
        "content": content,
        "search_text": search_text(content),
    }


def search_text(content: Mapping[str, Any]) -> str:
    """One term a line: names, everyday words, their pinyin and initials, English; all lower case."""
    words = content["search"]
    terms = [content["name"]["zh"], *words["synonyms"], *words.get("added", [])]
    lines = [content["code"], content["name"].get("en", ""), *words.get("synonyms_en", [])]
    for term in terms:
        lines += [term, pinyin_key(term).replace(" ", ""), *initials(term)]
    return "\n".join(dict.fromkeys(line.lower() for line in lines if line))


def digest(value: Any) -> str:
    """The same for the same data, in whatever order its keys stand."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def jsonable(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): jsonable(entry) for key, entry in value.items()}
    return [jsonable(entry) for entry in value] if isinstance(value, list) else value
