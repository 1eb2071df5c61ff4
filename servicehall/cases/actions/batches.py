"""批量办理: up to a few hundred cases, each by its own action in its own transaction, a result for each.

The work goes on in slices, so that a page shows how far it is, and a closed browser loses nothing.
"""

import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotAllowed
from community.governance.scopes import Scope
from servicehall.cases import followers
from servicehall.cases.actions import handling, looking, review
from servicehall.cases.enums import BatchAct, CaseAction
from servicehall.cases.granting import gift_of
from servicehall.cases.models import Batch, BatchEntry, Case
from servicehall.cases.rules import Text

MOST, SLICE = 500, 25
NEEDS_WORDS = frozenset({BatchAct.FORWARD})


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is known of one case before anybody presses: which acts it may take, and why not the others."""

    acts: tuple[BatchAct, ...]
    reasons: tuple[Text, ...]


def look_ahead(
    cases: Sequence[Case], acts: Collection[BatchAct], *, by: Scope
) -> dict[uuid.UUID, Ahead]:
    """What each of these cases may take, in a handful of queries. Each act checks again under its lock."""
    prefetch_related_objects(cases, "version__item", "steps__body", *review.READS)
    found: dict[uuid.UUID, dict[BatchAct, NotAllowed | None]] = {case.pk: {} for case in cases}
    for act in acts:
        refused = followers.foreseen(cases, act)
        for case in cases:
            refusal = _refusal(case, CaseAction(act), by=by) or refused.get(case.pk)
            # What lies at another step is no obstacle: the act is not its next one.
            if not isinstance(refusal, Conflict):
                found[case.pk][act] = refusal
    return {
        pk: Ahead(
            tuple(act for act, refusal in told.items() if refusal is None),
            tuple(dict.fromkeys(refusal.message for refusal in told.values() if refusal)),
        )
        for pk, told in found.items()
    }


def _refusal(case: Case, action: CaseAction, *, by: Scope) -> NotAllowed | None:
    if refusal := looking.refusal(case, list(case.steps.all()), action, by=by):
        return refusal
    try:
        review.check_ready(case, action)
    except NotAllowed as refusal:
        return refusal
    return None


def start_batch(
    act: str,
    case_ids: Sequence[uuid.UUID],
    *,
    words: str,
    amounts: Mapping[uuid.UUID, Decimal] | None = None,
    by: Scope,
    now: datetime,
) -> Batch:
    """Write down what is to be done to which cases; those out of reach are left out. Nothing is done yet.

    `amounts` are those that a decider gives to cases for which none was proposed.
    """
    errors: dict[str, Any] = {}
    if any(amount <= 0 for amount in (amounts or {}).values()):
        errors["amounts"] = _("金额应大于零。")
    if act not in BatchAct.values:
        errors["act"] = _("请选择要做什么。")
    elif act in NEEDS_WORDS and not words.strip():
        errors["words"] = _("请写明审核意见。")
    if not 0 < len(set(case_ids)) <= MOST:
        errors["cases"] = _("请选择 1 到 %(most)s 件。") % {"most": MOST}
    if errors:
        raise Invalid("batch_incomplete", _("批量办理还没有选好。"), errors)
    if by.post_id is None:
        raise NotAllowed("no_post", _("请先选择任职。"))
    with transaction.atomic(durable=True):
        rows = Case.objects.in_hand_of(by).filter(pk__in=set(case_ids))
        found = list(rows.prefetch_related("version").order_by("act_by_on", "pk"))
        if not found:
            raise Invalid("nothing_in_hand", _("选中的办件都不在您手上，请刷新后再选。"))
        batch = Batch.objects.create(
            act=act,
            words=words.strip(),
            post_id=by.post_id,
            made_at=now,
            amounts=_amounts(found, amounts or {}) if act == BatchAct.GRANT else None,
        )
        BatchEntry.objects.bulk_create(BatchEntry(batch=batch, case=case) for case in found)
    return batch


def _amounts(cases: Sequence[Case], given: Mapping[uuid.UUID, Decimal]) -> str:
    """As they stand when the batch is begun: what is proposed afterwards was seen by nobody."""
    found: dict[str, str] = {}
    for case in cases:
        gift = gift_of(case)
        if gift is not None and (amount := gift.amount or given.get(case.pk)):
            found[str(case.pk)] = str(amount)
    return json.dumps(found)


def go_on(batch_id: uuid.UUID, *, by: Scope, now: datetime) -> int:
    """Do the next slice; returns how many are left. Two who press at once do not do a case twice."""
    batch = Batch.objects.visible_to(by).get(pk=batch_id)
    call = _call_of(batch)
    for _number in range(SLICE):
        if not _next(batch, call, by=by, now=now):
            break
    return batch.entries.filter(done_at__isnull=True).count()


def _next(batch: Batch, call: Callable[..., object], *, by: Scope, now: datetime) -> bool:
    """Take the next case and act. The claim commits first: the act is a durable transaction of its own,
    and the table of the workflow refuses a second one."""
    with transaction.atomic(durable=True):
        entry = (
            batch.entries.filter(done_at__isnull=True).select_for_update(skip_locked=True).first()
        )
        if entry is None:
            return False
        entry.done_at = now
        entry.save(update_fields=["done_at"])
    try:
        call(entry, by=by, now=now)
    except Case.DoesNotExist:
        entry.message = str(_("这一件已经不在您的范围内。"))
    except NotAllowed as refusal:
        entry.message = str(refusal.message)[:300]
    else:
        entry.is_done = True
    entry.save(update_fields=["is_done", "message"])
    return True


def _call_of(batch: Batch) -> Callable[..., object]:
    words = batch.words
    if batch.act == BatchAct.FORWARD:
        return lambda entry, **given: review.forward(entry.case_id, opinion=words, **given)
    if batch.act == BatchAct.GRANT:
        return lambda entry, **given: _grant(entry, batch, **given)
    return lambda entry, **given: handling.accept(entry.case_id, remark=words, **given)


def _grant(entry: BatchEntry, batch: Batch, *, by: Scope, now: datetime) -> None:
    """A benefit without an amount is decided by itself: in a batch nobody would notice that it gives nothing."""
    gift = gift_of(Case.objects.visible_to(by).select_related("version").get(pk=entry.case_id))
    amount = batch.granted.get(str(entry.case_id))
    if gift is not None and amount is None:
        raise NotAllowed(
            "amount_missing",
            _("金额还没有核定。请打开这一件，点“准予”，填写核定金额；不发钱的也在那里准予。"),
        )
    decided = Decimal(amount) if amount and gift and not gift.is_fixed else None
    review.grant(entry.case_id, reason=batch.words, amount=decided, by=by, now=now)
