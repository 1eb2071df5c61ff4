"""A department's system sends rows: a batch like that of a file, whose columns need no explaining."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _, gettext_lazy, override

from common import idempotency, storage
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.attributes import ATTRIBUTES
from residents.base.models import SourceSystem
from residents.exchange.actions import _core
from residents.exchange.enums import BatchState, FileKind
from residents.exchange.headings import Column
from residents.exchange.models import ExchangeFigure, ImportBatch

Rows = Sequence[Mapping[str, str]]
SHOWN_ROWS = 5


def source_of(by: Scope) -> SourceSystem:
    """The system for which a department's post speaks, and no other. Raises NotAllowed."""
    found = None
    if by.body_key and by.has(Power.EXCHANGE_DATA):
        found = SourceSystem.objects.filter(body_key=by.body_key).order_by("code").first()
    if found is None:
        raise NotAllowed("no_source", _("您的部门没有登记数据来源，不能交换数据。"))
    return found


def push(
    rows: Rows, *, as_of: date, key: str, fingerprint: str, by: Scope, now: datetime
) -> ImportBatch:
    """Take rows of canonical attributes in and set the machine to work; the same key again gives the same batch.

    Raises Conflict when the same content is in already, Invalid for a day to come or too many rows.
    """
    source = source_of(by)
    _check(rows, as_of, by, now)
    content = _written(rows)
    stored = ""
    owner = f"push:{by.user_id}:{by.post_id}"
    try:
        with transaction.atomic(durable=True):
            if (found := idempotency.claim(owner, key, fingerprint, now)) is not None:
                return ImportBatch.objects.sent_by(by).get(pk=found)
            stored = storage.keep(content)
            batch = _batch(rows, content, stored, source, as_of, by, now)
            batch.save(force_insert=True)
            idempotency.settle(owner, key, str(batch.pk))
            _core.record("import.pushed", batch, by=by, now=now, rows=len(rows))
    except Exception as error:
        if stored:
            storage.drop(stored)
        if isinstance(error, IntegrityError) and "import_file_once" in str(error):
            message = gettext_lazy("同样的内容已经报送过，没有再次接收。")
            raise Conflict("batch_known", message) from None
        raise
    return batch


def _check(rows: Rows, as_of: date, by: Scope, now: datetime) -> None:
    today = timezone.localdate(now)
    if as_of > today:
        message = _("数据截止日期不能晚于今天。")
        raise Invalid("as_of_future", message, {"as_of": message})
    most = ExchangeFigure.objects.in_force(today, "rows_a_push", by.body_key).value
    if len(rows) > most:
        too_many = format_lazy(gettext_lazy("一次最多{most}行，请分几次报送。"), most=most)
        raise Invalid("too_many_rows", too_many, {"rows": too_many})


def _columns(rows: Rows) -> list[str]:
    return sorted({key for row in rows for key in row})


def _heading(key: str) -> str:
    """As data clerks read it on their pages, in the language of record."""
    with override("zh-hans"):
        return str(ATTRIBUTES[key].label if key in ATTRIBUTES else gettext_lazy("所属社区"))


def _written(rows: Rows) -> bytes:
    """A table as the machine reads it: headings, then each row in their order."""
    columns = _columns(rows)
    headings = [_heading(key) for key in columns]
    table = [headings, *([row.get(key, "") for key in columns] for row in rows)]
    return json.dumps(table, ensure_ascii=False).encode()


def _batch(
    rows: Rows,
    content: bytes,
    stored: str,
    source: SourceSystem,
    as_of: date,
    by: Scope,
    now: datetime,
) -> ImportBatch:
    keys = _columns(rows)
    with override("zh-hans"):
        title = str(FileKind.JSON.label)
    shown = [[row.get(key, "") for key in keys] for row in rows[:SHOWN_ROWS]]
    head = {"sheet": "", "others": [], "note": "", "rows": shown, "values": {}}
    return ImportBatch(
        source=source,
        body_id=by.body_id,  # type: ignore[misc]  # source_of refused whoever has no post
        post_id=by.post_id,
        state=BatchState.CHECKING,
        as_of=as_of,
        title=title,
        kind=FileKind.JSON,
        size=len(content),
        # The same rows of another day are news.
        digest=idempotency.fingerprint(as_of.isoformat().encode() + content),
        stored_as=stored,
        head=json.dumps(head, ensure_ascii=False),
        first_row=0,
        last_row=0,
        columns=[asdict(Column(place, _heading(key), key)) for place, key in enumerate(keys)],
        total=len(rows),
        received_at=now,
    )
