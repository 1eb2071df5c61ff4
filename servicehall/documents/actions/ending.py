"""A letter with a mistake: withdrawn, or written again under a new number. The old one stays readable."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from servicehall.documents.actions.issuing import issue
from servicehall.documents.enums import LetterKind, LetterState
from servicehall.documents.models import Letter

MAX_REASON = 300


def may_withdraw(letter: Letter, *, by: Scope) -> bool:
    """Whoever speaks for the body that issued it. The letter of a mandate ends with the mandate."""
    holds = by.has(Power.DECIDE_CASES) or by.has(Power.ACCEPT_CASES)
    is_ours = by.body_id == letter.body_id and letter.mandate_id is None
    return letter.state == LetterState.IN_FORCE and is_ours and holds


def withdraw(
    letter_id: uuid.UUID, *, reason: str, again: bool = False, by: Scope, now: datetime
) -> Letter:
    """作废, with a reason. `again`: the same letter from what is on record now, which replaces this one.

    Returns the letter that counts afterwards. Raises Letter.DoesNotExist outside the viewer's reach.
    """
    if not reason.strip():
        raise Invalid("reason_missing", _("请写明作废的理由。"), {"reason": _("请写明理由。")})
    with transaction.atomic(durable=True):
        found = (
            Letter.objects.visible_to(by).only("pk", "mandate_id").select_for_update(of=("self",))
        )
        if found.get(pk=letter_id).mandate_id is not None:
            raise NotAllowed("by_mandate", _("授权委托书随委托作废，请撤销委托。"))
        letter = Letter.objects.select_related(
            "case__version__item",
            "case__station__place",
            "case__applicant",
            "case__community",
            "event",
        ).get(pk=letter_id)
        if letter.state != LetterState.IN_FORCE:
            raise Conflict("letter_ended", _("这份文书已经失效，请刷新后查看。"))
        if not may_withdraw(letter, by=by):
            raise NotAllowed("not_yours", _("只有签发机关能作废这份文书。"))
        if again and letter.event is None:
            raise NotAllowed("not_again", _("这份文书不是办件过程产生的，请作废后重新签署。"))
        letter.state = LetterState.REPLACED if again else LetterState.WITHDRAWN
        letter.ended_at, letter.ended_by_id = now, by.post_id
        letter.end_reason = reason.strip()[:MAX_REASON]
        letter.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])
        audit.record(
            "letter.replaced" if again else "letter.withdrawn",
            by=by,
            target=letter,
            person_id=letter.person_id,
            place_path=letter.place_path,
            reason=letter.end_reason,
            detail={"number": letter.number, "case": letter.words["case"]},
            now=now,
        )
        if not again or letter.case is None:
            return letter
        fresh = issue(
            LetterKind(letter.kind),
            case=letter.case,
            event=letter.event,
            beside=letter.words.get("said"),
            by=by,
            now=now,
        )
        if fresh is None:
            raise NotAllowed("no_text", _("这种文书现在没有可用的模板，请先设置。"))
        letter.replaced_by = fresh
        letter.save(update_fields=["replaced_by"])
    return fresh
