"""Texts, numbering and seals from the data files. Repeats change nothing; a text that cannot be used stops the load."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from common import plain
from common.rows import bring
from community.governance.models import Body
from servicehall.catalogue.enums import VersionState
from servicehall.documents.checking import check
from servicehall.documents.enums import LetterKind, MarkSubject
from servicehall.documents.models import Letterhead, LetterText, NumberMark, Seal

DATA = Path(__file__).resolve().parents[1] / "data"
_SUFFIX = re.compile(r"(街道|苏木|社区|镇|乡|村|农区)$")


def load_documents(folder: Path = DATA) -> dict[str, int]:
    """Bring the rows to what the files say; how many there are of each."""
    letters = _read(folder / "letters.yaml")
    numbering, seals = _read(folder / "numbering.yaml"), _read(folder / "seals.yaml")
    with transaction.atomic():
        bodies = list(Body.objects.select_related("place__parent__parent").order_by("code"))
        return {
            "texts": _load_texts(letters["letters"]),
            "marks": _load_marks(numbering),
            "letterheads": _load_letterheads(numbering, bodies),
            "seals": _load_seals(seals, bodies),
        }


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = plain.read(path)
    return content


def _load_texts(rows: list[Mapping[str, Any]]) -> int:
    """What people wrote stays: from their first version on, the file has no say in that text."""
    columns = ("kind", "valid_from", "content", "basis", "valid_to")
    theirs = set(
        LetterText.objects.exclude(changed_at=None).order_by().values_list("kind", "item_id")
    )
    given: list[dict[str, Any]] = []
    numbers: Counter[tuple[str, str | None]] = Counter()
    for row in sorted(rows, key=lambda row: row["valid_from"]):
        check(LetterKind(row["kind"]), row["content"])
        whose = row["kind"], row.get("item")
        numbers[whose] += 1
        if whose not in theirs:
            values = {key: row[key] for key in columns}
            version = {"number": numbers[whose], "state": VersionState.PUBLISHED}
            given.append({"item_id": row.get("item"), **values, **version})
    bring(LetterText, given, by=["kind", "item_id", "valid_from"])
    return len(rows)


def _load_marks(data: Mapping[str, Any]) -> int:
    dates = {key: data[key] for key in ("valid_from", "valid_to")}
    rows = [
        {"subject": subject, "code": code, "text": text, **dates}
        for subject, texts in ((MarkSubject.LINE, "lines"), (MarkSubject.GROUP, "groups"))
        for code, text in data[texts].items()
    ]
    return bring(NumberMark, rows, by=["subject", "code", "valid_from"])


def _load_letterheads(data: Mapping[str, Any], bodies: list[Body]) -> int:
    """By pattern for every body that has none, so that what an official changed is never undone."""
    ids = {body.code: body.pk for body in bodies}
    columns = ("valid_from", "abbreviation", "second_line", "valid_to")
    own = [
        {"body_id": ids[row["code"]], **{key: row[key] for key in columns}} for row in data["own"]
    ]
    bring(Letterhead, own, by=["body_id", "valid_from"])
    held = set(Letterhead.objects.values_list("body_id", flat=True))
    taken = set(Letterhead.objects.values_list("abbreviation", flat=True))
    made = []
    for body in bodies:
        if body.pk in held or (text := _abbreviation(data, body)) is None:
            continue
        if text in taken:
            text = body.name
        if text in taken:
            continue  # two bodies of one name: one of them needs a row of its own
        taken.add(text)
        made.append(
            Letterhead(
                body=body,
                abbreviation=text,
                valid_from=data["valid_from"],
                valid_to=data["valid_to"],
            )
        )
    Letterhead.objects.bulk_create(made)
    return Letterhead.objects.count()


def _abbreviation(data: Mapping[str, Any], body: Body) -> str | None:
    for pattern in data["patterns"]:
        if pattern["kind"] == body.kind and pattern.get("key", body.key) == body.key:
            return str(
                pattern["text"].format(
                    district=_district(data["districts"], body), short=_short(body)
                )
            )
    return None


def _district(marks: Mapping[str, str], body: Body) -> str:
    place = body.place
    codes = [code for code in place.path.split("/") if code in marks]
    if codes:
        return marks[codes[-1]]
    top = place
    while top.parent is not None and top.parent.parent is not None:
        top = top.parent
    return top.name[:1]


def _short(body: Body) -> str:
    """墨香梨园社区服务站 → 墨香梨园."""
    name = re.sub(r"(便民)?服务站$", "", body.name) if body.name.endswith("站") else body.place.name
    return _SUFFIX.sub("", name) or name


def _load_seals(data: Mapping[str, Any], bodies: list[Body]) -> int:
    held = set(Seal.objects.values_list("body_id", flat=True))
    starts: date = data["valid_from"]
    Seal.objects.bulk_create(
        Seal(
            body=body,
            name=row["name"],
            roles=row["roles"],
            kinds=row["kinds"],
            is_automatic=row["automatic"],
            basis=data["basis"],
            valid_from=starts,
        )
        for body in bodies
        for row in data["seals"]
        if row["kind"] == body.kind and body.pk not in held
    )
    return Seal.objects.count()
