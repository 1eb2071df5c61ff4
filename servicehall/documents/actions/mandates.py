"""授权委托书: written when a mandate is given, void when it is revoked. In the transaction of that act."""

from functools import partial

from django.utils import timezone
from django.utils.translation import gettext

from community.governance.models import Body
from servicehall.cases.followers import MandateAct
from servicehall.documents import content
from servicehall.documents.actions.issuing import put_down, text_for
from servicehall.documents.enums import LetterKind, LetterState
from servicehall.documents.models import Letter


def follow_mandate(act: MandateAct) -> None:
    """The letter of a mandate lives as long as the mandate."""
    mandate = act.mandate
    if mandate.revoked_at is not None:
        Letter.objects.of_mandate(mandate.pk).in_force().update(
            state=LetterState.WITHDRAWN,
            ended_at=act.now,
            ended_by_id=act.by.post_id,
            end_reason=gettext("委托已撤销。"),
        )
        return
    text = text_for(LetterKind.MANDATE, "", timezone.localdate(act.now))
    if text is None or act.by.body_id is None:
        return
    body = Body.objects.select_related("place").get(pk=act.by.body_id)
    put_down(
        Letter(mandate=mandate, kind=LetterKind.MANDATE, body=body, text=text),
        partial(content.values_of_mandate, mandate, body, act.now),
        line="",
        by=act.by,
        now=act.now,
    )
