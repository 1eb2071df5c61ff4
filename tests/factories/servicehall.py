"""Items from the real catalogue, a small hall with everyone in it, and cases filed through the actions."""

import random
import re
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from django.utils import timezone

from community.governance.enums import Role
from community.governance.models import Body, Place
from community.governance.scopes import Scope
from dashboards.demo.answers import answers_for
from residents.base.models import Person
from servicehall.cases import actions
from servicehall.cases.models import Case, Draft, Upload
from servicehall.catalogue.actions import load_catalogue
from servicehall.catalogue.actions.loading import DATA
from servicehall.catalogue.enums import Channel
from servicehall.catalogue.models import ItemVersion
from tests.factories.data import load_rights
from tests.factories.governance import (
    CommunityFactory,
    DepartmentFactory,
    StationFactory,
    StreetFactory,
    StreetOfficeFactory,
    first_community,
    resident_scope,
    staff,
)
from tests.factories.residents import PersonFactory
from tests.remembering import remembered

ALLOWANCE = "W4-04"  # 高龄津贴: community, street and district in turn, two files
CHILDCARE = "W3-02"  # 育儿补贴: for each child, asked for by one of the parents
DIBAO = "W1-01"  # 低保: three levels, no file
JOBLESS = "W2-01"  # 失业登记: finished at once


def item_version(code: str = DIBAO, *, publicity_days: int = 0) -> ItemVersion:
    """The published version of an item, loaded from its file in the catalogue; all windows come with it."""
    found = ItemVersion.objects.filter(item_id=code).select_related("item__window").first()
    if found is not None:
        return found
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "items").mkdir()
        for file in ("windows.yaml", "limits.yaml", "rating.yaml", "bundles.yaml"):
            (folder / file).write_bytes((DATA / file).read_bytes())
        # A case reaches its decision without a publicity, which has tests of its own.
        text = (DATA / f"items/{code}.yaml").read_text(encoding="utf-8")
        text = re.sub(
            r"^publicity_days: \d+$", f"publicity_days: {publicity_days}", text, flags=re.M
        )
        (folder / f"items/{code}.yaml").write_text(text, encoding="utf-8")
        (folder / "negative.yaml").write_text("certificates: []")
        load_catalogue(folder)
    return ItemVersion.objects.select_related("item__window").get(item_id=code)


def file_case(
    version: ItemVersion,
    applicant: Person,
    *,
    by: Scope,
    now: datetime | None = None,
    answers: dict[str, Any] | None = None,
) -> Case:
    """A case as somebody files it: a resident online, with a file for each one asked, or a clerk at the counter."""
    now = now or timezone.now()
    draft = actions.start_draft(version, applicant=applicant, by=by, now=now)
    given = answers_for(version, applicant, rng=random.Random(1), today=timezone.localdate(now))
    actions.save_draft(draft.pk, given | (answers or {}), step="check", by=by, now=now)
    if not by.is_staff:
        attach_files(draft, by=by, now=now)
    channel = Channel.COUNTER if by.is_staff else Channel.ONLINE
    return actions.submit(draft.pk, by=by, now=now, channel=channel)


def allow(place: "Hall", code: str, mark: str) -> None:
    """Mark a material of the item: "deferrable" (容缺) or "commitment" (告知承诺)."""
    for paper in place.version.content["materials"]:
        if paper["code"] == code:
            paper[mark] = True
    place.version.save(update_fields=["content"])


def attach_files(draft: Draft, *, by: Scope, now: datetime) -> None:
    """A row for every file that the item asks for. The bytes are not there: what opens them has tests of its own."""
    assert by.user_id is not None
    for field in draft.version.fields:
        if field["type"] == "file" and field.get("required"):
            Upload.objects.create(
                draft=draft,
                field=field["key"],
                title=field["label"]["zh"],
                kind="jpg",
                size=1200,
                sha256="0" * 64,
                stored_as=f"{draft.pk}-{field['key']}"[:80],
                uploaded_by_id=by.user_id,
                uploaded_at=now,
            )


@dataclass
class Hall:
    """One community with its station, street office and department, and everyone who acts there.

    Scopes are what `request.scope` would be: pass them as `by`; `clerk.user_id` signs in.
    """

    version: ItemVersion
    community: Place
    station: Body
    street_office: Body
    department: Body
    clerk: Scope
    director: Scope
    official: Scope
    decider: Scope
    applicant: Person
    now: datetime

    @cached_property
    def resident(self) -> Scope:
        return resident_scope(self.applicant.account)  # type: ignore[arg-type]

    @cached_property
    def head(self) -> Scope:
        """The head of the street office, who may extend a limit."""
        return staff(Role.OFFICE_HEAD, self.street_office)

    def taker(self, case: Case) -> Body:
        """Another body of the kind of whoever has the case, in the same district."""
        if case.handler_id == self.street_office.pk:
            return StreetOfficeFactory(place=StreetFactory(parent=self.department.place))
        return StationFactory(place=CommunityFactory(parent=self.community.parent))

    def filed(self, **changes: Any) -> Case:
        return file_case(
            self.version, self.applicant, **{"by": self.resident, "now": self.now, **changes}
        )

    def accepted(self, **changes: Any) -> Case:
        return actions.accept(self.filed(**changes).pk, by=self.clerk, now=self.now)

    def at_district(self, **changes: Any) -> Case:
        """Checked by the director, recommended by the street, waiting for the department."""
        case = self.accepted(**changes)
        later = self.now + timedelta(minutes=5)
        for by in (self.director, self.official):
            case = actions.forward(case.pk, by=by, now=later, opinion="情况属实，同意上报。")
        return case

    def shown(self, case: Case, *, by: Scope, days: int = 8) -> Case:
        """Publicised, and back after so many days."""
        until = timezone.localdate(self.now) + timedelta(days=days - 1)
        actions.publicise(case.pk, by=by, now=self.now + timedelta(minutes=6), until=until)
        return actions.end_publicity(case.pk, by=by, now=self.now + timedelta(days=days))

    def granted(self, **changes: Any) -> Case:
        case = self.at_district(**changes)
        days = 0
        if self.version.publicity_days:
            days = self.version.publicity_days + 1
            case = self.shown(case, by=self.decider, days=days)
        later = self.now + timedelta(days=days, minutes=10)
        return actions.grant(case.pk, by=self.decider, now=later)

    def delivered(self, **changes: Any) -> Case:
        case = self.granted(**changes)
        return actions.deliver(case.pk, by=self.clerk, now=self.now + timedelta(minutes=15))


def hall(
    code: str = DIBAO,
    *,
    community: Place | None = None,
    now: datetime | None = None,
    publicity_days: int = 0,
) -> Hall:
    """A hall for an item that walks community, street and district (DIBAO, ALLOWANCE)."""
    if community is not None:
        return _hall(code, community, now, publicity_days)
    key = ("hall", code, publicity_days, timezone.localdate())
    made = remembered(key, lambda: _hall(code, first_community(), now, publicity_days))
    return replace(made, now=now or timezone.now())


def _hall(code: str, community: Place, now: datetime | None, publicity_days: int) -> Hall:
    load_rights()
    version = item_version(code, publicity_days=publicity_days)
    street = community.parent
    assert street is not None
    district = street.parent
    assert district is not None
    key = version.levels[-1].department or "civil_affairs" if version.levels else "civil_affairs"
    station = StationFactory(place=community)
    street_office = Body.objects.filter(
        place=street, key="street_office"
    ).first() or StreetOfficeFactory(place=street)
    department = Body.objects.filter(place=district, key=key).first() or DepartmentFactory(
        place=district, key=key, lines=[version.item.window_id]
    )
    return Hall(
        version=version,
        community=community,
        station=station,
        street_office=street_office,
        department=department,
        clerk=staff(Role.WINDOW_CLERK, station),
        director=staff(Role.STATION_DIRECTOR, station),
        official=staff(Role.STREET_OFFICIAL, street_office),
        decider=staff(Role.DEPARTMENT_OFFICIAL, department),
        applicant=PersonFactory(elder=True, community=community, account=True),
        now=now or timezone.now(),
    )
