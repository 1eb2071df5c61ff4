"""What supervision shows beside a case: to staff only, what was found and which letters are out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from community.governance.enums import Power
from community.governance.scopes import Scope
from servicehall.cases.models import Case
from servicehall.cases.panels import Audience, Panel
from servicehall.supervision import evidence
from servicehall.supervision.models import Finding, Urging


def _for_staff(case: Case, by: Scope, today: date) -> Mapping[str, Any] | None:
    findings = list(Finding.objects.of_case(case.pk))
    urgings = list(Urging.objects.of_case(case.pk))
    if not (findings or urgings or by.has(Power.READ_CASES)):
        return None
    return {
        "case": case,
        "lines": [(finding, evidence.words(finding)) for finding in findings],
        "urgings": urgings,
        "can_supervise": by.covers(Power.SUPERVISE, case.community.path),
    }


PANEL = Panel("supervision/_panel.html", _for_staff, frozenset({Audience.STAFF}), order=80)
