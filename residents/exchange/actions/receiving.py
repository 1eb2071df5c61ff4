"""A file arrives, a person says what its columns mean, and sets the machine to work."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from common import storage
from common.errors import Conflict, Invalid, NotAllowed
from common.uploads import display_name
from community.governance.enums import Power
from community.governance.models import Place
from community.governance.scopes import Scope
from residents.base.attributes import ATTRIBUTES
from residents.base.golden import DECISION, UNKNOWN
from residents.base.models import SourceSystem
from residents.exchange import headings, reading
from residents.exchange.actions import _core
from residents.exchange.headings import COMMUNITY, Column
from residents.exchange.models import ImportBatch, ImportRow, LayoutMemory
from residents.exchange.transitions import Act
from residents.exchange.values import unknown_codes

# Sources that speak for themselves and never through a file.
NOT_FROM_FILES = frozenset({DECISION, UNKNOWN, "self", "counter"})
SHOWN_ROWS = 5


def receive(
    data: bytes,
    name: str,
    *,
    source: SourceSystem,
    as_of: date,
    community: Place | None,
    by: Scope,
    now: datetime,
) -> ImportBatch:
    """Take a file in, with a proposal for its columns. `community` is for persons whose row names none.

    Raises reading.FileRefused; Conflict when the same file is in already; Invalid.
    """
    if by.body_id is None or by.post_id is None or not by.has(Power.IMPORT_DATA):
        raise NotAllowed("no_power", _("您的任职不能导入部门数据。"))
    _check_given(source, as_of, community, by, now)
    digest = hashlib.sha256(data).hexdigest()
    _refuse_known(digest, source, by)
    kind, tables = reading.look(data)
    table, layout = _best(tables)
    memory = LayoutMemory.objects.known(source.pk, signature_of(layout.columns))
    if memory is not None:
        for column in layout.columns:
            column.target = "" if column.refused else memory.targets.get(column.heading, "")
    stored = storage.keep(data)
    try:
        with transaction.atomic():
            batch = ImportBatch.objects.create(
                source=source,
                body_id=by.body_id,
                post_id=by.post_id,
                as_of=as_of,
                community=community,
                title=display_name(name, "pdf")[:-4],
                kind=kind,
                size=len(data),
                digest=digest,
                stored_as=stored,
                head=json.dumps(_preview(tables, table, layout), ensure_ascii=False),
                sheet=table.place,
                first_row=layout.first,
                last_row=layout.last,
                columns=[asdict(column) for column in layout.columns],
                codes=memory.codes if memory else {},
                total=sum(number > layout.last for number, _row in table.first)
                + max(0, table.count - len(table.first)),
                received_at=now,
            )
            _core.record("import.received", batch, by=by, now=now, kind=str(kind), size=len(data))
    except Exception as error:
        storage.drop(stored)
        if isinstance(error, IntegrityError) and "import_file_once" in str(error):
            _refuse_known(digest, source, by)
        raise
    return batch


def _check_given(
    source: SourceSystem, as_of: date, community: Place | None, by: Scope, now: datetime
) -> None:
    if source.pk in NOT_FROM_FILES:
        raise Invalid("source_not_from_files", _("这个来源不从文件导入。"))
    if as_of > timezone.localdate(now):
        message = _("数据截止日期不能晚于今天。")
        raise Invalid("as_of_future", message, {"as_of": message})
    if community is not None and not by.covers(Power.IMPORT_DATA, community.path):
        raise NotAllowed("no_power", _("这个社区不在您的范围内。"))


def _refuse_known(digest: str, source: SourceSystem, by: Scope) -> None:
    known = ImportBatch.objects.standing().filter(digest=digest, source=source, body=by.body_id)
    if batch := known.first():
        day = timezone.localdate(batch.received_at)
        message = format_lazy(_("同一个文件已经在{day}收到过，没有再次导入。"), day=day.isoformat())
        raise Conflict("file_known", message)


def _best(tables: list[reading.Table]) -> tuple[reading.Table, headings.Layout]:
    """The table that is understood best, the first of equals."""
    found = []
    for table in tables:
        layout = headings.find(table.first)
        headings.sniff(layout, table.first)
        found.append((layout.known, table.count > 0, -table.place, table, layout))
    *_rank, table, layout = max(found, key=lambda each: each[:3])
    return table, layout


def _preview(
    tables: list[reading.Table], table: reading.Table, layout: headings.Layout
) -> dict[str, Any]:
    said = {text for number, row in table.first if number <= layout.last for text in row}
    return {
        "sheet": table.name,
        "others": [each.name for each in tables if each is not table and each.count],
        "note": table.note,
        "rows": [row for number, row in table.first if number > layout.last][:SHOWN_ROWS],
        "values": {
            str(place): [text for text in texts if text not in said]
            for place, texts in table.values.items()
        },
    }


def signature_of(columns: list[Column]) -> str:
    text = "|".join(headings.plain(column.heading) for column in columns)
    return hashlib.sha256(text.encode()).hexdigest()


# --- what the columns mean ------------------------------------------------------------------------
def columns_of(batch: ImportBatch) -> list[Column]:
    return [Column(**each) for each in batch.columns]


def choose_columns(
    batch_id: UUID, targets: Mapping[int, str], *, by: Scope, now: datetime
) -> ImportBatch:
    """Say what each column carries; what is not named is not read. Earlier findings are forgotten."""
    with transaction.atomic(durable=True):
        batch = _core.claim(batch_id, Act.MAP, by=by)
        columns = columns_of(batch)
        for column in columns:
            column.target = "" if column.refused else targets.get(column.place, "")
        _check_targets([column.target for column in columns if column.target])
        batch.columns = [asdict(column) for column in columns]
        batch.codes = {key: codes for key, codes in batch.codes.items() if key in targets.values()}
        batch.counts = {}
        ImportRow.objects.filter(batch=batch).delete()
        batch.save()
        _remember(batch, now)
    return batch


def _check_targets(targets: list[str]) -> None:
    if unknown := set(targets) - set(ATTRIBUTES) - {COMMUNITY}:
        raise Invalid("target_unknown", f"{unknown}")
    twice = {key for key in targets if targets.count(key) > 1}
    if twice:
        names = "、".join(str(ATTRIBUTES[k].label) for k in sorted(twice) if k in ATTRIBUTES)
        raise Invalid("target_twice", format_lazy(_("同一项选了两列：{names}"), names=names))
    if not {"full_name", "id_number"} & set(targets):
        raise Invalid("nobody_named", _("至少要有姓名或证件号码一列，否则不知道是谁。"))


def strange_codes(batch: ImportBatch) -> dict[str, list[str]]:
    """Codes of the department that the code tables do not know, by attribute."""
    values = batch.preview["values"]
    found = {
        column.target: unknown_codes(column.target, values.get(str(column.place), []))
        for column in columns_of(batch)
        if column.target
    }
    return {key: texts for key, texts in found.items() if texts}


def unanswered_codes(batch: ImportBatch) -> int:
    """How many of them nobody has explained yet: their rows count as errors."""
    return sum(
        not batch.codes.get(key, {}).get(text)
        for key, texts in strange_codes(batch).items()
        for text in texts
    )


def choose_codes(
    batch_id: UUID, codes: Mapping[str, Mapping[str, str]], *, by: Scope, now: datetime
) -> ImportBatch:
    """Say what the department's own codes mean; "" leaves one unread, and its rows refused."""
    with transaction.atomic(durable=True):
        batch = _core.claim(batch_id, Act.MAP, by=by)
        batch.codes = {
            key: {text: code for text, code in meant.items() if code in ATTRIBUTES[key].codes}
            for key, meant in codes.items()
            if key in ATTRIBUTES
        }
        batch.save()
        _remember(batch, now)
    return batch


def _remember(batch: ImportBatch, now: datetime) -> None:
    columns = columns_of(batch)
    LayoutMemory.objects.update_or_create(
        source=batch.source,
        signature=signature_of(columns),
        defaults={
            "targets": {column.heading: column.target for column in columns if column.target},
            "codes": batch.codes,
            "used_at": now,
        },
    )


# --- setting to work ------------------------------------------------------------------------------
def check(batch_id: UUID, *, by: Scope, now: datetime) -> ImportBatch:
    """Let the machine go through every row; nothing is imported yet."""
    return _press(batch_id, Act.CHECK, "import.check", by=by, now=now)


def apply(batch_id: UUID, *, by: Scope, now: datetime) -> ImportBatch:
    """Import every row that is in order, all of them or none. Raises Conflict while somebody is undecided."""
    return _press(batch_id, Act.APPLY, "import.apply", by=by, now=now)


def undo(batch_id: UUID, *, by: Scope, now: datetime) -> ImportBatch:
    """Let the base forget what this import said."""
    return _press(batch_id, Act.UNDO, "import.undo", by=by, now=now)


def discard(batch_id: UUID, *, by: Scope, now: datetime) -> ImportBatch:
    """Give an import up before it is applied; file and rows go."""
    with transaction.atomic(durable=True):
        batch = _core.claim(batch_id, Act.DISCARD, by=by)
        ImportRow.objects.filter(batch=batch).delete()
        stored, batch.stored_as, batch.head, batch.counts = batch.stored_as, "", "{}", {}
        batch.save()
        _core.record("import.discarded", batch, by=by, now=now)
    storage.drop(stored)
    return batch


def _press(batch_id: UUID, act: Act, action: str, *, by: Scope, now: datetime) -> ImportBatch:
    with transaction.atomic(durable=True):
        batch = _core.claim(batch_id, act, by=by)
        rows = ImportRow.objects.filter(batch=batch)
        if act == Act.APPLY and rows.undecided().exists():
            raise Conflict("undecided", _("还有人没有认定，请先逐个认定，或者其余都不导入。"))
        if act == Act.CHECK:
            rows.delete()
            batch.counts = {}
        batch.save()
        _core.record(action, batch, by=by, now=now)
    return batch
