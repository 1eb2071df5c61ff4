"""A hall with its letters set up: texts, numbering and seals from the real data files."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from servicehall.cases import actions as cases
from servicehall.cases.models import Case
from servicehall.documents.actions import issue, load_documents
from servicehall.documents.enums import LetterKind
from servicehall.documents.models import Letter
from tests.factories.servicehall import DIBAO, Hall, allow, hall
from tests.remembering import remembered

# A mandate has no act of a case yet: what such an act will say.
MANDATE = {
    "受托人": "乌云·格日勒",
    "委托事项": "提交材料、领取结果",
    "委托期限": "2026年3月1日至2026年9月1日",
}


def lettered_hall(code: str = DIBAO, **changes: Any) -> Hall:
    """A hall that issues letters."""
    now = changes.pop("now", None)

    def make() -> Hall:
        place = hall(code, **changes)
        load_documents()
        return place

    made = remembered(("lettered", code, *sorted(changes.items()), timezone.localdate()), make)
    return replace(made, now=now or timezone.now())


def letter_of(case: Case, kind: LetterKind) -> Letter:
    return Letter.objects.get(case=case, kind=kind)


def example(place: Hall, case: Case, now: datetime | None = None) -> Letter:
    """A letter outside the acts of the case."""
    with transaction.atomic():
        case = Case.objects.select_related("version__item", "station__place", "applicant").get(
            pk=case.pk
        )
        found = issue(
            LetterKind.MANDATE, case=case, given=MANDATE, by=place.clerk, now=now or place.now
        )
    assert found is not None
    return found


def every_letter(place: Hall) -> list[Letter]:
    """One of each kind, by the acts of a few cases. `place` is a hall for DIBAO with a publicity."""
    now = place.now
    for code, mark in (("id_card", "deferrable"), ("means_statement", "commitment")):
        allow(place, code, mark)
    full = place.filed()
    cases.accept(
        full.pk, by=place.clerk, now=now, deferred=["id_card"], committed=["means_statement"]
    )
    for code in ("id_card", "means_statement"):
        cases.keep_undertaking(full.pk, code, by=place.clerk, now=now)
    cases.forward(full.pk, by=place.director, now=now, opinion="属实。")
    cases.extend(full.pk, days=5, reason="需要向外省核对收入。", by=place.head, now=now)
    day = timezone.localdate(now) + timedelta(days=20)
    cases.begin_special(
        full.pk, reason="expert", expected_on=day, note="有争议。", by=place.official, now=now
    )
    cases.end_special(full.pk, by=place.official, now=now)
    cases.forward(full.pk, by=place.official, now=now, opinion="属实。")
    place.shown(full, by=place.decider)
    later = now + timedelta(days=9)
    cases.grant(full.pk, by=place.decider, now=later)
    cases.deliver(full.pk, by=place.clerk, now=later)
    refused = place.at_district()
    cases.refuse(refused.pk, by=place.decider, now=now, reason="收入高于标准。")
    asked = [{"key": "income", "title": "收入证明", "what": "请补充近三个月流水。"}]
    ended = place.filed()
    cases.ask_supplement(ended.pk, items=asked, by=place.clerk, now=now)
    cases.lapse(ended.pk, now=now + timedelta(days=60))
    declined = place.filed()
    cases.decline(
        declined.pk, by=place.clerk, now=now, reason="户籍不在本区", right_office="原户籍地街道"
    )
    withdrawn = place.filed()
    cases.withdraw(withdrawn.pk, by=place.resident, now=now, reason="已经找到工作")
    example(place, withdrawn)
    known: dict[str, Letter] = {}
    for letter in Letter.objects.order_by("issued_at", "id"):
        known.setdefault(letter.kind, letter)
    return list(known.values())
