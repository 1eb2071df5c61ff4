"""The standing checks run, and what they found is mended or put off with a reason."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.actions.users import disable_user
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import PlaceLevel, Power
from community.governance.models import Place
from community.governance.scopes import Scope
from residents.base.actions import bulk
from residents.base.actions.ledger import community_of
from residents.base.checking import CHECKS, Check, Ward, figures_on
from residents.base.enums import OccupancyKind
from residents.base.models import CareFlag, DataFinding, HouseholdMember, Occupancy, Person

Lines = list[str | Promise]
LONGEST_WAIVER = timedelta(days=366)


# --- the run --------------------------------------------------------------------------------------
def run_checks(community_id: UUID, *, now: datetime) -> int:
    """Look one community through; how many findings are new. A second run changes only when they were last seen."""
    today = timezone.localdate(now)
    ward = Ward(community_id, today, figures_on(today))
    with transaction.atomic(), bulk.patience():
        return sum(_run(check, ward, now=now) for check in CHECKS.values())


def _run(check: Check, ward: Ward, *, now: datetime) -> int:
    found = set(check.find(ward))
    column = f"{check.of}_id"
    rows = DataFinding.objects.unfixed().filter(code=check.code, community=ward.community_id)
    known: dict[UUID, UUID] = dict(rows.values_list(column, "pk"))
    fresh = [
        DataFinding(
            code=check.code,
            community_id=ward.community_id,
            found_at=now,
            last_seen=now,
            **{column: each},
        )
        for each in sorted(found - known.keys())
    ]
    # Whoever moved here may have an open finding of the community that he left, until its own run.
    DataFinding.objects.bulk_create(fresh, batch_size=2000, ignore_conflicts=True)
    rows.filter(pk__in=[known[each] for each in known.keys() - found]).update(fixed_at=now)
    rows.filter(pk__in=[known[each] for each in known.keys() & found]).update(last_seen=now)
    return len(fresh)


def run_checks_here(place_code: str, *, by: Scope, now: datetime) -> int:
    """The same at once, of one's own community. Raises Place.DoesNotExist outside the reach."""
    reach = Place.objects.visible_to(by, Power.MEND_DATA).on(timezone.localdate(now))
    community = reach.get(code=place_code, level=PlaceLevel.COMMUNITY)
    with transaction.atomic():
        fresh = run_checks(community.pk, now=now)
        detail = {"new": fresh}
        audit.record(
            "checks.run", by=by, target=community, place_path=community.path, detail=detail, now=now
        )
    return fresh


# --- putting off ----------------------------------------------------------------------------------
def waive(finding_id: UUID, *, until: date, reason: str, by: Scope, now: datetime) -> DataFinding:
    """Leave it as it is until a day, for a reason; then it is listed again."""
    today = timezone.localdate(now)
    if not reason.strip():
        raise Invalid("note_missing", _("请写明理由。"), {"reason": _("请写明理由。")})
    if not today < until <= today + LONGEST_WAIVER:
        text = _("日期应在明天到一年以内。")
        raise Invalid("until_wrong", text, {"until": text})
    with transaction.atomic(durable=True):
        finding = _claim(finding_id, by=by)
        finding.waived_until, finding.waiver = until, reason.strip()
        finding.save(update_fields=["waived_until", "waiver"])
        _write_down("finding.waived", finding, reason=reason.strip(), by=by, now=now)
    return finding


# --- mending --------------------------------------------------------------------------------------
def fix(finding_id: UUID, *, by: Scope, now: datetime) -> Lines:
    """Run the fix of the check; what it changed, in words.

    Raises DataFinding.DoesNotExist outside the reach, NotAllowed where the check has no fix, Conflict when it is
    mended already.
    """
    with transaction.atomic(durable=True):
        finding = _claim(finding_id, by=by)
        mend = FIXES.get(CHECKS[finding.code].fix)
        if mend is None or finding.person_id is None:
            raise NotAllowed("no_fix", _("这一项需要打开档案核对更正。"))
        person = (
            Person.objects.standing()
            .select_related("community", "account", "place")
            .select_for_update(of=("self",), no_key=True)
            .get(pk=finding.person_id)
        )
        done = mend(person, by, now)
        finding.fixed_at = now
        finding.save(update_fields=["fixed_at"])
        _write_down("finding.fixed", finding, reason="", by=by, now=now)
    if mend is _close_ties:
        done += _disable_account(person, by, now)
    return done


def _claim(finding_id: UUID, *, by: Scope) -> DataFinding:
    finding = (
        DataFinding.objects.visible_to(by)
        .select_related("community")
        .select_for_update(of=("self",))
        .get(pk=finding_id)
    )
    if finding.fixed_at is not None:
        raise Conflict("finding_fixed", _("这个问题已经解决。"))
    return finding


def _write_down(
    action: str, finding: DataFinding, *, reason: str, by: Scope, now: datetime
) -> None:
    audit.record(
        action,
        by=by,
        target=finding,
        person_id=finding.person_id,
        place_path=finding.community.path,
        reason=reason,
        detail={"check": finding.code},
        now=now,
    )


def _close_ties(person: Person, by: Scope, now: datetime) -> Lines:
    """What still runs of somebody who has died ends today."""
    today = timezone.localdate(now)
    done: Lines = []
    for label, rows in (
        (_("家庭成员关系"), HouseholdMember.objects.current()),
        (_("居住关系"), Occupancy.objects.current()),
    ):
        count = rows.filter(person=person, from_on__lte=today).update(to_on=today)
        if count:
            done.append(format_lazy(_("{what}：结束{n}条"), what=label, n=count))
    flags = CareFlag.objects.standing().filter(person=person)
    count = flags.update(ended_on=today, end_reason=str(_("本人已故")))
    if count:
        done.append(format_lazy(_("{what}：结束{n}条"), what=_("服务关怀标签"), n=count))
    return done


def _disable_account(person: Person, by: Scope, now: datetime) -> Lines:
    """In a transaction of its own: sessions end with it. If it is lost, the next run finds the account again."""
    if person.account is None or not person.account.is_active:
        return []
    disable_user(person.account, reason=str(_("本人已故")), by=by, now=now)
    return [_("居民账号已停用")]


def _end_expired_flags(person: Person, by: Scope, now: datetime) -> Lines:
    today = timezone.localdate(now)
    flags = CareFlag.objects.standing().filter(person=person, expires_on__lte=today)
    count = flags.update(ended_on=today, end_reason=str(_("到期")))
    return [format_lazy(_("{what}：结束{n}条"), what=_("服务关怀标签"), n=count)]


def _follow_dwelling(person: Person, by: Scope, now: datetime) -> Lines:
    """The place of a person is that of the dwelling where he lives."""
    rows = Occupancy.objects.current().filter(person=person, kind=OccupancyKind.ACTUAL)
    row = rows.select_related("dwelling__place", "community").order_by("-from_on", "-pk").first()
    if row is None:
        return []
    before, place = person.place.label, row.dwelling.place if row.dwelling else row.community
    if not by.covers(Power.MEND_DATA, place.path):
        raise NotAllowed("not_yours", _("现住房屋在别的社区，请由那里的服务站核对。"))
    person.place, person.community = place, community_of(place)
    person.save(update_fields=["place", "community", "changed_at"])
    return [format_lazy(_("所在地点：{before} → {after}"), before=before, after=place.label)]


FIXES: dict[str, Callable[[Person, Scope, datetime], Lines]] = {
    "close_ties": _close_ties,
    "end_expired_flags": _end_expired_flags,
    "follow_dwelling": _follow_dwelling,
}
