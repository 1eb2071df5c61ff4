"""From canonical values to the columns of Person and PersonDetail, with what is derived from them."""

from collections.abc import Callable, Mapping
from datetime import date

from common.crypto import blind_index
from common.identity import normalise_phone
from common.names import initials, normalise_name, pinyin_key
from residents.base.attributes import ATTRIBUTES, ON_PERSON
from residents.base.querysets import ID_TAIL


def name_columns(name: str) -> dict[str, str]:
    """The columns derived from a name: itself normalised, pinyin without spaces, one or two initials."""
    full_name = normalise_name(name)
    readings = initials(full_name)
    return {
        "full_name": full_name,
        "pinyin": pinyin_key(full_name).replace(" ", ""),
        "initials": readings[0] if readings else "",
        "initials_alt": readings[1] if len(readings) > 1 else "",
    }


def number_columns(number: str) -> dict[str, object]:
    """The columns derived from an ID number: the number (encrypted on save) and its blind indexes."""
    if not number:
        return {"id_number": None, "id_index": None, "id_tail_index": None}
    return {
        "id_number": number,
        "id_index": blind_index(number, field="id_number"),
        "id_tail_index": blind_index(number[-ID_TAIL:], field="id_tail"),
    }


def phone_columns(phone: str) -> dict[str, object]:
    if not phone:
        return {"phone": None, "phone_index": None}
    phone = normalise_phone(phone)
    return {"phone": phone, "phone_index": blind_index(phone, field="phone")}


_OF: dict[str, Callable[[str], Mapping[str, object]]] = {
    "full_name": name_columns,
    "id_number": number_columns,
    "phone": phone_columns,
}
# All columns of Person that follow from attributes.
DERIVED = [
    *("full_name", "pinyin", "initials", "initials_alt", "id_number", "id_index", "id_tail_index"),
    *("phone", "phone_index"),
    *sorted(ON_PERSON - set(_OF)),
]


def columns_of(key: str, value: str) -> dict[str, object]:
    """The columns that hold a canonical value; "" makes them unknown."""
    if key in _OF:
        return dict(_OF[key](value))
    attribute = ATTRIBUTES[key]
    if attribute.is_date:
        return {key: date.fromisoformat(value) if value else None}
    if attribute.is_secret:
        return {key: value or None}
    if key == "sex":
        return {key: value or "0"}
    if key == "document_type":
        return {key: value or "none"}
    return {key: value}
