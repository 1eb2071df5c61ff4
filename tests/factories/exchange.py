"""Exports and reports as they come about through the actions."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from community.governance.enums import Role
from community.governance.models import Place
from community.governance.scopes import Scope
from residents.exchange.actions import exports, reports
from residents.exchange.enums import Frequency, RunState
from residents.exchange.models import ExportRun, ExportTemplate, ReportRequest
from tests.factories.data import load_exchange
from tests.factories.governance import DepartmentFactory, DistrictFactory, staff

DEPARTMENTS = ("public_security", "civil_affairs", "human_resources", "health")


def official(key: str = "civil_affairs", place: Place | None = None, **more: Any) -> Scope:
    """Somebody of a department of 海勃湾区, or of the district of `place`."""
    district = place or DistrictFactory(usual=True)
    return staff(Role.DEPARTMENT_OFFICIAL, DepartmentFactory(key=key, place=district), **more)


def template(code: str = "civil_aid") -> ExportTemplate:
    if not ExportTemplate.objects.filter(code=code).exists():
        load_exchange()
    return ExportTemplate.objects.get(code=code, valid_to=None)


def asked(
    by: Scope, place: Place, code: str = "civil_aid", *, now: datetime | None = None, **more: Any
) -> ExportRun:
    """A run as it was asked for; nothing is gathered yet."""
    given: dict[str, Any] = {"is_delta": False, "recipient": "王科长", "purpose": "季度复核"} | more
    return exports.request_export(
        template(code).pk, place, by=by, now=now or timezone.now(), **given
    )


def worked(run: ExportRun, *, now: datetime | None = None) -> ExportRun:
    """As far as the worker brings it."""
    while exports.advance(run.pk, now=now or timezone.now()):
        pass
    run.refresh_from_db()
    return run


def exported(
    by: Scope, place: Place, code: str = "civil_aid", *, now: datetime | None = None, **more: Any
) -> tuple[ExportRun, bytes]:
    """A run and the file that its requester fetched."""
    run = worked(asked(by, place, code, now=now, **more), now=now)
    assert run.state == RunState.READY, run.state
    return exports.fetch(run.pk, by=by, now=now or timezone.now())


def another(row: Model, **more: Any) -> Model:
    """One more of the same: rules limit how many the actions make."""
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name != "id"
    }
    return type(row)._default_manager.create(**values | more)


def requested(
    by: Scope, place: Place, *, now: datetime | None = None, **more: Any
) -> ReportRequest:
    """A report asked of the communities of a place: four columns that the base holds and one that it does not."""
    now = now or timezone.now()
    given: dict[str, Any] = {
        "name": "低保户住房情况表",
        "purpose": "住房核查",
        "basis": "《社会救助暂行办法》第三十七条",
        "headings": ["姓名", "身份证号", "联系电话", "救助类别", "房屋间数"],
        "persons": {"where": {"aid_status": ["1"]}} if by.body_key == "civil_affairs" else {},
        "frequency": Frequency.ONCE,
        "due_on": timezone.localdate(now) + timedelta(days=30),
    } | more
    return reports.request_report(place=place, by=by, now=now, **given)
