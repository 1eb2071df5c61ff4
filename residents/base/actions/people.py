"""Who is in the base: register, open a file, reveal a field, bind an account."""

import uuid
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.models import Place
from community.governance.scopes import Scope
from notifications import outbox
from residents.base.actions.columns import name_columns, number_columns, phone_columns
from residents.base.actions.guarding import guard_opening, guard_reveal, raise_alarm
from residents.base.actions.ledger import Act, community_of
from residents.base.actions.saying import Statement, say
from residents.base.attributes import ATTRIBUTES
from residents.base.documents import read_document
from residents.base.enums import EventKind, OccupancyKind, PersonState, Purpose, Sex
from residents.base.models import Person, Visit

# How long a stated purpose keeps a file open: a visit at the counter.
OPEN_FOR = timedelta(minutes=15)
REVEALABLE = frozenset({"id_number", "phone", "bank_card"})


def register_person(
    *,
    full_name: str,
    place: Place,
    by: Scope,
    now: datetime,
    id_number: str = "",
    phone: str = "",
    sex: str = Sex.UNKNOWN,
    birth_on: date | None = None,
    ethnic_group: str = "",
    duplicate_note: str = "",
    kind: str = OccupancyKind.ACTUAL,
    source: str = "counter",
) -> Person:
    """Enter a person who is not in the base yet and lives here. The number, where there is one, says which document
    it is, and mostly birth and sex.

    `duplicate_note` documents that another person has the same number (重号); a data clerk's word.
    Raises InvalidIdNumber, Invalid, or Conflict when the number is already there.
    """
    if not by.covers(Power.REGISTER_PERSONS, place.path):
        raise NotAllowed("no_power", _("您的任职不能登记这个社区的居民。"))
    with transaction.atomic():
        person = enter(
            full_name=full_name,
            place=place,
            id_number=id_number,
            phone=phone,
            sex=sex,
            birth_on=birth_on,
            ethnic_group=ethnic_group,
            duplicate_note=duplicate_note,
            source=source,
            by=by,
            now=now,
        )
        today = timezone.localdate(now)
        act = Act.open([person.pk], on=today, source=source, new=[person.pk], by=by, now=now)
        act.live(person.pk, place, None, kind)
        act.write(EventKind.ENTERED)
    return person


def enter(
    *,
    full_name: str,
    place: Place,
    id_number: str,
    phone: str = "",
    sex: str,
    birth_on: date | None,
    ethnic_group: str = "",
    duplicate_note: str = "",
    source: str,
    by: Scope,
    now: datetime,
) -> Person:
    """The row of a new person, in the caller's transaction, which says by an event how he came."""
    today = timezone.localdate(now)
    columns: dict[str, object] = {**name_columns(full_name), **phone_columns(phone)}
    if not columns["full_name"]:
        raise Invalid("name_missing", _("请填写姓名。"), {"full_name": _("请填写姓名。")})
    document = read_document(id_number)
    if document.number:
        columns |= number_columns(document.number)
        sex, birth_on = document.sex or sex, document.birth_on or birth_on
    if duplicate_note and not by.covers(Power.MERGE_PERSONS, place.path):
        raise NotAllowed("no_power", _("重号须由数据专员或站长核实登记。"))
    given = [key for key in ("full_name", "id_number", "phone") if columns.get(key)]
    try:
        with transaction.atomic():
            person = Person.objects.create(
                **columns,
                sex=sex,
                birth_on=birth_on,
                ethnic_group=ethnic_group,
                document_type=document.type,
                duplicate_note=duplicate_note.strip(),
                place=place,
                community=community_of(place),
                provenance={key: [source, today.isoformat()] for key in given},
                verified_on=today,
            )
    except IntegrityError as error:
        if "person_number_once" not in str(error):
            raise
        raise Conflict(
            "number_known", _("基础库中已有这个证件号码，请用证件号码查找，不要重复登记。")
        ) from None
    audit.record(
        "person.registered",
        by=by,
        target=person,
        person_id=person.pk,
        place_path=place.path,
        reason=duplicate_note.strip(),
        detail={"fields": given, "source": source},
        now=now,
    )
    return person


def open_file(
    person_id: uuid.UUID,
    *,
    purpose: str,
    note: str = "",
    number: str = "",
    by: Scope,
    now: datetime,
) -> Person:
    """Look at a person's file. The look and its purpose stand in the audit trail before anything is shown.

    `number`, the full ID number from the document, opens the file of somebody from elsewhere who stands
    at this counter (通办). The purpose holds for OPEN_FOR. Raises NotAllowed ("too_many_files") beyond the
    day's budget.
    """
    if purpose not in Purpose.values or (purpose == Purpose.OTHER and not note.strip()):
        raise Invalid(
            "purpose_missing", _("请写明查看档案的目的。"), {"purpose": _("请选择目的。")}
        )
    with transaction.atomic():
        reach = Person.objects.visible_to(by)
        if number:
            reach = Person.objects.standing_here(by, number)
        person = reach.select_related("place", "community").get(pk=person_id)
        guard_opening(person, by=by, now=now)
        if by.post_id is not None:
            Visit.objects.update_or_create(
                post_id=by.post_id,
                person=person,
                defaults={"purpose": purpose, "until": now + OPEN_FOR},
            )
        entry = audit.record(
            "person.viewed",
            by=by,
            target=person,
            person_id=person.pk,
            place_path=person.community.path,
            reason=f"{purpose}:{note.strip()}" if note.strip() else str(purpose),
            now=now,
        )
        raise_alarm(person, entry, by=by, now=now)
    return person


def forget_visits(*, now: datetime) -> int:
    """Drop the purposes that no longer hold."""
    return Visit.objects.over(now).delete()[0]


def reveal(
    person_id: uuid.UUID,
    field: str,
    *,
    reason: str,
    is_proven: bool = False,
    by: Scope,
    now: datetime,
) -> str:
    """The full value of one masked field; asks a reason, and the person sees that it was asked.

    Raises ProofNeeded after many in a day, unless the actor gave a second factor just now (`is_proven`).
    """
    if field not in REVEALABLE:
        raise NotAllowed("not_revealable", _("这一项不能查看完整内容。"))
    if not reason.strip():
        raise Invalid("reason_missing", _("请写明查看的理由。"), {"reason": _("请写明理由。")})
    if not by.has(Power.REVEAL_FIELDS):
        raise NotAllowed("no_power", _("您的任职不能查看完整信息。"))
    with transaction.atomic():
        person = Person.objects.visible_to(by).select_related("community").get(pk=person_id)
        guard_reveal(person, is_proven=is_proven, by=by, now=now)
        entry = audit.record(
            "person.revealed",
            by=by,
            target=person,
            person_id=person.pk,
            place_path=person.community.path,
            reason=reason.strip(),
            detail={"field": field},
            now=now,
        )
        raise_alarm(person, entry, by=by, now=now)
    return str(getattr(person, field) or "")


def update_phone(
    person_id: uuid.UUID, phone: str, *, source: str, by: Scope, now: datetime
) -> Person:
    """Write down a phone number that the person gave, with its source.

    The number before is told of the change, and for PHONE_SETTLES the new one opens no account.
    """
    with transaction.atomic():
        person = (
            Person.objects.visible_to(by)
            .select_related("community")
            .select_for_update(of=("self",), no_key=True)
            .get(pk=person_id)
        )
        before = person.phone or ""
        given = ATTRIBUTES["phone"].read(phone)
        say([Statement(person.pk, {"phone": given}, now)], source=source, by=by, now=now)
        if before and before != given:
            outbox.post(
                "person.phone_changed",
                key=f"person:{person.pk}:phone:{now.isoformat()}",
                user_id=person.account_id,
                phone=before,
                person_id=person.pk,
                place_path=person.community.path,
                params={"hotline": settings.SERVICE_PHONE, "office": by.post_label},
                now=now,
            )
    return person


def tie_staff(user: User, number: str, *, by: audit.Actor, now: datetime) -> Person:
    """Say which person of the base a member of staff is, so that he is kept from his own household's matters.

    Raises Invalid when nobody in the base has the number, Conflict when it is another account's person.
    """
    with transaction.atomic():
        person = (
            Person.objects.with_number(number)
            .select_for_update(of=("self",))
            .order_by("pk")
            .first()
        )
        if person is None:
            text = _("基础库中没有这个证件号码，请核对。")
            raise Invalid("number_unknown", text, {"id_number": text})
        if person.staff_account_id not in {None, user.pk}:
            raise Conflict(
                "tied_already", _("这个人已经登记为另一个工作人员账号的本人，请先在那个账号解除。")
            )
        Person.objects.of_staff(user.pk).exclude(pk=person.pk).update(staff_account=None)
        person.staff_account = user
        person.save(update_fields=["staff_account", "changed_at"])
        _record_tie("person.staff_tied", person, user, by=by, now=now)
    return person


def untie_staff(user: User, *, reason: str, by: audit.Actor, now: datetime) -> None:
    """Take back which person a member of staff is; nothing to do when nobody was named."""
    with transaction.atomic():
        person = Person.objects.of_staff(user.pk).select_for_update(of=("self",)).first()
        if person is not None:
            person.staff_account = None
            person.save(update_fields=["staff_account", "changed_at"])
            _record_tie("person.staff_untied", person, user, reason=reason, by=by, now=now)


def _record_tie(
    action: str, person: Person, user: User, *, reason: str = "", by: audit.Actor, now: datetime
) -> None:
    audit.record(
        action,
        by=by,
        target=person,
        person_id=person.pk,
        reason=reason,
        detail={"user": str(user.pk)},
        now=now,
    )


def bind_account(person: Person, user: User, *, by: audit.Actor, now: datetime) -> Person:
    """Tie an account to its person. Raises Conflict when either is already tied."""
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if person.account_id is not None or person.state != PersonState.ACTIVE:
            raise Conflict("account_exists", _("请到服务站窗口办理账号。"))
        person.account = user
        person.save(update_fields=["account", "changed_at"])
        audit.record("person.account_bound", by=by, target=person, person_id=person.pk, now=now)
    return person
