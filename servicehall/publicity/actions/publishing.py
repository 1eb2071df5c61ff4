"""公示: a case is put before its community."""

import secrets
import uuid
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid, NotAllowed
from community.governance.models import WorkCalendarYear
from community.governance.scopes import Scope
from community.governance.workdays import Limit, LimitUnit, WorkCalendar
from residents.base.models import HouseholdMember
from servicehall.cases import actions as cases
from servicehall.cases.models import Case
from servicehall.publicity import rules
from servicehall.publicity.enums import NoticeState
from servicehall.publicity.models import PublicityRule, PublicNotice

MOST_PEOPLE = 30
# Without letters and digits that are mistaken for each other: codes are read from paper and over the telephone.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def publicise(
    case_id: uuid.UUID,
    *,
    by: Scope,
    now: datetime,
    household_size: int | None = None,
    benefit_class: str = "",
    amount: Decimal | None = None,
) -> Case:
    """公示: the notice stands in the community for the item's days, the clock of the case stands still.

    The day on which it is put up is not counted (民法典 201); a last day of rest moves to the next working day (203).
    """
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        case = Case.objects.visible_to(by).select_related("version", "applicant").get(pk=case_id)
        until = last_day(case.version.publicity_days, today)
        local = PublicityRule.objects.in_force(today)
        benefit_class = benefit_class.strip()
        item_shows_names = bool(case.version.content.get("publicity_shows_names"))
        # Where no name may stand, nothing may stand by which a neighbour knows the family.
        size = household_size if item_shows_names else None
        shown = {"household_size": size, "benefit_class": benefit_class}
        case = cases.publicise_claimed(
            case_id,
            by=by,
            now=now,
            until=until,
            amount=amount,
            shown={key: value for key, value in shown.items() if value},
        )
        _check(case, local, household_size, benefit_class, amount)
        PublicNotice.objects.create(
            ref=new_code(),
            case=case,
            community=case.community,
            name=rules.shown_name(
                case.applicant.full_name,
                item_shows_names=item_shows_names,
                birth_on=case.applicant.birth_on,
                in_full=bool(local.names_in_full),
                today=today,
            ),
            household_size=size,
            benefit_class=benefit_class,
            amount=amount if item_shows_names else None,
            names_in_full=bool(local.names_in_full),
            item_shows_names=item_shows_names,
            from_on=today,
            until_on=until,
            state=NoticeState.OPEN,
            body=case.handler,
            posted_at=now,
            posted_by_id=by.post_id,  # type: ignore[misc]  # powers come from a post
        )
    return case


def last_day(days: int, today: date, calendar: WorkCalendar | None = None) -> date:
    """The last day on which a notice that is put up today stands; at least tomorrow."""
    calendar = calendar or WorkCalendarYear.objects.calendar()
    return calendar.due(Limit(max(days, 1), LimitUnit.DAYS), today).day


def _check(
    case: Case,
    local: rules.PublicityRules,
    household_size: int | None,
    benefit_class: str,
    amount: Decimal | None,
) -> None:
    """Nothing is posted that must not stand in public."""
    errors: dict[str, rules.Text] = {}
    if household_size is not None and not 1 <= household_size <= MOST_PEOPLE:
        errors["household_size"] = _("家庭人口应在 1 到 %(most)s 人之间。") % {"most": MOST_PEOPLE}
    if amount is not None and amount < 0:
        errors["amount"] = _("金额不能小于零。")
    if found := rules.leak(benefit_class, rules=local, names=names_of(case)):
        errors["benefit_class"] = found
    if errors:
        raise Invalid("must_not_be_public", _("公示内容里有不能公开的信息。"), errors)


def names_of(case: Case) -> Collection[str]:
    """The applicant and those who live with him: none of them may be named in the free words of a notice."""
    kin = HouseholdMember.objects.living_with(case.applicant_id)
    return {case.applicant.full_name, *kin.values_list("person__full_name", flat=True)}


def check_hand(case: Case, *, by: Scope) -> None:
    """Whoever has the case in hand investigates and records; nobody in his own matter."""
    if not by.has("review_cases"):
        raise NotAllowed("no_power", _("您现在的岗位不能核查异议，请交给有审核权限的同事。"))
    if case.handler_id != by.body_id:
        raise NotAllowed(
            "not_in_hand",
            _("本件现在由%(body)s办理，请由对方核查。") % {"body": case.handler.label},
        )
    cases.check_conflict(case, by=by)


def locked_case(case_id: uuid.UUID) -> Case:
    """The case, locked before its notice: everybody locks in this order. Called inside a transaction."""
    Case.objects.only("pk").select_for_update(no_key=True).get(pk=case_id)
    return Case.objects.select_related(
        "version", "community", "applicant", "handler", "station"
    ).get(pk=case_id)


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _n in range(12))
