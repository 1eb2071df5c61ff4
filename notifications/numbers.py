"""Telephone numbers as our tables know them: by a keyed digest."""

from common.crypto import blind_index
from common.identity import InvalidPhone, is_mobile, normalise_phone


def digest(phone: str) -> bytes:
    """32 bytes, equal for equal numbers in every table of this app; useless without the key.
    Takes the number as `normalise_phone` leaves it."""
    return blind_index(phone, field="notifications.phone")


def normalised(phone: str) -> str:
    """The number in its plain form; "" for what is no number at all, which must stop no business act."""
    try:
        return normalise_phone(phone)
    except InvalidPhone:
        return ""


def takes_sms(phone: str) -> bool:
    """Whether the number can receive an SMS: a landline cannot."""
    return bool(phone) and is_mobile(phone)
