"""服务关怀标签: given, extended and ended within an opened file; it runs out by itself."""

from calendar import monthrange
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common import plain
from common.errors import Conflict, Invalid, NotAllowed
from common.rows import bring
from community.governance.enums import Power, Role
from community.governance.models import Post
from community.governance.scopes import Scope
from notifications import outbox
from residents.base.enums import CareBasis, PersonState
from residents.base.models import CareFlag, CareKind, Person, Visit

DATA = Path(__file__).parents[1] / "data" / "care.yaml"
CHILD = 14  # PIPL 31: below, the guardian consents
LAPSED = _("到期")


def load_care_kinds(path: Path = DATA) -> int:
    """Enter the kinds of the file; how many there are. Those that are left out cannot be given any more."""
    kinds: list[dict[str, Any]] = plain.read(path)["kinds"]
    with transaction.atomic():
        rows = [
            {"roles": [], **each, "youngest": ages[0], "oldest": ages[1]}
            | {"is_in_use": True, "position": position}
            for position, each in enumerate(kinds)
            for ages in [each.pop("ages", [None, None])]
        ]
        bring(CareKind, rows, by=["code"])
        left_out = CareKind.objects.exclude(code__in=[each["code"] for each in kinds])
        left_out.update(is_in_use=False)
    return len(kinds)


def give_flag(
    person_id: UUID,
    kind: CareKind,
    *,
    consent: str,
    note: str = "",
    source: str = "counter",
    by: Scope,
    now: datetime,
) -> CareFlag:
    """Set a flag. It is looked at again and runs out when its kind says.

    Raises Person.DoesNotExist outside the reach, NotAllowed without an opened file, Conflict when there is one, Invalid
    for a kind that does not fit the age and for a note with what nobody may write down.
    """
    _check_note(note)
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        person = _opened(person_id, by=by, now=now)
        if consent == CareBasis.CONSENT and is_child(person, today):
            text = _("未满14周岁的，由监护人同意。")
            raise Invalid("guardian_needed", text, {"consent": text})
        if not kind.fits(age_on(person, today)):
            text = _("这个标签与年龄不符，请核对。")
            raise Invalid("age_differs", text, {"kind": text})
        if CareFlag.objects.filter(person=person, kind=kind, ended_on__isnull=True).exists():
            raise Conflict("flag_there", _("已有这个标签，请延长或结束原来的。"))
        flag = CareFlag.objects.create(
            person=person,
            kind=kind,
            from_on=today,
            expires_on=months_after(today, kind.max_months),
            review_on=months_after(today, kind.review_months),
            note=note.strip() or None,
            source_id=source,
            given_by=by.post_label,
            consent=consent,
        )
        _write_down("care.given", flag, reason=str(CareBasis(consent).value), by=by, now=now)
    return flag


def extend_flag(flag_id: UUID, *, reason: str, by: Scope, now: datetime) -> CareFlag:
    """Somebody has looked and it still holds: from today for as long as the kind allows."""
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        flag = _claimed(flag_id, reason=reason, by=by, now=now)
        flag.review_on = months_after(today, flag.kind.review_months)
        flag.expires_on = months_after(today, flag.kind.max_months)
        flag.save(update_fields=["review_on", "expires_on"])
        _write_down("care.extended", flag, reason=reason.strip(), by=by, now=now)
    return flag


def end_flag(flag_id: UUID, *, reason: str, by: Scope, now: datetime) -> CareFlag:
    """It holds no more."""
    with transaction.atomic(durable=True):
        flag = _claimed(flag_id, reason=reason, by=by, now=now)
        flag.ended_on, flag.end_reason = timezone.localdate(now), reason.strip()
        flag.save(update_fields=["ended_on", "end_reason"])
        _write_down("care.ended", flag, reason=reason.strip(), by=by, now=now)
    return flag


def expire_flags(community_id: UUID, *, now: datetime) -> int:
    """End what has run out, also for good reasons: nobody is marked for ever (PIPL 19). How many."""
    today = timezone.localdate(now)
    with transaction.atomic():
        over = list(
            CareFlag.objects.standing()
            .filter(person__community=community_id, expires_on__lte=today)
            .select_related("person__community")
            .order_by("pk")
            .select_for_update(of=("self",))
        )
        CareFlag.objects.filter(pk__in=[flag.pk for flag in over]).update(
            ended_on=today, end_reason=str(LAPSED)
        )
        touched = [
            audit.Touched(flag, flag.person_id, flag.person.community.path, {"kind": flag.kind_id})
            for flag in over
        ]
        audit.record_many("care.lapsed", touched, by=audit.SYSTEM, now=now)
    return len(over)


def remind_of_reviews(community_id: UUID, *, now: datetime) -> None:
    """Tell the directors of the station, once a week, how many flags wait for a look."""
    today = timezone.localdate(now)
    due = CareFlag.objects.standing().due(today).filter(person__community=community_id)
    count = due.aggregate(n=Count("pk"))["n"]
    if not count:
        return
    directors = Post.objects.active_on(today).filter(
        role=Role.STATION_DIRECTOR,
        body__coverages__community=community_id,
        body__coverages__valid_to__isnull=True,
    )
    year, week, _day = today.isocalendar()
    with transaction.atomic():
        for user_id in directors.order_by("user_id").values_list("user_id", flat=True).distinct():
            outbox.post(
                "care.review_due",
                key=f"care:{community_id}:{year}-{week}:{user_id}",
                user_id=user_id,
                params={"count": count},
                now=now,
            )


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _check_note(note: str) -> None:
    words = " ".join(plain.read(DATA)["never"]).split()
    if found := next((word for word in words if word.lower() in note.lower()), ""):
        text = _("不要写病情、信仰或前科（“%(word)s”），只写怎样服务。") % {"word": found}
        raise Invalid("note_says_too_much", text, {"note": text})


def age_on(person: Person, today: date) -> int | None:
    born = person.birth_on
    return (
        today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        if born
        else None
    )


def is_child(person: Person, today: date) -> bool:
    return person.birth_on is not None and months_after(person.birth_on, CHILD * 12) > today


def _opened(person_id: UUID, *, by: Scope, now: datetime) -> Person:
    """The person, whose file the post has opened for a purpose."""
    reach = Person.objects.visible_to(by, Power.SET_CARE).filter(state=PersonState.ACTIVE)
    person = reach.select_related("community").select_for_update(of=("self",)).get(pk=person_id)
    if not Visit.objects.open_for(by, person_id, now).exists():
        raise NotAllowed("file_closed", _("请先写明目的，打开这个人的档案。"))
    return person


def _claimed(flag_id: UUID, *, reason: str, by: Scope, now: datetime) -> CareFlag:
    if not reason.strip():
        raise Invalid("note_missing", _("请写明理由。"), {"reason": _("请写明理由。")})
    flag = (
        CareFlag.objects.visible_to(by, Power.SET_CARE)
        .select_related("kind", "person__community")
        .select_for_update(of=("self",))
        .get(pk=flag_id)
    )
    if flag.ended_on is not None:
        raise Conflict("flag_ended", _("这个标签已经结束。"))
    if not Visit.objects.open_for(by, flag.person_id, now).exists():
        raise NotAllowed("file_closed", _("请先写明目的，打开这个人的档案。"))
    return flag


def _write_down(
    action: str, flag: CareFlag, *, reason: str, by: audit.Actor, now: datetime
) -> None:
    audit.record(
        action,
        by=by,
        target=flag,
        person_id=flag.person_id,
        place_path=flag.person.community.path,
        reason=reason,
        detail={"kind": flag.kind_id},
        now=now,
    )
