"""The evidence of a finding in words, in the language of the reader."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from servicehall.cases.enums import UndertakingKind
from servicehall.catalogue.enums import ReviewLevel
from servicehall.supervision.enums import FindingKind
from servicehall.supervision.models import Finding

Given = Mapping[str, Any]
K = FindingKind


def words(finding: Finding) -> str:
    """Why it was found; together with the case's own history it can be checked by anybody."""
    write = WORDS.get(FindingKind(finding.kind))
    text = write(finding.evidence) if write and finding.evidence else ""
    return "；".join(part for part in (text, finding.note) if part)


def _day(given: Given, key: str) -> str:
    value = given.get(key) or ""
    return formats.date_format(date.fromisoformat(value), "DATE_FORMAT") if value else "—"


def _level(given: Given) -> str:
    level = given.get("step")
    return str(ReviewLevel(level).label) if level in ReviewLevel.values else ""


def _overdue(given: Given) -> str:
    return _("应在 %(day)s 前办结") % {"day": _day(given, "due_on")}


def _step(given: Given) -> str:
    return _("%(step)s应在 %(day)s 前办完") % {
        "step": _level(given),
        "day": _day(given, "due_on"),
    }


def _passed_on(given: Given) -> str:
    if "times" in given:
        return _("退回 %(times)s 次") % {"times": given["times"]}
    return _("%(step)s在 %(minutes)s 分钟内转办，意见照抄或只写套话") % {
        "step": _level(given),
        "minutes": given["minutes"],
    }


def _elsewhere(given: Given) -> str:
    return _("%(day)s 不予受理，后由%(station)s受理") % {
        "day": _day(given, "refused_on"),
        "station": given["accepted_at"],
    }


def _no_reason(given: Given) -> str:
    return _("理由只有 %(chars)s 个字，至少 %(least)s 个字") % {
        "chars": given["chars"],
        "least": given["least"],
    }


def _on_paper(given: Given) -> str:
    moment = timezone.localtime(datetime.fromisoformat(given["true_at"]))
    at = formats.date_format(moment, "DATETIME_FORMAT")
    return _("实际办理时间 %(at)s") % {"at": at}


WORDS: dict[FindingKind, Callable[[Given], str]] = {
    K.REFUSED_ACCEPTANCE: _elsewhere,
    K.OVER_PROMISED: _overdue,
    K.OVER_STATUTORY: _overdue,
    K.STEP_LATE: _step,
    K.FORWARDED_LATE: _step,
    K.NO_REASON: _no_reason,
    K.OFF_SYSTEM: _on_paper,
    K.SECOND_NOTICE: lambda given: _("第 %(number)s 次告知") % {"number": given["number"]},
    K.SECOND_SUPPLEMENT: lambda given: _("第 %(number)s 次补正") % {"number": given["number"]},
    K.SILENCE: lambda given: _("%(day)s 收到，到期没有答复") % {"day": _day(given, "received_on")},
    K.UNDERTAKING_LATE: lambda given: (
        (
            _("“%(paper)s”应在 %(day)s 前核实")
            if given.get("kind") == UndertakingKind.COMMITMENT
            else _("“%(paper)s”应在 %(day)s 前补交")
        )
        % {"paper": given["paper"], "day": _day(given, "due_on")}
    ),
    K.CONSULTATION_LATE: lambda given: _("应在 %(day)s 前答复") % {"day": _day(given, "due_on")},
    K.PASSED_ON: _passed_on,
}
