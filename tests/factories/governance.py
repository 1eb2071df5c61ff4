"""Places, bodies, stations and posts: small trees with the codes and paths that the real ones have."""

from collections.abc import Sequence as Many
from datetime import date
from typing import Any

from django.utils import timezone
from factory import LazyAttribute, LazyFunction, Sequence, SubFactory, Trait, post_generation
from factory.django import DjangoModelFactory

from accounts import audit
from accounts.models import User
from community.governance import actions
from community.governance.enums import BodyKind, PlaceLevel, PostBasis, Role
from community.governance.models import Body, Place, Post, StationCoverage
from community.governance.scopes import Scope, scope_of
from tests.factories.accounts import UserFactory

SINCE = date(2020, 1, 1)
FIRST = 950  # beyond the serials that communities get in turn
BASIS = {
    Role.COMMITTEE_DIRECTOR: PostBasis.ELECTION,
    Role.COMMITTEE_MEMBER: PostBasis.ELECTION,
    Role.PARTY_SECRETARY: PostBasis.PARTY,
}


class PlaceFactory(DjangoModelFactory):
    """A node below `parent`; its path follows from both. An existing code gives the existing node."""

    class Meta:
        model = Place
        django_get_or_create = ["code"]
        abstract = True

    parent = None
    path = LazyAttribute(lambda o: f"{o.parent.path if o.parent else '/'}{o.code}/")
    valid_from = SINCE


class CityFactory(PlaceFactory):
    """乌海市, always the same one."""

    level = PlaceLevel.CITY
    code = "150300"
    name = "乌海市"
    name_en = "Wuhai"


class DistrictFactory(PlaceFactory):
    """Another district of the city each time; DistrictFactory(code="150302") is 海勃湾区, the usual one."""

    class Params:
        usual = Trait(code="150302", name="海勃湾区", name_en="Haibowan District")

    level = PlaceLevel.DISTRICT
    parent = SubFactory(CityFactory)
    code = Sequence(lambda n: f"1503{n % 90 + 10}")
    name = LazyAttribute(lambda o: f"第{o.code[-2:]}区")


class StreetFactory(PlaceFactory):
    """Another street of 海勃湾区 each time; StreetFactory(usual=True) is 海北街道."""

    class Params:
        usual = Trait(code="150302002", name="海北街道", name_en="Haibei Subdistrict")

    level = PlaceLevel.STREET
    parent = SubFactory(DistrictFactory, usual=True)
    code = LazyAttribute(lambda o: f"{o.parent.code}{o.serial:03d}")
    name = LazyAttribute(lambda o: f"第{o.serial}街道")
    serial = Sequence(lambda n: n % 900 + 10)

    class Meta:
        exclude = ["serial"]


class CommunityFactory(PlaceFactory):
    """Another community each time, in 海北街道 unless `parent` names another street."""

    level = PlaceLevel.COMMUNITY
    parent = SubFactory(StreetFactory, usual=True)
    code = LazyAttribute(lambda o: f"{o.parent.code}{o.serial:03d}")
    name = LazyAttribute(lambda o: f"第{o.serial}社区")
    serial = Sequence(lambda n: n % 890 + 10)

    class Meta:
        exclude = ["serial"]


def first_community() -> Place:
    """For what is remembered: its number is none that a later community of the same test could come to."""
    first: Place = CommunityFactory.build(parent=StreetFactory(usual=True), serial=FIRST)
    taken = Place.objects.filter(code=first.code).exists()
    found: Place = CommunityFactory.create() if taken else CommunityFactory.create(serial=FIRST)
    return found


def far_community() -> Place:
    """Where none of the usual bodies has a say."""
    found: Place = CommunityFactory.create(parent=StreetFactory(parent=DistrictFactory()))
    return found


class UnitFactory(PlaceFactory):
    """A stairwell, with the building, yard and area above it."""

    level = PlaceLevel.UNIT
    parent = LazyAttribute(lambda o: o.community and _building(o.community, o.serial))
    code = LazyAttribute(lambda o: f"{o.parent.code}01")
    name = "1单元"
    serial = Sequence(lambda n: n % 990 + 1)
    community = SubFactory(CommunityFactory)

    class Meta:
        exclude = ["serial", "community"]


def _building(community: Place, serial: int) -> Place:
    node = community
    for level, code, name in (
        (PlaceLevel.AREA, "01", "东片区"),
        (PlaceLevel.YARD, "001", "青年小区"),
        (PlaceLevel.BUILDING, f"{serial:03d}", f"{serial}号楼"),
    ):
        code = node.code + code
        node, _new = Place.objects.get_or_create(
            code=code,
            defaults={
                "level": level,
                "name": name,
                "parent": node,
                "path": f"{node.path}{code}/",
                "valid_from": SINCE,
            },
        )
    return node


class BodyFactory(DjangoModelFactory):
    """A body at a place. A trait or one of the factories below says which."""

    class Meta:
        model = Body

    code = LazyAttribute(lambda o: f"{o.place.code}:{o.key}:{o.serial}")
    serial = Sequence(lambda n: n)
    valid_from = SINCE
    phone = "0473-5550000"

    class Params:
        serial = Sequence(lambda n: n)


class StationFactory(BodyFactory):
    """A station with the communities that it covers: `covers=[…]`, by default its own place."""

    class Meta:
        skip_postgeneration_save = True

    kind = BodyKind.SERVICE_STATION
    key = "station"
    place = SubFactory(CommunityFactory)
    name = LazyAttribute(lambda o: f"{o.place.name}服务站")
    hours = [{"days": [1, 2, 3, 4, 5], "from": "08:30", "to": "17:30"}]
    opens_at = "08:30"
    closes_at = "17:30"

    @post_generation
    def covers(self, create: bool, extracted: Many[Place] | None, **kwargs: Any) -> None:
        if create:
            for community in [self.place] if extracted is None else extracted:
                StationCoverage.objects.create(station=self, community=community, valid_from=SINCE)


class StreetOfficeFactory(BodyFactory):
    kind = BodyKind.STREET_OFFICE
    key = "street_office"
    place = SubFactory(StreetFactory, usual=True)
    name = LazyAttribute(lambda o: f"{o.place.name}办事处")


class DepartmentFactory(BodyFactory):
    """A department of a district, 民政 unless `key` and `lines` say otherwise."""

    class Params:
        human_resources = Trait(key="human_resources", lines=["W2_LABOUR"])

    kind = BodyKind.DEPARTMENT
    key = "civil_affairs"
    lines = LazyFunction(lambda: ["W1_CIVIL", "W4_CARE"])
    place = SubFactory(DistrictFactory, usual=True)
    name = LazyAttribute(
        lambda o: f"{o.place.name}{'民政局' if o.key == 'civil_affairs' else o.key}"
    )


class CommitteeFactory(BodyFactory):
    kind = BodyKind.RESIDENTS_COMMITTEE
    key = "residents_committee"
    place = SubFactory(CommunityFactory)
    name = LazyAttribute(lambda o: f"{o.place.name}居民委员会")


class PartyOrganisationFactory(BodyFactory):
    kind = BodyKind.PARTY_ORGANISATION
    key = "party_organisation"
    place = SubFactory(CommunityFactory)
    name = LazyAttribute(lambda o: f"中共{o.place.name}委员会")


class CommunityOfficeFactory(BodyFactory):
    kind = BodyKind.COMMUNITY_OFFICE
    key = "community_office"
    place = SubFactory(DistrictFactory, usual=True)
    name = LazyAttribute(lambda o: f"{o.place.name}社区建设办公室")


class GovernmentFactory(BodyFactory):
    kind = BodyKind.GOVERNMENT
    key = "government"
    place = SubFactory(DistrictFactory, usual=True)
    name = LazyAttribute(lambda o: f"{o.place.name}人民政府")


# The factory of the body in which a role acts, for PostFactory without a body.
BODY_OF_ROLE: dict[Role, type[BodyFactory]] = {
    Role.WINDOW_CLERK: StationFactory,
    Role.STATION_DIRECTOR: StationFactory,
    Role.COMMITTEE_MEMBER: CommitteeFactory,
    Role.COMMITTEE_DIRECTOR: CommitteeFactory,
    Role.PARTY_SECRETARY: PartyOrganisationFactory,
    Role.STREET_OFFICIAL: StreetOfficeFactory,
    Role.OFFICE_HEAD: StreetOfficeFactory,
    Role.DISTRICT_OFFICE: CommunityOfficeFactory,
    Role.DEPARTMENT_OFFICIAL: DepartmentFactory,
    Role.LEADER: GovernmentFactory,
    Role.AUDITOR: GovernmentFactory,
    Role.SYSTEM_ADMIN: GovernmentFactory,
    Role.SECURITY_ADMIN: GovernmentFactory,
    Role.DATA_CLERK: CommunityOfficeFactory,
}


class PostFactory(DjangoModelFactory):
    """A post given by the action, so that its grants exist. By default a clerk of a new station."""

    class Meta:
        model = Post

    role = Role.WINDOW_CLERK
    body = LazyAttribute(lambda o: BODY_OF_ROLE[Role(o.role)]())
    user = SubFactory(UserFactory)
    basis = LazyAttribute(lambda o: BASIS.get(Role(o.role), PostBasis.ADMINISTRATIVE))
    started_on = LazyFunction(timezone.localdate)

    @classmethod
    def _create(cls, model_class: type[Post], *args: Any, **kwargs: Any) -> Post:
        user = kwargs.pop("user")
        return actions.appoint(user, **kwargs, by=audit.SYSTEM, now=timezone.now())


def staff(
    role: Role, body: Body | None = None, *, user: User | None = None, lines: Many[str] = ()
) -> Scope:
    """Somebody acting in this role for this body: the scope that a view would find in its request."""
    given: dict[str, Any] = {"role": role, "lines": list(lines)}
    if body is not None:
        given["body"] = body
    if user is not None:
        given["user"] = user
    return scope_of_post(PostFactory(**given))


def scope_of_post(post: Post) -> Scope:
    return scope_of(post.user, post.pk, today=timezone.localdate())


def resident_scope(user: User) -> Scope:
    return scope_of(user, None, today=timezone.localdate())
