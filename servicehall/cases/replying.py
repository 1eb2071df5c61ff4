"""答复模板: the texts that an item keeps ready, with this case in place of the braces."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.translation import override

from servicehall.cases.models import Case
from servicehall.catalogue.enums import ReplyOutcome
from servicehall.catalogue.models import in_language
from servicehall.catalogue.schema import REPLY_VARIABLES

_BRACES = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Reply:
    """A text to begin with, in the language of record; `name` is for whoever chooses."""

    name: str
    text: str


def replies(case: Case, outcome: ReplyOutcome, today: date) -> list[Reply]:
    """What the item version keeps ready for an outcome. A word in braces that nobody knows stays as it is."""
    words = _words(case, today)
    return [
        Reply(
            in_language(row["name"]),
            _BRACES.sub(lambda found: words.get(found[1].strip(), found[0]), row["text"]["zh"]),
        )
        for row in case.version.replies(outcome)
    ]


def _words(case: Case, today: date) -> Mapping[str, str]:
    due = case.promised_due_on
    with override("zh-hans"):  # the language of record, whatever the clerk reads
        told = {
            "applicant": case.applicant.full_name,
            "item": case.version.name["zh"],
            "number": case.number,
            "today": formats.date_format(today, "DATE_FORMAT"),
            "due": formats.date_format(due, "DATE_FORMAT") if due else "",
            "office": case.handler.name,
            "phone": case.station.phone,
        }
    return {name: told[key] for key, names in REPLY_VARIABLES.items() for name in names.values()}
