"""A small city in which everybody who may knock at a door exists once, and the things behind the doors."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from accounts import audit, sessions
from accounts.models import AuditEntry, Session, User
from common.uploads import CleanFile
from community.governance.actions import end_post, make_token
from community.governance.enums import ApiScope, Role
from community.governance.models import ApiToken, Body, Place, Post
from community.governance.scopes import Scope
from notifications.models import Message, WebhookDelivery, WebhookEndpoint
from residents.base.actions import Statement, merging, say
from residents.base.actions.life import report_missing
from residents.base.models import (
    Canary,
    CareFlag,
    ConflictTicket,
    DataFinding,
    DoubleCandidate,
    Person,
    PersonDetail,
    PersonMerge,
)
from residents.exchange.actions import reports
from residents.exchange.enums import Fate, RunState
from residents.exchange.models import (
    ExportRun,
    ImportBatch,
    ImportRow,
    ReportForm,
    ReportRefusal,
    ReportRequest,
)
from residents.rights import actions as rights
from residents.rights.models import Copy, Correction, Deletion, FamilyConsent, KinRequest, Paper
from servicehall.aftercare import actions as aftercare
from servicehall.aftercare.models import Benefit, Rectification
from servicehall.cases import actions
from servicehall.cases.actions.files import attach
from servicehall.cases.models import (
    Batch,
    Case,
    CaseFamily,
    Consultation,
    CoSignature,
    Draft,
    KeptPaper,
    Mandate,
    Proposal,
    Upload,
)
from servicehall.catalogue.models import Bundle
from servicehall.documents.actions import load_documents, pdf_of
from servicehall.documents.models import Letter
from servicehall.publicity import actions as publicity
from servicehall.publicity.models import Objection, PublicNotice
from servicehall.supervision import actions as supervision
from servicehall.supervision.models import Finding, Urging
from tests.factories.data import load_publicity, load_sources, load_supervision
from tests.factories.documents import example
from tests.factories.exchange import asked, official, requested, worked
from tests.factories.governance import (
    CommitteeFactory,
    CommunityFactory,
    CommunityOfficeFactory,
    DepartmentFactory,
    DistrictFactory,
    GovernmentFactory,
    PartyOrganisationFactory,
    StationFactory,
    StreetFactory,
    StreetOfficeFactory,
    resident_scope,
    staff,
)
from tests.factories.notifications import (
    MessageFactory,
    WebhookDeliveryFactory,
)
from tests.factories.residents import CareFlagFactory, DataFindingFactory, PersonFactory
from tests.factories.servicehall import (
    ALLOWANCE,
    JOBLESS,
    Hall,
    allow,
    file_case,
    hall,
    item_version,
)
from tests.residents import importing
from tests.signing_in import open_session


class Who(StrEnum):
    """Everybody of domain/5, seen from one community."""

    ANONYMOUS = "anonymous"
    APPLICANT = "resident, the applicant"
    NEIGHBOUR = "another resident"
    CLERK = "clerk of the station"
    CLERK_NEAR = "clerk of another station in the district"
    CLERK_FAR = "clerk of another district"
    DIRECTOR = "director of the station"
    MEMBER = "member of the committee"
    SECRETARY = "Party secretary"
    STREET = "street official"
    STREET_OTHER = "official of another street"
    DEPARTMENT = "official of the department that decides"
    DEPARTMENT_OTHER = "official of another department"
    DISTRICT_OFFICE = "district office"
    LEADER = "leader"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system administrator"
    SECURITY_ADMIN = "security administrator"
    DATA_CLERK = "data clerk of the district"
    ENDED = "clerk whose post has ended"


@dataclass
class World:
    """The rows that the addresses of the table name, and who acts. Built by `build`."""

    hall: Hall
    scopes: dict[Who, Scope]
    cookies: dict[Who, str] = field(default_factory=dict)
    secrets: dict[Who, str] = field(default_factory=dict)
    signed_in_at: float = 0.0
    handlers: dict[bool, ClientHandler] = field(default_factory=dict)

    def sign_in(self) -> None:
        """Everybody opens a session, and leaves the one before."""
        self.signed_in_at = time.monotonic()
        Session.objects.filter(session_key__in=map(sessions.digest, self.cookies.values())).delete()
        self.cookies = {who: open_session(scope) for who, scope in self.scopes.items()}

    def keep_awake(self) -> None:
        """A world may live for many minutes, at a counter one is locked out after a few: sign in again.

        Sooner than a session notes that it is in use, so that no page is dearer than the next.
        """
        if time.monotonic() - self.signed_in_at > sessions.TOUCH_EVERY.total_seconds() / 2:
            self.sign_in()

    def client(self, who: Who, *, by_token: bool = False, checks_csrf: bool = False) -> Client:
        """A browser of this person, or a program with his token."""
        if by_token and who in self.secrets:
            return Client(headers={"authorization": f"Bearer {self.secrets[who]}"})
        client = Client(enforce_csrf_checks=checks_csrf)
        # The chain of the middleware is built once, not for each of seven thousand knocks.
        client.handler = self.handlers.setdefault(checks_csrf, client.handler)
        if who in self.cookies and not by_token:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[who]
        return client

    @cached_property
    def case(self) -> Case:
        """Accepted, with the station, its community step open."""
        return self.hall.accepted()

    @cached_property
    def notice(self) -> PublicNotice:
        """The case stands before its community."""
        return self.noticed(self.case)

    def noticed(self, case: Case) -> PublicNotice:
        today, by = timezone.localdate(self.hall.now), self.hall.director
        return PublicNotice.objects.create(
            ref=f"n{case.number[-10:]}",
            case=case,
            community=self.hall.community,
            name="陈*芝",
            names_in_full=False,
            item_shows_names=True,
            from_on=today,
            until_on=today + timedelta(days=7),
            state="open",
            body=self.hall.station,
            posted_at=self.hall.now,
            posted_by=post_of(by),
        )

    @cached_property
    def objection(self) -> Objection:
        return self.objected(self.notice)

    def objected(self, notice: PublicNotice) -> Objection:
        return publicity.file_objection(
            notice.ref, words="不属实", key=uuid.uuid4(), by=None, now=self.hall.now
        )

    @cached_property
    def watched(self) -> Finding:
        """What supervision found in the case."""
        return self.found(self.case)

    @cached_property
    def far_watched(self) -> Finding:
        """Of another district."""
        far = replace(self.hall, community=self.far_body.place, station=self.far_body)
        person = PersonFactory(community=far.community, account=True)
        case = replace(far, applicant=person).filed()
        return self.found(case)

    def found(self, case: Case) -> Finding:
        return Finding.objects.create(
            kind="step_late",
            case=case,
            body=case.station,
            ref="1",
            evidence={"due_on": "2026-03-02", "step": "community"},
            found_at=self.hall.now,
            found_on=timezone.localdate(self.hall.now),
        )

    @cached_property
    def urging(self) -> Urging:
        return self.urged(self.case)

    def urged(self, case: Case) -> Urging:
        return supervision.urge(
            case.pk,
            body_id=case.station_id,
            kind="step_late",
            content="请尽快核查",
            by=self.scopes[Who.DISTRICT_OFFICE],
            now=self.hall.now,
        )

    @cached_property
    def mandate(self) -> Mandate:
        """The applicant lets the neighbour file."""
        neighbour = Person.objects.get(account_id=self.scopes[Who.NEIGHBOUR].user_id)
        return self._mandate(self.hall.applicant, neighbour)

    @cached_property
    def far_mandate(self) -> Mandate:
        """Between two others, elsewhere."""
        return self._mandate(*self._persons(self.far_body.place))

    def _mandate(self, giver: Person, holder: Person) -> Mandate:
        place = self.hall
        day = timezone.localdate(place.now)
        assert place.clerk.post_id is not None
        return Mandate.objects.create(
            giver=giver,
            holder=holder,
            how="paper",
            document="委托书",
            items=[JOBLESS],
            from_on=day,
            until=day + timedelta(days=99),
            recorded_with_id=place.clerk.post_id,
            recorded_at=place.now,
        )

    @cached_property
    def kept(self) -> KeptPaper:
        """A paper that the applicant keeps, with its bytes."""
        return self._kept()

    @cached_property
    def thrown(self) -> KeptPaper:
        """One that he throws away."""
        return self._kept()

    def _kept(self) -> KeptPaper:
        content = b"%PDF-"
        file = CleanFile(content, "pdf", 1, len(content), "0" * 64, "a.pdf")
        return actions.keep_paper(file, kind="other", by=self.hall.resident, now=self.hall.now)

    @cached_property
    def family(self) -> CaseFamily:
        """A joint form of the applicant, of one item."""
        place = self.hall
        assert place.resident.user_id is not None
        joint = CaseFamily.objects.create(
            bundle="disability",
            version=Bundle.objects.get(code="disability"),
            applicant=place.applicant,
            owner_id=place.resident.user_id,
            started_at=place.now,
        )
        Draft.objects.create(
            owner_id=place.resident.user_id,
            version=item_version("W4-02"),
            applicant=place.applicant,
            family=joint,
            created_at=place.now,
            changed_at=place.now,
        )
        return joint

    @cached_property
    def signature(self) -> CoSignature:
        """The neighbour is asked to agree to the case."""
        neighbour = Person.objects.get(account_id=self.scopes[Who.NEIGHBOUR].user_id)
        return CoSignature.objects.create(case=self.case, person=neighbour, asked_at=self.hall.now)

    @cached_property
    def consultation(self) -> Consultation:
        """The department was asked, and need not be waited for."""
        place = self.hall
        until = timezone.localdate(place.now) + timedelta(days=3)
        (row,) = actions.consult(
            self.case.pk,
            bodies=[place.department.pk],
            kind="question",
            question="是否已有同类补贴？",
            due_on=until,
            by=place.director,
            now=place.now,
        )
        return row

    @cached_property
    def deputy(self) -> Post:
        """A clerk acts for the director while he is away."""
        return deputised(post_of(self.scopes[Who.DIRECTOR]), self.hall.station)

    @cached_property
    def far_deputy(self) -> Post:
        return deputised(post_of(self.scopes[Who.STREET]), self.hall.street_office)

    @cached_property
    def many(self) -> Batch:
        """The director has something done to many cases."""
        place = self.hall
        return actions.start_batch(
            "accept", [self.case.pk], words="", by=place.director, now=place.now
        )

    @cached_property
    def owing(self) -> Case:
        """Accepted, with a paper to follow."""
        place = self.hall
        paper = place.version.materials[0]["code"]
        allow(place, paper, "deferrable")
        return actions.accept(place.filed().pk, by=place.clerk, now=place.now, deferred=[paper])

    @cached_property
    def told(self) -> Case:
        """Waits for an answer of the applicant."""
        case = self.hall.filed()
        asked = [{"key": self.file_field, "title": "材料", "what": "照片不清楚，请重新提供。"}]
        return actions.ask_supplement(case.pk, items=asked, by=self.hall.clerk, now=self.hall.now)

    @cached_property
    def delivered(self) -> Case:
        return self.hall.delivered()

    @cached_property
    def benefit(self) -> Benefit:
        """What the delivered case gives."""
        return Benefit.objects.get(case=self.delivered)

    @cached_property
    def bad(self) -> Rectification:
        """A bad rating of what the station finished; the street has found it true."""
        place = self.hall
        case = file_case(item_version(JOBLESS), place.applicant, by=place.clerk, now=place.now)
        actions.finish_at_once(case.pk, by=place.clerk, now=place.now)
        actions.rate(case, level=5, by=place.resident, now=place.now)
        found = Rectification.objects.get(case=case)
        after: dict[str, Any] = {"by": place.official, "now": place.now}
        aftercare.call_back(found.pk, result="reached", **after)
        return aftercare.confirm(found.pk, finding="属实", task="一次说清", **after)

    @cached_property
    def letter(self) -> Letter:
        """Of the accepted case, issued by its station; somebody has looked at it before, so its PDF is kept."""
        load_documents()
        letter = example(self.hall, self.case)
        pdf_of(letter, check_url="https://portal.example/")
        return letter

    @cached_property
    def draft(self) -> Draft:
        """Half filled in by the applicant."""
        place = self.hall
        return actions.start_draft(
            place.version, applicant=place.applicant, by=place.resident, now=place.now
        )

    @cached_property
    def proposal(self) -> Proposal:
        """The applicant may be entitled."""
        place = self.hall
        return Proposal.objects.create(
            person=place.applicant,
            item=place.version.item,
            version=place.version,
            is_certain=True,
            found_on=timezone.localdate(place.now),
        )

    @cached_property
    def scratch(self) -> Draft:
        """One that is thrown away."""
        place = self.hall
        return actions.start_draft(
            item_version(JOBLESS), applicant=place.applicant, by=place.resident, now=place.now
        )

    @cached_property
    def file_field(self) -> str:
        return next(str(f["key"]) for f in self.hall.version.fields if f["type"] == "file")

    @cached_property
    def upload(self) -> Upload:
        """A file of the draft, with its bytes."""
        return self._attached(self.file_field)

    @cached_property
    def spare(self) -> Upload:
        """One that is taken away, bytes and all: they do not come back when the rows do."""
        fields = [str(f["key"]) for f in self.hall.version.fields if f["type"] == "file"]
        return self._attached(fields[1])

    def _attached(self, key: str) -> Upload:
        content = b"\xff\xd8\xff\xe0"
        photo = CleanFile(content, "jpg", None, len(content), "0" * 64, "a.jpg")
        return attach(self.draft.pk, key, photo, by=self.hall.resident, now=self.hall.now)

    @cached_property
    def message(self) -> Message:
        """Something that the applicant was told."""
        return MessageFactory(in_site=True, user_id=self.hall.resident.user_id)

    @cached_property
    def lost(self) -> Message:
        """A text to the applicant's community that did not arrive."""
        return MessageFactory(
            failed=True, place_path=self.hall.community.path, about=f"case:{self.case.pk}"
        )

    @cached_property
    def delivery(self) -> WebhookDelivery:
        """An event on its way to a department of the district."""
        path = self.scopes[Who.SYSTEM_ADMIN].body_path
        return WebhookDeliveryFactory(dead=True, endpoint__place_path=path)

    @property
    def endpoint(self) -> WebhookEndpoint:
        return self.delivery.endpoint

    @cached_property
    def far_delivery(self) -> WebhookDelivery:
        """Of another district."""
        return WebhookDeliveryFactory(
            dead=True, endpoint__place_path=self.scopes[Who.CLERK_FAR].body_path
        )

    @property
    def far_endpoint(self) -> WebhookEndpoint:
        return self.far_delivery.endpoint

    @cached_property
    def double(self) -> DoubleCandidate:
        """Two entries of the community that may be one human being."""
        return self._double(self.hall.community)

    @cached_property
    def far_double(self) -> DoubleCandidate:
        return self._double(self.far_body.place)

    def _double(self, community: Place) -> DoubleCandidate:
        one, other = sorted(self._persons(community), key=lambda person: person.pk)
        return DoubleCandidate.objects.create(
            person_a=one, person_b=other, score=60, reasons=["name"], found_at=self.hall.now
        )

    @cached_property
    def merge(self) -> PersonMerge:
        """Two that were made one."""
        return self._merge(self.hall.community, self.hall.director)

    @cached_property
    def far_merge(self) -> PersonMerge:
        return self._merge(self.far_body.place, staff(Role.STATION_DIRECTOR, self.far_body))

    def _merge(self, community: Place, by: Scope) -> PersonMerge:
        stays, goes = self._persons(community)
        return merging.merge(stays.pk, goes.pk, reason="同一人", by=by, now=self.hall.now)

    @cached_property
    def flag(self) -> CareFlag:
        """Why a neighbour is looked after."""
        return CareFlagFactory(person__community=self.hall.community)

    @cached_property
    def far_flag(self) -> CareFlag:
        return CareFlagFactory(person__community=self.far_body.place)

    @cached_property
    def finding(self) -> DataFinding:
        """Something in the neighbour's file that is not as it should be."""
        return DataFindingFactory(person__community=self.hall.community)

    @cached_property
    def far_finding(self) -> DataFinding:
        return DataFindingFactory(person__community=self.far_body.place)

    def _persons(self, community: Place) -> list[Person]:
        return [
            PersonFactory(community=community, provenance={}, birth_on=None, id_number="")
            for _n in range(2)
        ]

    @cached_property
    def token(self) -> ApiToken:
        return ApiToken.objects.visible_to(self.hall.resident)[0]

    @cached_property
    def run(self) -> ExportRun:
        """A file for the department that decides, ready to be fetched."""
        return worked(asked(self.scopes[Who.DEPARTMENT], self.hall.community))

    @cached_property
    def large_run(self) -> ExportRun:
        """One that waits for a second person."""
        run = asked(self.scopes[Who.DEPARTMENT], self.hall.community)
        ExportRun.objects.filter(pk=run.pk).update(state=RunState.WAITING)
        run.refresh_from_db()
        return run

    @cached_property
    def report(self) -> ReportRequest:
        """Asked of the community, not decided yet."""
        return requested(self.scopes[Who.DEPARTMENT], self.hall.community)

    @cached_property
    def far_report(self) -> ReportRequest:
        """Asked in another district."""
        far = self.far_body.place
        district = Place.objects.get(code=far.path.split("/")[2])
        return requested(official(place=district), far)

    @cached_property
    def form(self) -> ReportForm:
        """One that the community has to fill in."""
        asked_for = requested(self.scopes[Who.DEPARTMENT], self.hall.community)
        office = self.scopes[Who.DISTRICT_OFFICE]
        reports.decide_request(asked_for.pk, approve=True, note="", by=office, now=self.hall.now)
        return asked_for.forms.get()

    @cached_property
    def refusal(self) -> ReportRefusal:
        return reports.refuse_report(
            community=self.hall.community,
            body=self.report.body,
            what="楼道灯泡统计表",
            reason="没有审批",
            by=self.hall.clerk,
            now=self.hall.now,
        )

    @cached_property
    def post(self) -> Post:
        """The clerk's."""
        return post_of(self.hall.clerk)

    @property
    def user(self) -> User:
        return self.post.user

    @cached_property
    def far_post(self) -> Post:
        """Of another district."""
        return post_of(self.scopes[Who.CLERK_FAR])

    @property
    def far_user(self) -> User:
        return self.far_post.user

    @property
    def far_body(self) -> Body:
        return self.far_post.body

    @cached_property
    def canary(self) -> Canary:
        """A file that nobody has a reason to open."""
        return self._marked(PersonFactory(community=self.hall.community))

    @cached_property
    def far_canary(self) -> Canary:
        """Of another district."""
        return self._marked(PersonFactory(community=self.far_body.place))

    def _marked(self, person: Person) -> Canary:
        admin = self.scopes[Who.SECURITY_ADMIN]
        return Canary.objects.create(
            person=person, marked_by=admin.user_id, marked_at=self.hall.now
        )

    @cached_property
    def batch(self) -> ImportBatch:
        """A file that the data clerk had checked: somebody in it is not certain, a code is not known."""
        return importing.unsure(self.hall.applicant, self.scopes[Who.DATA_CLERK])

    @cached_property
    def push(self) -> ImportBatch:
        """Rows that the system of the department sent."""
        return importing.pushed(self.hall.applicant, self.scopes[Who.DEPARTMENT])

    @cached_property
    def import_row(self) -> ImportRow:
        return ImportRow.objects.undecided().get(batch=self.batch)

    @cached_property
    def far_batch(self) -> ImportBatch:
        """Of another district."""
        return importing.elsewhere(self.batch, self.far_post)

    @cached_property
    def far_row(self) -> ImportRow:
        return ImportRow.objects.create(batch=self.far_batch, number=2, fate=Fate.DECIDE)

    @cached_property
    def ticket(self) -> ConflictTicket:
        """Two sources name different telephones of the applicant."""
        for source, phone in (("police", "13800005678"), ("health", "13300005678")):
            said = Statement(self.hall.applicant.pk, {"phone": phone}, date(2026, 5, 1))
            say([said], source=source, by=audit.SYSTEM, now=self.hall.now)
        return ConflictTicket.objects.open().get(person=self.hall.applicant)

    @cached_property
    def act(self) -> uuid.UUID:
        """What was written down about somebody of the community: he is missing."""
        place = self.hall
        person = PersonFactory(community=place.community)
        today = timezone.localdate(place.now)
        return report_missing(person.pk, on=today, by=place.clerk, now=place.now)

    @cached_property
    def correction(self) -> Correction:
        """The applicant's telephone is another, with a paper that says so."""
        content = b"\xff\xd8\xff\xe0"
        return rights.file_correction(
            self.hall.applicant.pk,
            "phone",
            "13900001234",
            reason="换了号码",
            paper=CleanFile(content, "jpg", None, len(content), "0" * 64, "a.jpg"),
            by=self.hall.resident,
            now=self.hall.now,
        )

    @cached_property
    def paper(self) -> Paper:
        return Paper.objects.get(correction=self.correction)

    @cached_property
    def deletion(self) -> Deletion:
        """The applicant wants his consents gone."""
        return rights.file_deletion(["consents"], by=self.hall.resident, now=self.hall.now)

    @cached_property
    def kin(self) -> KinRequest:
        """The applicant asks for somebody who has died."""
        return rights.file_kin_request(
            name="陈大山",
            number=PersonFactory.build(place=self.hall.community).id_number,
            relation="20",
            wish="see",
            words="办理继承",
            by=self.hall.resident,
            now=self.hall.now,
        )

    @cached_property
    def copy(self) -> Copy:
        """All about the applicant, made."""
        asked = rights.ask_copy(by=self.hall.resident, language="zh-hans", now=self.hall.now)
        made = rights.make_copy(asked.pk, now=self.hall.now)
        assert made is not None
        return made

    @cached_property
    def allowance(self) -> FamilyConsent:
        """The applicant lets the neighbour see."""
        day = timezone.localdate(self.hall.now)
        return FamilyConsent.objects.create(
            giver=self.hall.applicant,
            receiver=Person.objects.get(account_id=self.scopes[Who.NEIGHBOUR].user_id),
            kind="see",
            state="given",
            asked_at=self.hall.now,
            answered_at=self.hall.now,
            until=day + timedelta(days=300),
        )

    @cached_property
    def entry(self) -> AuditEntry:
        """What was written down when the case was accepted."""
        entry: AuditEntry = AuditEntry.objects.get(
            action="case.accept", target_id=str(self.case.pk)
        )
        return entry


def post_of(scope: Scope) -> Post:
    assert scope.post_id is not None
    return Post.objects.get(pk=scope.post_id)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back, as after a test of pytest-django; actions may open their transactions."""
    atom = transaction.atomic()
    atom._from_testcase = True  # type: ignore[attr-defined]
    with atom:
        yield
        transaction.set_rollback(True)


def build() -> World:
    load_sources()
    load_publicity()
    load_supervision()
    place = hall(ALLOWANCE)
    community, street = place.community, place.community.parent
    assert street is not None
    assert street.parent is not None
    district = street.parent
    far = CommunityFactory(parent=StreetFactory(parent=DistrictFactory()))
    near = CommunityFactory(parent=StreetFactory())
    government, office = GovernmentFactory(place=district), CommunityOfficeFactory(place=district)
    scopes = {
        Who.APPLICANT: place.resident,
        Who.NEIGHBOUR: resident_scope(PersonFactory(community=community, account=True).account),
        Who.CLERK: place.clerk,
        Who.CLERK_NEAR: staff(Role.WINDOW_CLERK, StationFactory(place=near)),
        Who.CLERK_FAR: staff(Role.WINDOW_CLERK, StationFactory(place=far)),
        Who.DIRECTOR: place.director,
        Who.MEMBER: staff(Role.COMMITTEE_MEMBER, CommitteeFactory(place=community)),
        Who.SECRETARY: staff(Role.PARTY_SECRETARY, PartyOrganisationFactory(place=community)),
        Who.STREET: place.official,
        Who.STREET_OTHER: staff(Role.STREET_OFFICIAL, StreetOfficeFactory(place=near.parent)),
        Who.DEPARTMENT: place.decider,
        Who.DEPARTMENT_OTHER: staff(
            Role.DEPARTMENT_OFFICIAL, DepartmentFactory(human_resources=True, place=district)
        ),
        Who.DISTRICT_OFFICE: staff(Role.DISTRICT_OFFICE, office),
        Who.LEADER: staff(Role.LEADER, government),
        Who.AUDITOR: staff(Role.AUDITOR, government),
        Who.SYSTEM_ADMIN: staff(Role.SYSTEM_ADMIN, government),
        Who.SECURITY_ADMIN: staff(Role.SECURITY_ADMIN, government),
        Who.DATA_CLERK: staff(Role.DATA_CLERK, office),
        Who.ENDED: staff(Role.WINDOW_CLERK, place.station),
    }
    PersonDetail.objects.create(person=place.applicant, aid_status="1")
    world = World(place, scopes)
    world.sign_in()
    now = timezone.now()
    for who, scope in scopes.items():
        made = make_token(
            name="程序",
            scopes=[ApiScope(value) for value in ApiScope.values],
            last_day=timezone.localdate(now) + timedelta(days=30),
            networks=[],
            key=uuid.uuid4().hex,
            by=scope,
            now=now,
        )
        world.secrets[who] = made.secret
    end_post(
        post_of(scopes[Who.ENDED]),
        ended_on=timezone.localdate(now),
        by=audit.SYSTEM,
        now=now,
    )
    for name in (
        "case",
        "consultation",
        "signature",
        "mandate",
        "far_mandate",
        "kept",
        "family",
        "thrown",
        "owing",
        "many",
        "deputy",
        "far_deputy",
        "told",
        "delivered",
        "benefit",
        "bad",
        "letter",
        "draft",
        "scratch",
        "proposal",
        "upload",
        "spare",
        "message",
        "lost",
        "delivery",
        "far_delivery",
        "run",
        "large_run",
        "report",
        "far_report",
        "form",
        "refusal",
        "token",
        "post",
        "far_post",
        "canary",
        "far_canary",
        "double",
        "far_double",
        "merge",
        "far_merge",
        "flag",
        "far_flag",
        "finding",
        "far_finding",
        "entry",
        "batch",
        "push",
        "import_row",
        "far_batch",
        "far_row",
        "ticket",
        "act",
        "correction",
        "paper",
        "deletion",
        "kin",
        "copy",
        "allowance",
        "notice",
        "objection",
        "watched",
        "far_watched",
        "urging",
    ):
        getattr(world, name)
    return world


def deputised(post: Post, body: Body) -> Post:
    colleague = User.objects.get(pk=staff(Role(post.role), body).user_id or "")
    today = timezone.localdate()
    return Post.objects.create(
        user=colleague,
        body=body,
        role=Role.WINDOW_CLERK if post.role == Role.STATION_DIRECTOR else post.role,
        basis=post.basis,
        started_on=today,
        ended_on=today + timedelta(days=9),
        group=post.group,
        deputises=post,
    )


def foreign(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same address, of something that does not exist."""
    return {
        key: uuid.uuid4()
        if isinstance(value, uuid.UUID)
        else "9" * len(value)
        if key in {"code", "number"}
        else value
        for key, value in kwargs.items()
    }
