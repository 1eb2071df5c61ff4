"""Issuing a letter: in the transaction of the act that it tells of, so that both happen or neither."""

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from community.governance.models import Body
from servicehall.cases.followers import Happening
from servicehall.cases.models import Case, CaseEvent
from servicehall.documents import content
from servicehall.documents.enums import LetterKind, LetterState, MarkSubject
from servicehall.documents.kinds import ENDED_BY, KINDS, issued_by
from servicehall.documents.models import Letter, Letterhead, LetterText, NumberMark, Seal

log = logging.getLogger(__name__)
# Without 0/O and 1/I/L: a code is also read from paper and typed.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 16  # 79 bits

_NEXT = """
    INSERT INTO documents_numberseries AS s (prefix, year, last) VALUES (%s, %s, 1)
    ON CONFLICT (prefix, year) DO UPDATE SET last = s.last + 1
    RETURNING last
"""


def issue_for(happening: Happening) -> None:
    """The letters that an act of a case brings with it, and those that it takes back (kinds.py)."""
    case, event = happening.case, happening.event
    if ended := ENDED_BY.get(event.action):
        Letter.objects.of_case(case).in_force().filter(kind__in=ended).update(
            state=LetterState.WITHDRAWN,
            ended_at=happening.now,
            ended_by_id=happening.by.post_id,
            end_reason=event.note[:300],
        )
    for kind in issued_by(event.action):
        if not _is_needless(kind, happening):
            issue(
                kind,
                case=case,
                event=event,
                beside=happening.beside,
                by=happening.by,
                now=happening.now,
            )


def _is_needless(kind: LetterKind, happening: Happening) -> bool:
    """What was not said needs no letter, nor does the start of what is finished on the spot."""
    version, needs = happening.case.version, KINDS[kind].needs
    if needs and not happening.event.said.get(needs):
        return True
    return KINDS[kind].skips_instant and version.is_instant and not version.levels


def issue(
    kind: LetterKind,
    *,
    case: Case,
    event: CaseEvent | None = None,
    given: Mapping[str, Any] | None = None,
    beside: Mapping[str, str] | None = None,
    by: audit.Actor,
    now: datetime,
) -> Letter | None:
    """Write, number and seal a letter. Called inside the transaction of an action that has locked the case.

    `given` are the variables of the kind that the case itself does not know; `beside` is that of the `Happening`.
    None where no text is in force: a station that has not set up its letters can still work.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "A letter is issued in the transaction of an act."
        )
    body = _body(case, by)
    occasion = content.Occasion(kind, case, body, now, event, given or {}, beside or {})
    text = text_for(kind, case.version.item_id, occasion.today)
    if text is None:
        return None
    letter = put_down(
        Letter(case=case, event=event, kind=kind, body=body, text=text),
        partial(content.values_for, occasion),
        line=case.version.item.window_id,
        by=by,
        now=now,
    )
    if replaced := KINDS[kind].replaces:
        earlier = Letter.objects.of_case(case).in_force().filter(kind__in=replaced)
        earlier.exclude(pk=letter.pk).update(
            state=LetterState.REPLACED, ended_at=now, ended_by_id=by.post_id, replaced_by=letter
        )
    return letter


def text_for(kind: LetterKind, item_id: str, today: date) -> LetterText | None:
    text = LetterText.objects.for_item(kind, item_id, today)
    if text is None:
        log.warning("no text in force for letters of kind %s", kind)
    return text


def put_down(
    letter: Letter,
    read: Callable[[], Mapping[str, Any]],
    *,
    line: str,
    by: audit.Actor,
    now: datetime,
) -> Letter:
    """Number, seal, write and keep a letter. `read` gives its variables; `line` is the sign of its business."""
    today, kind, body = timezone.localdate(now), LetterKind(letter.kind), letter.body
    letter.code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    letter.issued_at, letter.issued_on, letter.issued_by_id = now, today, by.post_id
    letter.state = LetterState.IN_FORCE
    head = Letterhead.objects.of_body(body.pk, today)
    prefix = _prefix(kind, head, body, line, today)
    role = getattr(by, "role", "") if by.body_id == body.pk else ""
    seal = _seal(kind, body, role, today)
    values = read()
    letter.number = _next_number(prefix, today.year)
    authority = content.Authority(body, letter.number, letter.code, head, seal)
    words = content.write(letter.text, values, authority)
    letter.content = json.dumps(words, ensure_ascii=False)
    letter.save(force_insert=True)
    return letter


def _body(case: Case, by: audit.Actor) -> Body:
    """Whoever acts signs; where nobody of an office did, the station that has the case."""
    if by.body_id is None or by.body_id == case.station_id:
        return case.station
    return Body.objects.select_related("place").get(pk=by.body_id)


def _seal(kind: LetterKind, body: Body, role: str, day: date) -> Seal | None:
    if not KINDS[kind].signed_by_body or not body.exists_on(day):
        return None
    return Seal.objects.for_letter(body_id=body.pk, kind=kind, role=role, day=day)


def _prefix(kind: LetterKind, head: Letterhead | None, body: Body, line: str, day: date) -> str:
    """海民救: the body, the line of the item, the group of letters. Without a letterhead the full name."""
    marks = NumberMark.objects.texts(day, line=line, group=KINDS[kind].group)
    start = head.abbreviation if head else body.name
    return start + marks.get(MarkSubject.LINE, "") + marks.get(MarkSubject.GROUP, "")


def _next_number(prefix: str, year: int) -> str:
    """Counted up in a locked row, last of all: whoever waits does so for one insert; a rollback leaves no gap."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [prefix, year])
        (number,) = cursor.fetchone()
    return f"{prefix}〔{year}〕{number}号"
