"""答复模板: the texts that an item keeps ready, with this case in place of the braces."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.dateformat import format as format_date

from servicehall.cases.models import Case
from servicehall.catalogue.enums import ReplyOutcome
from servicehall.catalogue.models import in_language

_BRACES = re.compile(r"\{([^{}]+)\}")
_DAY = "Y年n月j日"  # as in letters, whatever the clerk reads


@dataclass(frozen=True, slots=True)
class Reply:
    """A text to begin with, in the language of record; `name` is for whoever chooses."""

    name: str
    text: str


def replies(case: Case, outcome: ReplyOutcome, today: date) -> list[Reply]:
    """What the item version keeps ready for an outcome. A word in braces that nobody knows stays as it is."""
    rows = case.version.replies(outcome)
    if not rows:
        return []
    words = {
        "姓名": case.applicant.full_name,
        "事项": case.version.name["zh"],
        "编号": case.number,
        "日期": format_date(today, _DAY),
        "承诺日期": format_date(case.promised_due_on, _DAY) if case.promised_due_on else "",
        "机构": case.handler.name,
        "电话": case.station.phone,
    }
    english = ("name", "service", "number", "date", "promised date", "office", "phone")
    words |= dict(zip(english, words.values(), strict=True))
    return [
        Reply(
            in_language(row["name"]),
            _BRACES.sub(lambda found: words.get(found[1].strip(), found[0]), row["text"]["zh"]),
        )
        for row in rows
    ]
