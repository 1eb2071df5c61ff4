"""What every act on an import begins and ends with."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import Conflict, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope, scope_of
from residents.exchange import transitions
from residents.exchange.models import ImportBatch
from residents.exchange.transitions import Act


def claim(batch_id: UUID, act: Act, *, by: Scope) -> ImportBatch:
    """Lock an import within the reach and move it to the state to which the act leads, unsaved.

    Raises ImportBatch.DoesNotExist, or Conflict when it is not the time for this act.
    """
    batch = (
        ImportBatch.objects.visible_to(by)
        .select_related("body__place", "source")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=batch_id)
    )
    state = transitions.next_state(act, batch.state)
    if state is None:
        raise Conflict("import_moved_on", _("这一批已经到了另一步，请刷新后再看。"))
    if by.post_id is None:
        raise NotAllowed("no_post", _("请先选择岗位。"))
    batch.state, batch.post_id, batch.trouble = state, by.post_id, ""
    batch.done = batch.attempts = 0
    return batch


def record(
    action: str, batch: ImportBatch, *, by: audit.Actor, now: datetime, **detail: object
) -> None:
    audit.record(
        action,
        by=by,
        target=batch,
        place_path=batch.body.place.path,
        detail={"source": batch.source_id, **detail},
        now=now,
    )


def acting(batch: ImportBatch, now: datetime) -> Scope | None:
    """The scope in whose name the machine works: the post that pressed, if it still holds the power.

    A department's system brings in what that department itself sent, where its post may exchange.
    """
    post = batch.post
    scope = scope_of(post.user, post.pk, today=timezone.localdate(now))
    if scope.body_id == batch.body_id and scope.has(Power.EXCHANGE_DATA):
        powers = {**scope.powers, Power.IMPORT_DATA: scope.paths_for(Power.EXCHANGE_DATA)}
        return replace(scope, powers=powers)
    return scope if scope.has(Power.IMPORT_DATA) else None
