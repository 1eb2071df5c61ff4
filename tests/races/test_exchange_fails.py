"""F6 for the exchange and the rights: whichever statement of an act fails, nothing of the act remains."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from community.governance.enums import Role
from residents.base.models import Person, PersonDetail
from residents.exchange.actions import deciding, exports, receiving, reports, working
from residents.exchange.actions.applying import bring_in
from residents.exchange.actions.undoing import take_back
from residents.exchange.layouts import ANSWER
from residents.exchange.models import ExchangeFigure, ExportRun, ImportBatch
from residents.rights import actions as rights
from tests.factories.data import load_exchange, load_rights, load_sources
from tests.factories.exchange import asked, official, requested, template, worked
from tests.factories.governance import (
    CommunityFactory,
    CommunityOfficeFactory,
    StationFactory,
    resident_scope,
    staff,
)
from tests.factories.residents import PersonFactory
from tests.residents import importing
from tests.sweeping import SWEPT, sweep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def _exchange(ground: None) -> None:
    load_sources()
    load_exchange()
    load_rights()


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.UPLOAD_DIR = tmp_path


class Town:
    """One community with whoever acts there."""

    def __init__(self) -> None:
        self.community = CommunityFactory(name="青山社区")
        district = self.community.parent.parent
        office = CommunityOfficeFactory(place=district)
        station = StationFactory(place=self.community)
        self.office, self.clerk = (
            staff(Role.DISTRICT_OFFICE, office),
            staff(Role.DATA_CLERK, office),
        )
        self.director = staff(Role.STATION_DIRECTOR, station)
        self.civil, self.second = official("civil_affairs"), official("civil_affairs")
        self.person = PersonFactory(community=self.community, account=True)
        PersonDetail.objects.create(person=self.person, aid_status="1")
        self.resident = resident_scope(self.person.account)
        self.now = timezone.now()

    def waiting(self) -> ExportRun:
        ExchangeFigure.objects.filter(code="rows_one_person").update(value=0)
        return worked(asked(self.civil, self.community))

    def form(self) -> Any:
        request = requested(self.civil, self.community)
        reports.decide_request(request.pk, approve=True, note="", by=self.office, now=self.now)
        return request.forms.get()

    def typed(self) -> Any:
        form = self.form()
        reports.save_form(form.pk, self.answers(), by=self.director, now=self.now)
        return form

    def answers(self) -> dict[Any, dict[str, str]]:
        return {self.person.pk: {f"{ANSWER}5": "3", "phone": "13800005678"}}

    def checked(self) -> Any:
        batch = importing.checked(self.file(), self.clerk, community=self.community)
        deciding.leave_rest(batch.pk, by=self.clerk, now=self.now)
        return batch

    def file(self) -> bytes:
        rows = [("姓名", "身份证号", "学历"), ("张伟民", importing.number(1), "小学")]
        return importing.xlsx(rows)

    def pressed(self) -> Any:
        batch = self.checked()
        receiving.apply(batch.pk, by=self.clerk, now=self.now)
        return ImportBatch.objects.get(pk=batch.pk)

    def undone(self) -> Any:
        batch = importing.worked(self.pressed())
        receiving.undo(batch.pk, by=self.clerk, now=self.now)
        return ImportBatch.objects.get(pk=batch.pk)


@dataclass(frozen=True)
class Act:
    before: Callable[[Town], Any]
    act: Callable[[Town, Any], Any]


ACTS = {
    "request_export": Act(
        lambda t: template(),
        lambda t, made: exports.request_export(
            made.pk,
            t.community,
            is_delta=False,
            recipient="王科长",
            purpose="复核",
            by=t.civil,
            now=t.now,
        ),
    ),
    "gather": Act(
        lambda t: asked(t.civil, t.community), lambda t, run: exports.advance(run.pk, now=t.now)
    ),
    "decide": Act(
        Town.waiting,
        lambda t, run: exports.decide(run.pk, approve=True, note="", by=t.second, now=t.now),
    ),
    "fetch": Act(
        lambda t: worked(asked(t.civil, t.community)),
        lambda t, run: exports.fetch(run.pk, by=t.civil, now=timezone.now()),
    ),
    "request_report": Act(lambda t: None, lambda t, _n: requested(t.civil, t.community)),
    "decide_request": Act(
        lambda t: requested(t.civil, t.community),
        lambda t, request: reports.decide_request(
            request.pk, approve=True, note="", by=t.office, now=t.now
        ),
    ),
    "save_form": Act(
        Town.form,
        lambda t, form: reports.save_form(form.pk, t.answers(), by=t.director, now=t.now),
    ),
    "submit_form": Act(
        Town.typed, lambda t, form: reports.submit_form(form.pk, by=t.director, now=t.now)
    ),
    "apply": Act(Town.checked, lambda t, batch: receiving.apply(batch.pk, by=t.clerk, now=t.now)),
    "bring_in": Act(Town.pressed, lambda t, batch: bring_in(batch, by=t.clerk, now=t.now)),
    "take_back": Act(Town.undone, lambda t, batch: take_back(batch, by=t.clerk, now=t.now)),
    "forget_files": Act(
        Town.checked, lambda t, _batch: working.forget_files(now=t.now + timedelta(days=999))
    ),
    "ask_copy": Act(
        lambda t: None,
        lambda t, _n: rights.ask_copy(by=t.resident, language="zh-hans", now=t.now),
    ),
    "give_consent": Act(
        lambda t: None,
        lambda t, _n: rights.give_consent(t.person.pk, "survey", by=t.resident, now=t.now),
    ),
}
SWEPT.update({exports.request_export, exports.advance, exports.decide, exports.fetch})
SWEPT.update({reports.request_report, reports.decide_request, reports.save_form})
SWEPT.update({reports.submit_form, rights.ask_copy, rights.give_consent})
SWEPT.update({bring_in, take_back, working.forget_files})


@pytest.mark.parametrize("name", ACTS)
def test_an_act_happens_wholly_or_not_at_all(name: str) -> None:
    town, act = Town(), ACTS[name]
    given = act.before(town)
    assert sweep(name, lambda: act.act(town, given))[1]
    assert Person.objects.filter(pk=town.person.pk).exists()
