"""The kinds of message. Each app registers its own in `<app>/messages.py`, found at start.

Texts are lazy Chinese msgids with named placeholders, `_("您在%(station)s的申请有新进展，查询码%(query_code)s。")`,
rendered in the recipient's language at delivery.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import formats, translation
from django.utils.functional import Promise

from notifications.enums import Channel

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")

# All that an SMS may say. A number may be shared by a household and is read by strangers over a
# shoulder: no name, ID number, amount, benefit, item or diagnosis ever stands in one.
SMS_PLACEHOLDERS = frozenset(
    {
        "code",
        "count",
        "date",
        "hotline",
        "minutes",
        "number",
        "office",
        "place",
        "query_code",
        "station",
        "ticket",
        "time",
        "window",
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of event that people are told about.

    `is_urgent` may ring at night; `is_statutory` reaches also those who want no SMS; `is_secret`
    (one-time codes) is erased once sent, never retried late, and limited to one a minute;
    `is_repeatable` may be sent again by itself after a timeout even where the gateway does not
    honour idempotency keys. `link` is the name of a URL that takes the id in `about`.
    """

    code: str
    title: str | Promise
    in_site: str | Promise
    sms: str | Promise
    channels: tuple[Channel, ...]
    is_urgent: bool = False
    is_statutory: bool = False
    is_secret: bool = False
    is_repeatable: bool = False
    link: str = ""

    def template(self, channel: str) -> str | Promise:
        """The text of a channel; whoever calls reads the fuller one of the portal if there is one."""
        return self.sms if channel == Channel.SMS else self.in_site or self.sms


class UnknownKind(KeyError):
    """Nobody registered this kind."""


class BadParams(ValueError):
    """The text asks for a value that the event did not give."""


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Make kinds known. Raises ValueError when another kind has the same code."""
    for kind in kinds:
        if _kinds.setdefault(kind.code, kind) != kind:
            raise ValueError(f"two kinds are called {kind.code}")


def get(code: str) -> Kind:
    try:
        return _kinds[code]
    except KeyError:
        raise UnknownKind(code) from None


def find(code: str) -> Kind | None:
    """The kind, or None where an older or newer release wrote the row."""
    return _kinds.get(code)


def all_kinds() -> tuple[Kind, ...]:
    return tuple(_kinds.values())


def render(kind: Kind, channel: str, params: Mapping[str, object], language: str) -> str:
    """The text for one recipient. Raises BadParams when a value is missing."""
    with translation.override(language):
        template = str(kind.template(channel))
        missing = placeholders(template) - set(params)
        if missing:
            raise BadParams(", ".join(sorted(missing)))
        return PLACEHOLDER.sub(lambda match: str(_value(params, match[1], language)), template)


def _value(params: Mapping[str, object], name: str, language: str) -> object:
    """A name in the language of the recipient where the event gives one: "station_en" beside "station".

    A day is said as on the pages, and not as programs write it.
    """
    value = params.get(f"{name}_{language}") or params[name]
    if name == "date" and isinstance(value, str) and ISO_DAY.fullmatch(value):
        return formats.date_format(date.fromisoformat(value), "DATE_FORMAT")
    return value


def read(code: str, params: Mapping[str, object], text: str, language: str) -> str:
    """The text of a message as its owner reads it today: the kept wording, which is Chinese, or its
    translation when the reader has chosen another language."""
    kind = find(code)
    if kind is None or language == settings.LANGUAGE_CODE:
        return text
    try:
        return render(kind, Channel.IN_SITE, params, language)
    except BadParams:
        return text


def placeholders(template: str) -> set[str]:
    return set(PLACEHOLDER.findall(template))


def faults(kind: Kind, languages: tuple[str, ...]) -> list[str]:
    """What is wrong with a kind, in English, for the system check."""
    found = []
    if not kind.channels:
        found.append("it has no channel")
    for channel in (Channel.IN_SITE, Channel.SMS):
        text = kind.sms if channel == Channel.SMS else kind.in_site
        if channel in kind.channels and not text:
            found.append(f"it has no text for {channel}")
        names = {language: _names(text, language) for language in languages}
        if len(set(map(frozenset, names.values()))) > 1:
            found.append(f"the {channel} text has other placeholders in another language")
        if channel == Channel.SMS:
            forbidden = set().union(*names.values()) - SMS_PLACEHOLDERS
            found.extend(f"an SMS may not say %({name})s" for name in sorted(forbidden))
    return found


def _names(text: str | Promise, language: str) -> set[str]:
    with translation.override(language):
        return placeholders(str(text))
