"""批量办理: up to a few hundred cases, each by its own action in its own transaction, a result for each.

The work goes on in slices, so that a page shows how far it is, and a closed browser loses nothing.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid, NotAllowed
from community.governance.scopes import Scope
from servicehall.cases.actions import handling, review
from servicehall.cases.enums import BatchAct
from servicehall.cases.models import Batch, BatchEntry, Case

MOST, SLICE = 500, 25
NEEDS_WORDS = frozenset({BatchAct.FORWARD})


def start_batch(
    act: str, case_ids: Sequence[uuid.UUID], *, words: str, by: Scope, now: datetime
) -> Batch:
    """Write down what is to be done to which cases; those out of reach are left out. Nothing is done yet."""
    errors: dict[str, Any] = {}
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
        found = list(
            Case.objects.in_hand_of(by)
            .filter(pk__in=set(case_ids))
            .order_by("act_by_on", "pk")
            .values_list("pk", flat=True)
        )
        if not found:
            raise Invalid("nothing_in_hand", _("选中的办件都不在您手上，请刷新后再选。"))
        batch = Batch.objects.create(act=act, words=words.strip(), post_id=by.post_id, made_at=now)
        BatchEntry.objects.bulk_create(BatchEntry(batch=batch, case_id=pk) for pk in found)
    return batch


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
        call(entry.case_id, by=by, now=now)
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
        return lambda pk, **given: review.forward(pk, opinion=words, **given)
    if batch.act == BatchAct.GRANT:
        return lambda pk, **given: review.grant(pk, reason=words, **given)
    return lambda pk, **given: handling.accept(pk, remark=words, **given)
