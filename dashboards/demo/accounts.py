"""Who can sign in to the demonstration: staff in every kind of post, and a few residents."""

import base64
import hashlib
import hmac
import json
import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import audit, usernames
from accounts.actions.factors import enrol_totp
from accounts.actions.users import create_staff_user, open_account
from accounts.enums import UserKind
from accounts.models import User
from community.governance.actions import appoint
from community.governance.enums import BodyKind, PlaceLevel, PostBasis, Role
from community.governance.models import Body, Place, StationCoverage
from residents.base.actions import bind_account, tie_staff
from residents.base.enums import DocumentType, PersonState
from residents.base.models import Person

FILE = "demo-accounts.json"
APPOINTED_ON = date(2025, 9, 1)

# Departments that decide items of the catalogue, by the name under which their official signs in.
DEPARTMENTS = {
    "civil_affairs": "civil",
    "human_resources": "labour",
    "health": "health",
    "healthcare_security": "insurance",
    "disabled_federation": "disability",
    "public_security": "police",
    "petitions": "petitions",
    "veterans": "veterans",
    "housing": "housing",
}
# Several lines of business for a clerk who does not take all.
LINES = (("W1_CIVIL", "W4_CARE"), ("W2_LABOUR", "W3_HEALTH", "W5_SAFETY"))
# The community in which one person is Party secretary, station director and elected committee director (一肩挑).
ONE_SHOULDER = "150304009008"
RESIDENTS = {
    "elder": "82岁独居老人，可申请高龄津贴",
    "low_income": "低收入家庭的户主，一家四口",
    "unemployed": "失业人员，人户分离",
    "young_mother": "新生儿母亲，孩子还没有证件号码",
    "mongolian": "姓名中有间隔号的居民",
}
# Staff who are somebody known by name: a guest who lives with them files a matter, and they must leave it alone.
# 欧阳䶮's mother has filed one already (cases.OWN_MOTHER).
TIED = {
    "moxiang-clerk1": "young_father",
    "xinqiao-clerk1": "mongolian_wife",
    "xianfeng-clerk1": "low_income_wife",
    "aimin-clerk1": "rare_name",
}
BORN = (date(1970, 1, 1), date(2001, 12, 31))


@dataclass(slots=True)
class Account:
    """A line of the file. `role` is the first of its posts; `place` where it acts."""

    username: str
    password: str
    totp_seed: str
    role: str
    post: str
    place: str
    name: str
    roles: list[str] = field(default_factory=list)
    note: str = ""

    def as_json(self) -> dict[str, object]:
        return {each: getattr(self, each) for each in self.__slots__}


@dataclass(frozen=True, slots=True)
class Seat:
    """A post to fill: for which body, in which role, on which basis."""

    body: Body
    role: Role
    basis: PostBasis = PostBasis.ADMINISTRATIVE
    lines: Sequence[str] = ()
    title: str = ""


@dataclass(slots=True)
class Staffing:
    """Makes accounts one after another; people and secrets follow from seed and installation."""

    seed: int
    now: datetime
    report: Callable[[str], None]
    known: Mapping[str, Person]  # who is wanted by name, for TIED
    others: Iterator[Person]
    made: list[Account] = field(default_factory=list)

    def staff(self, username: str, *seats: Seat) -> User:
        password, secret = _password(self.seed, username), _totp_seed(self.seed, username)
        person = self.known[TIED[username]] if username in TIED else next(self.others)
        user = create_staff_user(
            username=username,
            display_name=person.full_name,
            password=password,
            must_change=False,
            by=audit.SYSTEM,
            now=self.now,
        )
        enrol_totp(user, secret, by=audit.SYSTEM, now=self.now)
        tie_staff(user, person.id_number or "", by=audit.SYSTEM, now=self.now)
        posts = [
            appoint(
                user,
                body=seat.body,
                role=seat.role,
                basis=seat.basis,
                started_on=APPOINTED_ON,
                by=audit.SYSTEM,
                now=self.now,
                title=seat.title,
                lines=seat.lines,
                document_no=_DOCUMENTS[seat.basis],
            )
            for seat in seats
        ]
        self.made.append(
            Account(
                username=username,
                password=password,
                totp_seed=secret,
                role=seats[0].role.value,
                post="；".join(
                    f"{post.body.name} · {post.title or post.get_role_display()}" for post in posts
                ),
                place=seats[0].body.place.name,
                name=person.full_name,
                roles=[seat.role.value for seat in seats],
            )
        )
        self.report(username)
        return user

    def resident(self, person: Person, note: str) -> None:
        number = person.id_number or ""
        password = _password(self.seed, number)
        with transaction.atomic(durable=True):
            user = open_account(
                username=usernames.of_resident(number),
                display_name=person.full_name,
                kind=UserKind.RESIDENT,
                password=password,
                by=audit.SYSTEM,
                now=self.now,
            )
            bind_account(person, user, by=audit.SYSTEM, now=self.now)
        self.made.append(
            Account(
                username=number,
                password=password,
                totp_seed="",
                role=UserKind.RESIDENT.value,
                post="",
                place=person.community.name,
                name=person.full_name,
                roles=[UserKind.RESIDENT.value],
                note=note,
            )
        )
        self.report(person.full_name)


_DOCUMENTS = {
    PostBasis.PARTY: "演示党字〔2025〕3号",
    PostBasis.ADMINISTRATIVE: "演示聘字〔2025〕12号",
    PostBasis.ELECTION: "第十届换届选举结果公告（演示）",
}


def make_accounts(
    wanted: Mapping[str, UUID],
    *,
    communities: Iterable[str],
    seed: int,
    now: datetime,
    report: Callable[[str], None],
) -> list[Account]:
    """Accounts of residents and staff for these communities, their streets and all districts."""
    codes = list(communities)
    found = Person.objects.select_related("community").in_bulk(list(wanted.values()))
    people = {key: found[person_id] for key, person_id in wanted.items()}
    others = _workers(codes, without=found, seed=seed)
    staffing = Staffing(seed, now, report, people, others)
    for key, note in RESIDENTS.items():
        staffing.resident(people[key], note)
    for username, seats in _seats(codes):
        staffing.staff(username, *seats)
    return staffing.made


def _workers(communities: list[str], *, without: Iterable[UUID], seed: int) -> Iterator[Person]:
    """People of working age in these communities, no two of one name; the same seed gives the same people."""
    drawn = list(
        Person.objects.filter(
            community__code__in=communities,
            state=PersonState.ACTIVE,
            document_type=DocumentType.RESIDENT_ID,
            birth_on__range=BORN,
        )
        .exclude(pk__in=list(without))
        .order_by("pk")
        .values_list("pk", "full_name")
    )
    random.Random(f"{seed}:staff").shuffle(drawn)
    for person_id in {name: pk for pk, name in drawn}.values():
        yield Person.objects.get(pk=person_id)


def _seats(communities: list[str]) -> Iterator[tuple[str, tuple[Seat, ...]]]:
    """Every account with its posts; the ones that a guest tries first come first."""
    places = {place.code: place for place in Place.objects.filter(code__in=communities)}
    stations: dict[UUID, Body] = {}
    for code in communities:
        coverage = StationCoverage.objects.select_related("station__place").get(
            community=places[code], valid_to__isnull=True
        )
        stations[coverage.station_id] = coverage.station
        yield from _community_seats(places[code], coverage.station)
    for place in _above(places.values(), PlaceLevel.STREET):
        office = Body.objects.get(place=place, kind=BodyKind.STREET_OFFICE)
        yield f"{_slug(place)}-street", (Seat(office, Role.STREET_OFFICIAL),)
    for district in Place.objects.filter(level=PlaceLevel.DISTRICT).order_by("code"):
        yield from _district_seats(district)
    city = Place.objects.get(level=PlaceLevel.CITY)
    government = Body.objects.get(place=city, kind=BodyKind.GOVERNMENT)
    for username, role in (
        ("wuhai-leader", Role.LEADER),
        ("wuhai-auditor", Role.AUDITOR),
        ("wuhai-sysadmin", Role.SYSTEM_ADMIN),
        ("wuhai-secadmin", Role.SECURITY_ADMIN),
    ):
        yield username, (Seat(government, role),)
    yield from _heads(places.values())


def _heads(places: Iterable[Place]) -> Iterator[tuple[str, tuple[Seat, ...]]]:
    """Who approves longer limits: the heads of the street offices and of the bureaux of civil affairs."""
    for place in _above(places, PlaceLevel.STREET):
        office = Body.objects.get(place=place, kind=BodyKind.STREET_OFFICE)
        yield f"{_slug(place)}-street-head", (Seat(office, Role.OFFICE_HEAD),)
    for district in Place.objects.filter(level=PlaceLevel.DISTRICT).order_by("code"):
        bureau = Body.objects.get(place=district, key="civil_affairs")
        yield f"{_slug(district)}-civil-head", (Seat(bureau, Role.OFFICE_HEAD),)


def _community_seats(place: Place, station: Body) -> Iterator[tuple[str, tuple[Seat, ...]]]:
    """Committee and Party organisation of each community; the station's people where the station stands."""
    slug = _slug(place)
    committee = Seat(
        Body.objects.get(place=place, kind=BodyKind.RESIDENTS_COMMITTEE),
        Role.COMMITTEE_DIRECTOR,
        PostBasis.ELECTION,
    )
    party = Seat(
        Body.objects.get(place=place, kind=BodyKind.PARTY_ORGANISATION),
        Role.PARTY_SECRETARY,
        PostBasis.PARTY,
    )
    if station.place_id == place.pk:
        yield f"{slug}-clerk1", (Seat(station, Role.WINDOW_CLERK),)
        yield f"{slug}-clerk2", (Seat(station, Role.WINDOW_CLERK, lines=LINES[0]),)
        yield f"{slug}-clerk3", (Seat(station, Role.WINDOW_CLERK, lines=LINES[1]),)
        yield f"{slug}-data", (Seat(station, Role.DATA_CLERK),)
        director = Seat(station, Role.STATION_DIRECTOR)
        if place.code == ONE_SHOULDER:
            yield f"{slug}-director", (director, party, committee)
            return
        yield f"{slug}-director", (director,)
    yield f"{slug}-committee", (committee,)
    yield f"{slug}-party", (party,)


def _district_seats(district: Place) -> Iterator[tuple[str, tuple[Seat, ...]]]:
    slug = _slug(district)
    bodies = {body.key: body for body in Body.objects.filter(place=district)}
    for key, name in DEPARTMENTS.items():
        yield f"{slug}-{name}", (Seat(bodies[key], Role.DEPARTMENT_OFFICIAL),)
    yield f"{slug}-office", (Seat(bodies["community_office"], Role.DISTRICT_OFFICE),)
    yield f"{slug}-data", (Seat(bodies["community_office"], Role.DATA_CLERK),)
    yield f"{slug}-leader", (Seat(bodies["government"], Role.LEADER),)


def _above(places: Iterable[Place], level: PlaceLevel) -> list[Place]:
    codes = {part for place in places for part in place.path.split("/") if part}
    return list(Place.objects.filter(code__in=codes, level=level).order_by("code"))


def _slug(place: Place) -> str:
    """The first word of the English name: short, and typed without an input method."""
    return place.name_en.split()[0].lower()


# --- secrets ------------------------------------------------------------------------------------

_WORDS = (
    "shanhe qingfeng mingyue yangguang caoyuan luotuo putao hongri baiyun xingkong chunyu qiushui donglu xiahe "
    "nuanyang lanhua shamo huyang yuanfang guxiang tianlu dengta mila bailu jinniu malian lizhi hetao"
).split()


def _password(seed: int, username: str) -> str:
    """Three words and four digits: about 27 bits that nobody knows without this installation's secret.

    The first that the rules take: now and then one looks like the name of its account.
    """
    attempt = 0
    while True:
        digest = _digest(seed, f"password{attempt or ''}", username)
        words = random.Random(digest).sample(_WORDS, 3)  # the digest is the secret
        password = "-".join([*words, f"{int.from_bytes(digest[:4], 'big') % 10_000:04d}"])
        with suppress(ValidationError):
            validate_password(password, User(username=username))
            return password
        attempt += 1


def _totp_seed(seed: int, username: str) -> str:
    return base64.b32encode(_digest(seed, "totp", username)[:20]).decode()


def _digest(seed: int, purpose: str, username: str) -> bytes:
    """Repeatable here, unknown elsewhere: the seed of the city is public, the key of the installation is not."""
    text = f"demo|{seed}|{purpose}|{username}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()


def write_file(accounts: Iterable[Account], folder: Path) -> Path:
    """STATE_DIR/demo-accounts.json, for its owner's eyes."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump([account.as_json() for account in accounts], file, ensure_ascii=False, indent=1)
    return path
