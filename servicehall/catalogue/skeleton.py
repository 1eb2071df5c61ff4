"""An item as it begins: every key that pages rely on, with the most careful value."""

from collections.abc import Mapping
from datetime import date
from typing import Any


def new_content(code: str, window: str, name: Mapping[str, str], *, today: date) -> dict[str, Any]:
    return {
        "code": code,
        "version": 1,
        "window": window,
        "name": dict(name),
        "short": {"zh": "", "en": ""},
        "type_code": "20",
        "basic_code": "",
        "kind": "promise",
        "department": "",
        "eligible": {"zh": "", "en": ""},
        "apply_at": "residence",
        "any_station": False,
        "situations": [],
        "materials": [],
        "pages": [],
        "fields": [],
        "levels": [],
        "limits": {
            "statutory": {"days": 20, "unit": "workday", "extendable_days": 0},
            "promised": {"days": 10, "unit": "workday"},
            "note": None,
        },
        "publicity_days": 0,
        "publicity_shows_names": False,
        "fee": {"amount": 0, "note": {"zh": "不收费", "en": "Free of charge"}},
        "result": {"name": {"zh": "", "en": ""}, "delivery": ["counter"]},
        "basis": [],
        "certainty": "D",
        "certainty_note": "",
        "demo": False,
        "source": "",
        "source_en": "",
        "as_of": today.isoformat(),
        "search": {"synonyms": [], "synonyms_en": []},
        "faq": [],
        "contact": {"zh": "", "en": ""},
        "replies": [],
    }
