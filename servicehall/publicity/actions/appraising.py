"""民主评议: the representatives of a community vote in secret on a case; the numbers are written down."""

import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid
from community.governance.scopes import Scope
from servicehall.cases.enums import RUNNING, CaseState
from servicehall.cases.models import Case
from servicehall.publicity.actions.publishing import check_hand, locked_case
from servicehall.publicity.enums import ObjectionAction
from servicehall.publicity.models import Appraisal, Objection, PublicityRule
from servicehall.publicity.rules import Text
from servicehall.publicity.transitions import OBJECTION

APPRAISABLE = RUNNING | {CaseState.PUBLICISED}


@dataclass(frozen=True, slots=True)
class Votes:
    """The numbers of a secret ballot."""

    attended: int
    votes_for: int
    votes_against: int
    abstained: int

    @property
    def adds_up(self) -> bool:
        return self.votes_for + self.votes_against + self.abstained == self.attended


def record_appraisal(
    case_id: uuid.UUID,
    *,
    held_on: date,
    venue: str,
    attended: int,
    votes_for: int,
    votes_against: int,
    abstained: int,
    minutes: str,
    by: Scope,
    now: datetime,
) -> Appraisal:
    """Write down a vote by numbers. Objections that waited for it go back to whoever investigates."""
    today = timezone.localdate(now)
    votes = Votes(attended, votes_for, votes_against, abstained)
    with transaction.atomic(durable=True):
        seen = Case.objects.visible_to(by).only("pk").get(pk=case_id)
        case = locked_case(seen.pk)
        if case.state not in APPRAISABLE:
            raise Conflict("state_moved_on", _("本件现在不能登记民主评议，请刷新后查看。"))
        check_hand(case, by=by)
        least = PublicityRule.objects.in_force(today).appraisal_least
        if errors := _unclear(case, least, votes, held_on, venue, minutes, today=today):
            raise Invalid("appraisal_incomplete", _("评议的内容还没有填好。"), errors)
        if Appraisal.objects.filter(case=case, held_on=held_on).exists():
            raise Conflict("appraised_already", _("这一天的评议已经登记过。"))
        row = Appraisal.objects.create(
            case=case,
            held_on=held_on,
            venue=venue.strip(),
            least=least,
            **asdict(votes),
            minutes=minutes.strip(),
            recorded_at=now,
            recorded_by_id=by.post_id,  # type: ignore[misc]  # powers come from a post
            recorded_user_id=by.user_id,
        )
        rule = OBJECTION[ObjectionAction.APPRAISED]
        Objection.objects.filter(notice__case=case, state__in=sorted(rule.sources)).update(
            state=rule.to
        )
        audit.record(
            "case.appraised",
            by=by,
            target=row,
            person_id=case.applicant_id,
            place_path=case.community.path,
            detail={"number": case.number, "attended": attended, "for": votes_for},
            now=now,
        )
    return row


def _unclear(
    case: Case,
    least: int,
    votes: Votes,
    held_on: date,
    venue: str,
    minutes: str,
    *,
    today: date,
) -> dict[str, Text]:
    """What is missing or cannot be, by field."""
    errors: dict[str, Text] = {}
    begun = timezone.localdate(case.accepted_at) if case.accepted_at else today
    if not begun <= held_on <= today:
        errors["held_on"] = _("评议应在受理以后、今天以前。")
    if votes.attended < least:
        errors["attended"] = _("到会代表不少于 %(least)s 人才有效。") % {"least": least}
    if not votes.adds_up:
        errors["votes_for"] = _("同意、不同意、弃权加起来应等于到会代表人数。")
    if not venue.strip():
        errors["venue"] = _("请填写地点。")
    if not minutes.strip():
        errors["minutes"] = _("请填写评议记录。")
    return errors
