"""Reads the whole audit trail against its chain and its anchor, and names the first row that is wrong."""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from accounts.models import AuditEntry
from accounts.sealing import FIELDS, MARK, START, link, statement


@dataclass(frozen=True)
class Report:
    rows: int  # sealed rows that are right
    unsealed: int
    bad_no: int | None = None  # the seal number of the first wrong row
    bad_id: int | None = None  # its id, when there is a row
    fault: str = ""

    @property
    def is_sound(self) -> bool:
        return not self.fault


@dataclass(frozen=True)
class Anchor:
    """What the file says about the rows 1 … `last`: a mark for each, the whole head after each batch."""

    last: int
    marks: bytes
    heads: dict[int, bytes]

    def mark(self, no: int) -> bytes | None:
        return self.marks[(no - 1) * MARK : no * MARK] if no <= self.last else None


class BadAnchor(Exception):
    """The anchor file itself cannot be trusted."""


def read_anchor(lines: Iterable[str], key: Ed25519PublicKey) -> Anchor:
    """Raises BadAnchor when a line is unreadable, unsigned or does not follow the one before it."""
    last, marks, heads = 0, bytearray(), dict[int, bytes]()
    for position, text in enumerate(lines, start=1):
        try:
            line = json.loads(text)
            first, end, head = int(line["first"]), int(line["last"]), bytes.fromhex(line["head"])
            key.verify(
                base64.b64decode(line["signature"]), statement(first, end, head, line["marks"])
            )
        except (ValueError, KeyError, TypeError, InvalidSignature) as error:
            raise BadAnchor(f"line {position} of the anchor is not ours") from error
        if heads.get(end) == head:
            continue  # written twice: the machine stopped between the file and its note of it
        if first != last + 1:
            raise BadAnchor(f"line {position} of the anchor does not follow: {last} then {first}")
        marks += bytes.fromhex(line["marks"])
        heads[end], last = head, end
    return Anchor(last, bytes(marks), heads)


def verify(anchor: Anchor) -> Report:
    """Walk the chain once. A million rows take well under a minute."""
    unsealed = AuditEntry.objects.unsealed().count()
    head, no = START, 0
    for stored_no, stored, row in _sealed():
        no += 1
        if stored_no != no:
            return Report(no - 1, unsealed, no, None, "row is missing or was put in")
        head = link(head, row)
        fault = _fault(no, head, stored, anchor)
        if fault:
            return Report(no - 1, unsealed, no, row[0], fault)
    if no < anchor.last:
        return Report(no, unsealed, no + 1, None, "rows at the end were cut off")
    return Report(no, unsealed)


def _fault(no: int, head: bytes, stored: bytes, anchor: Anchor) -> str:
    mark, anchored = anchor.mark(no), anchor.heads.get(no)
    if mark is not None and mark != head[:MARK]:
        return "row was changed, or the chain rewritten from here"
    if anchored is not None and anchored != head:
        return "chain differs from the anchor"
    return "" if stored == head else "row was changed"


def _sealed() -> Iterator[tuple[int, bytes, tuple[Any, ...]]]:
    rows = AuditEntry.objects.filter(seal_no__isnull=False).order_by("seal_no", "id")
    for no, chain, *row in rows.values_list("seal_no", "chain", *FIELDS).iterator(chunk_size=5000):
        yield no, bytes(chain), tuple(row)
