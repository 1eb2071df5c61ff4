"""Checks of persons. Each is one query narrowed by the community; only the numbers have to be opened one by one."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid
from common.identity import check_id_number
from residents.base.checking.registry import Ward, check
from residents.base.enums import (
    AidStatus,
    DocumentType,
    OccupancyKind,
    PersonState,
    Severity,
    Sex,
)
from residents.base.models import CareFlag, HouseholdMember, Occupancy, Person

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
HERE = (OccupancyKind.ACTUAL, OccupancyKind.RENTED)


def _persons(ward: Ward) -> "QuerySet[Person]":
    return Person.objects.standing().filter(community=ward.community_id)


def _active(ward: Ward) -> "QuerySet[Person]":
    return _persons(ward).filter(state=PersonState.ACTIVE)


def _dead(ward: Ward) -> "QuerySet[Person]":
    return _persons(ward).filter(state=PersonState.DECEASED)


def _ids(persons: "QuerySet[Person]") -> Iterable[UUID]:
    return persons.order_by().values_list("pk", flat=True)


MEMBERSHIPS = HouseholdMember.objects.current().filter(person=OuterRef("pk"))
OCCUPANCIES = Occupancy.objects.current().filter(person=OuterRef("pk"))
FLAGS = CareFlag.objects.standing().filter(person=OuterRef("pk"))


@check(
    "no_household",
    _("不在任何一户"),
    _("在册的人应属于一户，否则按户统计和走访会漏掉他。"),
    LOW,
)
def no_household(ward: Ward) -> Iterable[UUID]:
    return _ids(_active(ward).filter(~Exists(MEMBERSHIPS)))


@check(
    "dead_active",
    _("已故仍有未结束的关系"),
    _("已故的人还挂着家庭、住房、关怀标签或账号，会被通知或冒用。"),
    HIGH,
    fix="close_ties",
    fix_label=_("结束全部关系"),
)
def dead_active(ward: Ward) -> Iterable[UUID]:
    hanging = Exists(MEMBERSHIPS) | Exists(OCCUPANCIES) | Exists(FLAGS)
    return _ids(_dead(ward).filter(hanging | Q(account__is_active=True)))


@check(
    "aid_deceased",
    _("已故仍享受救助"),
    _("已故的人在民政来源中仍享受救助，请与民政部门核对后停发。"),
    HIGH,
)
def aid_deceased(ward: Ward) -> Iterable[UUID]:
    held = [AidStatus.LOW_INCOME, AidStatus.MARGINAL, AidStatus.EXTREME]
    return _ids(_dead(ward).filter(detail__aid_status__in=held))


@check(
    "care_expired",
    _("关怀标签已过期"),
    _("标签过了有效期还没有结束。"),
    MEDIUM,
    fix="end_expired_flags",
    fix_label=_("结束过期标签"),
)
def care_expired(ward: Ward) -> Iterable[UUID]:
    return _ids(_persons(ward).filter(Exists(FLAGS.filter(expires_on__lte=ward.today))))


@check(
    "number_mismatch",
    _("证件号码与出生日期或性别不符"),
    _("其中一项登记错了，请核对证件原件。"),
    HIGH,
)
def number_mismatch(ward: Ward) -> Iterator[UUID]:
    """The numbers are sealed, so that no query can compare them: they are opened one by one, and none is kept."""
    cards = _persons(ward).filter(document_type=DocumentType.RESIDENT_ID)
    rows = cards.filter(id_number__isnull=False).order_by()
    for person in rows.only("id", "id_number", "birth_on", "sex").iterator(chunk_size=1000):
        try:
            number = check_id_number(person.id_number or "")
        except Invalid:
            yield person.pk
            continue
        is_other_sex = person.sex in {Sex.MALE, Sex.FEMALE} and person.sex != number.sex
        if is_other_sex or (person.birth_on and person.birth_on != number.birth_on):
            yield person.pk


@check(
    "age_impossible",
    _("年龄不可能"),
    _("出生日期在今天以后，或年龄超过上限仍在册。"),
    MEDIUM,
)
def age_impossible(ward: Ward) -> Iterable[UUID]:
    oldest = ward.years_ago(ward.figures.oldest)
    return _ids(_active(ward).filter(Q(birth_on__gt=ward.today) | Q(birth_on__lt=oldest)))


@check(
    "lives_nowhere",
    _("没有现住房屋"),
    _("在册的人没有登记现住或租住的房屋，走访找不到他。"),
    LOW,
)
def lives_nowhere(ward: Ward) -> Iterable[UUID]:
    return _ids(
        _active(ward).filter(~Exists(OCCUPANCIES.filter(kind__in=HERE, dwelling__isnull=False)))
    )


@check(
    "two_households",
    _("同时在两户"),
    _("一个人同时只属于一户，否则户数和人数都算错。"),
    MEDIUM,
)
def two_households(ward: Ward) -> Iterable[UUID]:
    current = Q(memberships__to_on__isnull=True)
    return _ids(_active(ward).annotate(n=Count("memberships", filter=current)).filter(n__gte=2))


@check(
    "place_differs",
    _("所在地点与现住房屋不符"),
    _("查找和走访按所在地点进行，应与现住房屋的楼栋单元一致。"),
    MEDIUM,
    fix="follow_dwelling",
    fix_label=_("按房屋更正"),
)
def place_differs(ward: Ward) -> Iterable[UUID]:
    living = OCCUPANCIES.filter(kind=OccupancyKind.ACTUAL)
    there = living.filter(dwelling__place=OuterRef("place"))
    return _ids(_active(ward).filter(Exists(living), ~Exists(there)))


@check(
    "phone_shared",
    _("很多人登记同一个电话"),
    _("可能填了单位或经办人的电话，短信会发给别人。"),
    LOW,
)
def phone_shared(ward: Ward) -> Iterable[UUID]:
    shared = (
        _active(ward)
        .filter(phone_index__isnull=False)
        .order_by()
        .values("phone_index")
        .annotate(n=Count("pk"))
        .filter(n__gt=ward.figures.share_a_phone)
        .values("phone_index")
    )
    return _ids(_active(ward).filter(phone_index__in=shared))
