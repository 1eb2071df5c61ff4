"""Cases as the past weeks would have left them: filed, carried and decided by the real actions, in every state.

Nobody writes a state here. A story names an item, how far the case came and how long ago it began; the people of
the stations, streets and departments do the rest, each in the post that has the case in hand.
"""

import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit, usernames
from accounts.actions.users import open_account
from accounts.enums import UserKind
from accounts.models import User
from community.governance.enums import Power
from community.governance.models import Place, Post, StationCoverage, WorkCalendarYear
from community.governance.scopes import Scope, scope_of
from community.governance.workdays import CHINA, WorkCalendar
from dashboards.demo.answers import answers_for
from dashboards.demo.handing import particulars
from notifications.enums import Channel as MessageChannel, MessageState
from notifications.models import Message
from residents.base.actions import bind_account
from residents.base.enums import PersonState, Sex
from residents.base.models import HouseholdMember, Person
from servicehall.aftercare import actions as aftercare
from servicehall.cases import actions
from servicehall.cases.enums import CaseState, StepState
from servicehall.cases.models import Case, ReviewStep
from servicehall.catalogue.enums import Channel, ReviewLevel
from servicehall.catalogue.models import ItemVersion
from servicehall.publicity import actions as publicity


class Ending(StrEnum):
    """How far a story goes."""

    SUBMITTED = "submitted"
    SUPPLEMENT = "supplement"
    RESUBMITTED = "resubmitted"
    LAPSED = "lapsed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"
    AT_STREET = "at_street"
    AT_DISTRICT = "at_district"
    SENT_BACK = "sent_back"
    PUBLIC = "public"  # stands before its community
    SPECIAL = "special"
    PAUSED = "paused"  # a notice during the review: the clock stands still
    GRANTED = "granted"
    REFUSED = "refused"
    DELIVERED = "delivered"
    RATED_WELL = "rated_well"
    RATED_BADLY = "rated_badly"


E = Ending


@dataclass(frozen=True, slots=True)
class Story:
    """`began` is how many working days ago it was filed, or the light that it must show today."""

    item: str
    ending: Ending
    began: int | str
    is_online: bool = False


YELLOW, RED, DOUBLE_RED = "yellow", "red", "double_red"

# About 120 of these are told, station by station. Instant items end on the spot whatever the ending says.
STORIES: tuple[Story, ...] = (
    Story("W4-04", E.AT_STREET, YELLOW), Story("W1-01", E.AT_DISTRICT, RED), Story("W1-06", E.AT_STREET, DOUBLE_RED),
    Story("W2-01", E.RATED_WELL, 3, is_online=True), Story("W7-02", E.DELIVERED, 6), Story("W5-02", E.ACCEPTED, 2),
    Story("W1-04", E.SUBMITTED, 1, is_online=True), Story("W4-05", E.SUPPLEMENT, 4), Story("W4-04", E.RATED_WELL, 40),
    Story("W3-02", E.AT_DISTRICT, 9), Story("W2-03", E.GRANTED, 12), Story("W1-01", E.REFUSED, 46),
    Story("W5-05", E.ACCEPTED, YELLOW), Story("W6-01", E.RATED_BADLY, 21),
    Story("W7-06", E.SUBMITTED, 0, is_online=True),
    Story("W4-02", E.AT_STREET, 6), Story("W2-04", E.AT_DISTRICT, RED), Story("W1-08", E.WITHDRAWN, 15),
    Story("W3-01", E.DELIVERED, 8, is_online=True), Story("W4-06", E.RATED_WELL, 17), Story("W1-02", E.PAUSED, 10),
    Story("W1-01", E.PUBLIC, 8), Story("W1-08", E.SPECIAL, 7),
    Story("W2-08", E.RESUBMITTED, 5), Story("W4-03", E.LAPSED, 24), Story("W7-03", E.DECLINED, 13),
    Story("W4-04", E.AT_DISTRICT, 10), Story("W6-03", E.SENT_BACK, 6), Story("W3-05", E.DELIVERED, 11),
    Story("W5-06", E.AT_DISTRICT, 7, is_online=True), Story("W1-04", E.RATED_WELL, 28), Story("W2-05", E.GRANTED, 1),
    Story("W4-07", E.AT_DISTRICT, YELLOW), Story("W2-06", E.SUBMITTED, 6), Story("W5-01", E.RATED_WELL, 9),
    Story("W1-03", E.GRANTED, 33), Story("W4-08", E.RATED_WELL, 5), Story("W3-03", E.ACCEPTED, DOUBLE_RED),
    Story("W6-06", E.DELIVERED, 38), Story("W2-07", E.DELIVERED, 4, is_online=True), Story("W7-01", E.GRANTED, 2),
    Story("W1-05", E.DELIVERED, 19), Story("W4-01", E.RATED_BADLY, 36),
    Story("W3-06", E.RATED_WELL, 14, is_online=True),
)  # fmt: skip
TOLD = 120
# Who works at the counter of his own mother: 张㛃's application, which aimin-clerk1 must leave to a colleague.
OWN_MOTHER = Story("W7-06", E.SUBMITTED, 1, is_online=True)

OPENING, CLOSING = time(8, 40), time(17, 10)
GOOD_WORDS = ("办得快，态度好。", "一次就办成了，谢谢。", "工作人员讲得很清楚。", "")
BAD_WORDS = ("跑了两趟才办成，材料没有一次说清。", "等的时间太长，打电话没人接。")
MISSING = (
    {
        "key": "bank_account",
        "title": "领款银行卡号",
        "what": "银行卡户名与申请人不一致，请换成本人的卡。",
    },
    {"key": "household_register", "title": "户口簿", "what": "缺户主页复印件一份。"},
)
# Applicants by the beginning of the item's code: ages from and to, women only.
WHO: dict[str, tuple[int, int, bool]] = {
    "W4-04": (80, 99, False), "W4-06": (65, 90, False), "W4-05": (65, 90, False), "W4-08": (62, 92, False),
    "W2-07": (61, 88, False), "W2-06": (60, 66, False), "W2": (23, 57, False), "W3-01": (22, 39, True),
    "W3-02": (23, 40, True), "W3": (25, 60, False), "W7-06": (70, 92, False), "": (26, 72, False),
}  # fmt: skip


class OutOfTime(Exception):
    """The story has come to today: the rest is not yet told."""


@dataclass(slots=True)
class Cast:
    """Who acts for which body, and whom one may find at a counter."""

    now: datetime
    by_body: dict[UUID, list[Scope]]
    rng: random.Random
    calendar: WorkCalendar
    stations: dict[UUID, UUID]  # by community
    reserved: frozenset[UUID]  # whose matters the guests of the demonstration file themselves
    used: set[tuple[UUID, str]] = field(default_factory=set)

    def actor(
        self, body_id: UUID, power: Power, line: str, *, without: Collection[UUID | None] = ()
    ) -> Scope:
        """Somebody of this body who holds the power and the line, and has not acted before."""
        fitting = [
            scope
            for scope in self.by_body.get(body_id, [])
            if scope.has(power) and scope.answers_for(line) and scope.user_id not in without
        ]
        if not fitting:
            raise LookupError(f"nobody of the demonstration holds {power} for {line}")
        return self.rng.choice(fitting)


def make_cases(
    communities: Sequence[str],
    *,
    wanted: Mapping[str, UUID],
    seed: int,
    now: datetime,
    report: Callable[[str], None],
) -> list[Case]:
    """Tell the stories, spread over the communities. Messages about the past are closed, not sent."""
    cast = Cast(
        now=now,
        by_body=_posts(now),
        rng=random.Random(f"{seed}:cases"),
        calendar=WorkCalendarYear.objects.calendar(),
        stations=dict(
            StationCoverage.objects.filter(valid_to__isnull=True).values_list(
                "community_id", "station_id"
            )
        ),
        reserved=frozenset([*wanted.values(), *_households_of_staff()]),
    )
    versions = {
        version.item_id: version for version in ItemVersion.objects.public(timezone.localdate(now))
    }
    places = list(Place.objects.filter(code__in=communities).order_by("code"))
    made = []
    for number in range(TOLD):
        turn, place = divmod(number, len(STORIES))
        story = _earlier(STORIES[place], turn)
        # Each round of the stories begins at another community, so that every station sees every kind.
        first = (number + turn) % len(places)
        made.append(tell(story, versions[story.item], places[first:] + places[:first], cast))
        report(story.item)
    mother = Person.objects.select_related("community", "account").get(pk=wanted["rare_elder"])
    made.append(_tell(OWN_MOTHER, versions[OWN_MOTHER.item], mother, cast))
    return made


def _households_of_staff() -> Iterable[UUID]:
    """Whoever lives with a member of staff: the colleagues of the demonstration need not think of it."""
    staff = Person.objects.filter(staff_account__isnull=False)
    homes = HouseholdMember.objects.current().filter(person__in=staff).values("household")
    return HouseholdMember.objects.filter(household__in=homes).values_list("person_id", flat=True)


def _earlier(story: Story, turn: int) -> Story:
    """The same story two days before at each further turn, so that days differ; the youngest stay young."""
    if isinstance(story.began, int) and story.began >= 8:
        return replace(story, began=story.began + 2 * turn)
    return story


def _posts(now: datetime) -> dict[UUID, list[Scope]]:
    today = timezone.localdate(now)
    found: dict[UUID, list[Scope]] = {}
    for post in (
        Post.objects.active_on(today).select_related("user").order_by("user__username", "role")
    ):
        scope = scope_of(post.user, post.pk, today=today)
        found.setdefault(post.body_id, []).append(scope)
    return found


def tell(story: Story, version: ItemVersion, communities: Sequence[Place], cast: Cast) -> Case:
    """File a case in the first of these communities that has an applicant, and carry it as far as the story goes."""
    applicant = next(
        filter(None, (_applicant(version, community, cast) for community in communities))
    )
    return _tell(story, version, applicant, cast)


def _tell(story: Story, version: ItemVersion, applicant: Person, cast: Cast) -> Case:
    telling = _Telling(story, version, applicant, cast, moment=_start(story, version, cast))
    case = telling.file()
    try:
        telling.carry()
    except OutOfTime:
        pass
    finally:
        _close_messages(case, cast.now)
    return telling.case


def _start(story: Story, version: ItemVersion, cast: Cast) -> datetime:
    today = timezone.localdate(cast.now)
    return at_counter(_first_day(story, version, today, cast.calendar), cast)


def _first_day(story: Story, version: ItemVersion, today: date, calendar: WorkCalendar) -> date:
    if isinstance(story.began, int):
        return back(today, story.began, calendar)
    promised, statutory = version.promised_amount, version.statutory_amount
    if version.promised_unit != "workdays":  # calendar days, or hours that end within one
        days = {YELLOW: promised - 1, RED: promised + 1, DOUBLE_RED: statutory + 4}[story.began]
        return calendar.workday_from(today - timedelta(days))
    days = {YELLOW: promised - 1, RED: promised + 2, DOUBLE_RED: statutory + 3}[story.began]
    return back(today, days, calendar)


def back(day: date, workdays: int, calendar: WorkCalendar) -> date:
    """The working day that lies so many working days before `day`; 0 is `day` or the last one before it."""
    while not calendar.is_workday(day):
        day -= timedelta(days=1)
    for _n in range(workdays):
        day -= timedelta(days=1)
        while not calendar.is_workday(day):
            day -= timedelta(days=1)
    return day


def at_counter(day: date, cast: Cast) -> datetime:
    """A moment of the opening hours, in the past in any case."""
    opening = datetime.combine(day, OPENING, tzinfo=CHINA)
    span = (datetime.combine(day, CLOSING, tzinfo=CHINA) - opening).seconds
    moment = opening + timedelta(seconds=cast.rng.randrange(span // 2))
    return min(moment, cast.now - timedelta(minutes=5))


@dataclass
class _Telling:
    story: Story
    version: ItemVersion
    applicant: Person
    cast: Cast
    moment: datetime
    case: Case = field(init=False)

    @property
    def line(self) -> str:
        return self.version.item.window_id

    # --- filing ---------------------------------------------------------------------------------

    def file(self) -> Case:
        by = self.resident() if self.story.is_online else self.clerk_of_home()
        draft = actions.start_draft(self.version, applicant=self.applicant, by=by, now=self.moment)
        home = (
            HouseholdMember.objects.current()
            .filter(person=self.applicant)
            .select_related("household__lives_at")
        )
        first = home.first()
        dwelling = first.household.lives_at if first else None
        answers = answers_for(
            self.version,
            self.applicant,
            rng=self.cast.rng,
            today=timezone.localdate(self.moment),
            address=dwelling.address if dwelling else "",
            members=self.family,
        )
        actions.save_draft(draft.pk, answers, step="check", by=by, now=self.moment)
        channel = Channel.ONLINE if self.story.is_online else Channel.COUNTER
        self.case = actions.submit(draft.pk, by=by, now=self.moment, channel=channel)
        return self.case

    @cached_property
    def family(self) -> list[Person]:
        """Who lives together with the applicant."""
        return [
            member.person
            for member in HouseholdMember.objects.living_with(self.applicant.pk)
            if member.person.state == PersonState.ACTIVE
        ]

    def resident(self) -> Scope:
        """The applicant's own account; without a password until he registers anew with his telephone."""
        account = self.applicant.account or _open_resident(self.applicant, self.moment)
        return scope_of(account, None, today=timezone.localdate(self.moment))

    def clerk_of_home(self) -> Scope:
        station = self.cast.stations[self.applicant.community_id]
        return self.cast.actor(station, Power.ACCEPT_CASES, self.line)

    # --- what happens then ----------------------------------------------------------------------

    def carry(self) -> None:
        before = {
            E.SUBMITTED: self.nothing,
            E.SUPPLEMENT: self.ask,
            E.RESUBMITTED: self.ask_and_answer,
            E.LAPSED: self.ask_and_lapse,
            E.DECLINED: self.decline,
        }.get(self.story.ending)
        if before is not None:
            before()
            return
        self.accept()
        after = {
            E.ACCEPTED: self.nothing,
            E.WITHDRAWN: self.withdraw,
            E.AT_STREET: lambda: self.forward_to(ReviewLevel.STREET),
            E.AT_DISTRICT: lambda: self.forward_to(ReviewLevel.DISTRICT),
            E.SENT_BACK: self.send_back,
            E.PAUSED: self.pause,
            E.PUBLIC: self.stand_public,
            E.SPECIAL: self.begin_special,
        }.get(self.story.ending, self.finish)
        after()

    def nothing(self) -> None:
        """It lies where it lies."""

    def accept(self) -> None:
        self.wait(0 if not self.story.is_online else 1)
        by = self.of_handler(Power.ACCEPT_CASES)
        for row in self.case.signatures.missing():
            actions.record_signature(row.pk, how="paper", by=by, now=self.moment)
        if self.version.is_instant and not self.version.levels:
            self.case = actions.finish_at_once(self.case.pk, by=by, now=self.moment)
        else:
            self.case = actions.accept(self.case.pk, by=by, now=self.moment)

    def decline(self) -> None:
        self.case = actions.decline(
            self.case.pk,
            by=self.of_handler(Power.ACCEPT_CASES),
            now=self.wait(1),
            reason="这项证明应由公证处根据档案核实，社区不能出具。",
            right_office="请到乌海市公证处，电话见办事指南。",
        )

    def ask(self) -> None:
        self.case = actions.ask_supplement(
            self.case.pk,
            items=[dict(item) for item in MISSING],
            by=self.of_handler(Power.READ_CASES),
            now=self.wait(1),
        )

    def ask_and_answer(self) -> None:
        self.ask()
        by = self.clerk_of_home()
        self.case = actions.answer_supplement(
            self.case.pk,
            answers={},
            by=by,
            now=self.wait(2),
            note="已换成本人的银行卡，户口簿已补。",
        )

    def ask_and_lapse(self) -> None:
        self.ask()
        self.case = actions.lapse(self.case.pk, now=self.wait(12)) or self.case

    def pause(self) -> None:
        self.forward_to(ReviewLevel.STREET)
        self.ask()

    def withdraw(self) -> None:
        self.case = actions.withdraw(
            self.case.pk,
            by=self.clerk_of_home(),
            now=self.wait(3),
            reason="家里情况有了变化，暂不申请。",
        )

    def send_back(self) -> None:
        self.forward_to(ReviewLevel.STREET)
        self.case = actions.send_back(
            self.case.pk,
            by=self.of_handler(Power.REVIEW_CASES),
            now=self.wait(1),
            reason="请核实活动场地的使用期限。",
        )

    def forward_to(self, level: ReviewLevel) -> None:
        """Pass step after step until the case lies at this level, or before whoever decides."""
        while (step := self.open_step()).level != level and not step.is_final:
            by = self.of_handler(Power.REVIEW_CASES)
            self.case = actions.forward(
                self.case.pk,
                by=by,
                now=self.wait(self.cast.rng.choice((1, 1, 2))),
                opinion="材料齐全，情况属实，同意上报。",
            )

    def finish(self) -> None:
        """Decide, hand over, rate."""
        if self.case.state != CaseState.COMPLETED:
            self.decide()
        if self.story.ending in {E.GRANTED, E.REFUSED}:
            return
        is_rated = self.story.ending in {E.RATED_WELL, E.RATED_BADLY}
        by, now = self.of_handler(Power.ACCEPT_CASES), self.wait(1)
        self.case = aftercare.deliver(
            self.case.pk,
            by=by,
            now=now,
            **particulars(
                self.version,
                self.applicant,
                self.family,
                rng=random.Random(self.case.number),
                today=timezone.localdate(now),
                in_person=is_rated,
            ),
        )
        if is_rated:
            self.rate()

    def decide(self) -> None:
        while not self.open_step().is_final:
            by = self.of_handler(Power.REVIEW_CASES)
            self.case = actions.forward(
                self.case.pk,
                by=by,
                now=self.wait(self.cast.rng.choice((1, 2, 3))),
                opinion="经核查符合条件，建议批准。",
            )
        by = self.of_handler(Power.DECIDE_CASES)
        if self.story.ending == E.REFUSED:
            self.case = actions.refuse(
                self.case.pk,
                by=by,
                now=self.wait(2),
                reason="经核对，家庭人均月收入高于本区低保标准，不符合《最低生活保障审核确认办法》规定的条件。",
            )
        else:
            self.show_public(by)
            self.case = actions.grant(self.case.pk, by=by, now=self.wait(2), reason="符合条件。")

    def stand_public(self) -> None:
        self.forward_to(ReviewLevel.DISTRICT)
        by = self.of_handler(Power.REVIEW_CASES)
        publicity.publicise(
            self.case.pk,
            by=by,
            now=self.wait(1),
            household_size=2,
            benefit_class="A 类",
            amount=Decimal(860),
        )

    def begin_special(self) -> None:
        self.forward_to(ReviewLevel.STREET)
        by, now = self.of_handler(Power.REVIEW_CASES), self.wait(1)
        actions.begin_special(
            self.case.pk,
            reason="means_check",
            expected_on=timezone.localdate(now) + timedelta(days=20),
            note="正在向银行和车管所核对家庭经济状况。",
            by=by,
            now=now,
        )

    def show_public(self, by: Scope) -> None:
        """公示, where the item demands it; nobody objects."""
        if not (days := self.case.version.publicity_days):
            return
        publicity.publicise(self.case.pk, by=by, now=self.wait(1))
        # A last day of rest moves on by a few days at most, and the day after it is the first to go on.
        self.case = actions.end_publicity(self.case.pk, by=by, now=self.wait(days + 3))

    def rate(self) -> None:
        is_good = self.story.ending == E.RATED_WELL
        level = self.cast.rng.choice((1, 1, 1, 2, 2, 3) if is_good else (4, 5))
        actions.rate(
            self.case,
            level=level,
            comment=self.cast.rng.choice(GOOD_WORDS if is_good else BAD_WORDS),
            by=self.resident(),
            now=self.wait(1),
        )

    # --- who and when ---------------------------------------------------------------------------

    def open_step(self) -> ReviewStep:
        return ReviewStep.objects.get(case=self.case, state=StepState.OPEN)

    def of_handler(self, power: Power) -> Scope:
        acted = set(
            ReviewStep.objects.filter(case=self.case, state=StepState.PASSED).values_list(
                "user_id", flat=True
            )
        )
        return self.cast.actor(self.case.handler_id, power, self.line, without=acted)

    def wait(self, workdays: int) -> datetime:
        """Move on by working days, or by some minutes within the day. Raises OutOfTime at the present."""
        if workdays:
            day = self.cast.calendar.add(timezone.localdate(self.moment), workdays).day
            moment = at_counter(day, self.cast)
            if day >= timezone.localdate(self.cast.now):
                raise OutOfTime
        else:
            moment = self.moment + timedelta(minutes=self.cast.rng.randint(4, 25))
        if moment >= self.cast.now or moment <= self.moment:
            raise OutOfTime
        self.moment = moment
        return moment


def _applicant(version: ItemVersion, community: Place, cast: Cast) -> Person | None:
    """Somebody of the community whom the item may concern and who has not filed for it yet."""
    today = timezone.localdate(cast.now)
    code = version.item_id
    youngest, oldest, is_woman = next(WHO[key] for key in (code, code[:2], "") if key in WHO)
    born = (date(today.year - oldest, 1, 1), date(today.year - youngest, 1, 1))
    found = Person.objects.filter(
        community=community, state=PersonState.ACTIVE, birth_on__range=born, id_number__isnull=False
    )
    if is_woman:
        found = found.filter(sex=Sex.FEMALE)
    drawn = sorted(found.order_by().values_list("pk", flat=True))
    cast.rng.shuffle(drawn)
    for person_id in drawn:
        if person_id not in cast.reserved and (person_id, code) not in cast.used:
            cast.used.add((person_id, code))
            return Person.objects.select_related("community", "account").get(pk=person_id)
    return None


def _open_resident(person: Person, now: datetime) -> User:
    with transaction.atomic(durable=True):
        user = open_account(
            username=usernames.of_resident(person.id_number or ""),
            display_name=person.full_name,
            kind=UserKind.RESIDENT,
            password=None,
            by=audit.SYSTEM,
            now=now,
        )
        person.account = bind_account(person, user, by=audit.SYSTEM, now=now).account
    return user


CALLS_KEPT = timedelta(days=7)


def _close_messages(case: Case, now: datetime) -> None:
    """No telephone rings for the past: texts are dropped, and only the calls of the last days are still to be made."""
    mine = Message.objects.filter(
        Q(about=f"case:{case.pk}") | Q(person_id=case.applicant_id) | Q(created_at__lt=now),
        state=MessageState.DUE,
    )
    with transaction.atomic(durable=True):
        mine.exclude(channel=MessageChannel.CALL).update(state=MessageState.CANCELLED)
        mine.filter(channel=MessageChannel.CALL, created_at__lt=now - CALLS_KEPT).update(
            state=MessageState.SENT, sent_at=now
        )
