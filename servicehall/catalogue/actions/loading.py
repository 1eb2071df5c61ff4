"""Load the catalogue files: windows, items, certificates that may not be issued. Repeats change nothing."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import plain
from common.errors import Invalid
from common.names import initials, pinyin_key
from community.governance.workdays import LimitUnit
from servicehall.catalogue.enums import ItemKind, VersionState, WindowMode
from servicehall.catalogue.models import (
    HallLimit,
    ItemVersion,
    NegativeCertificate,
    RatingQuestions,
    ServiceItem,
    Window,
)

DATA = Path(__file__).resolve().parent.parent / "data"
UNITS = {"workday": LimitUnit.WORKDAYS, "day": LimitUnit.DAYS, "hour": LimitUnit.HOURS}
MODES = {"dedicated": WindowMode.SPECIAL, "integrated": WindowMode.INTEGRATED}


def load_catalogue(folder: Path = DATA) -> dict[str, int]:
    """Bring the database to what the files say; returns how many rows of each kind there are.

    A file whose content changed makes a new version from its own date on; cases keep the version
    under which they were filed.
    """
    with transaction.atomic():
        windows = _load_windows(_read(folder / "windows.yaml"))
        items = [_load_item(_read(path)) for path in sorted((folder / "items").glob("*.yaml"))]
        negative = _load_negative(_read(folder / "negative.yaml"))
        limits = _load_limits(_read(folder / "limits.yaml"))
        rating = _load_rating(_read(folder / "rating.yaml"))
    return {
        "windows": windows,
        "items": len(items),
        "negative": negative,
        "limits": limits,
        "rating": rating,
    }


def _read(path: Path) -> dict[str, Any]:
    data = plain.read(path)
    if not isinstance(data, dict):
        raise Invalid(
            "file_unreadable", _("数据文件格式不对，请对照说明检查。"), {"file": path.name}
        )
    return data


def _load_windows(data: Mapping[str, Any]) -> int:
    for row in data["windows"]:
        Window.objects.update_or_create(
            code=row["code"],
            defaults={
                "number": row["number"],
                "name": row["name"],
                "description": row["short"],
                "mode": MODES[row["mode"]],
                "is_general": row["general"],
                "source": row.get("source") or data.get("source", "")[:120],
                "as_of": data["as_of"],
            },
        )
    return len(data["windows"])


def _load_limits(data: Mapping[str, Any]) -> int:
    # Closed rows first: a limit that ends and the one that follows it may not overlap even for a moment.
    rows = sorted(data["limits"], key=lambda row: row["valid_from"])
    for row in rows:
        HallLimit.objects.update_or_create(
            code=row["code"],
            valid_from=row["valid_from"],
            defaults={key: row[key] for key in ("name", "value", "unit", "basis", "valid_to")},
        )
    return len(rows)


def _load_rating(data: Mapping[str, Any]) -> int:
    # Closed versions first, for the same reason.
    rows = sorted(data["versions"], key=lambda row: row["valid_from"])
    for row in rows:
        RatingQuestions.objects.update_or_create(
            number=row["number"],
            defaults={
                "content": {place: row[place] for place in ("online", "onsite")},
                "source": {"zh": data["source"], "en": data["source_en"]},
                "valid_from": row["valid_from"],
                "valid_to": row["valid_to"],
            },
        )
    return len(rows)


def _load_item(content: dict[str, Any]) -> ItemVersion:
    item, _new = ServiceItem.objects.update_or_create(
        code=content["code"], defaults={"window_id": content["window"]}
    )
    content = _jsonable(content)
    columns = _columns(content)
    latest = item.versions.order_by("-number").first()
    if latest is not None and latest.content == content:
        return latest
    starts = max(date.fromisoformat(content["as_of"]), latest.valid_from if latest else date.min)
    if latest is not None and latest.valid_from == starts:
        # The same day: nothing could yet be decided under it that the new text does not also say.
        for key, value in columns.items():
            setattr(latest, key, value)
        latest.save()
        return latest
    if latest is not None:
        latest.valid_to = starts
        latest.state = VersionState.RETIRED
        latest.save(update_fields=["valid_to", "state"])
    return ItemVersion.objects.create(
        item=item,
        number=latest.number + 1 if latest else 1,
        state=VersionState.PUBLISHED,
        valid_from=starts,
        **columns,
    )


def _columns(content: dict[str, Any]) -> dict[str, Any]:
    statutory, promised = content["limits"]["statutory"], content["limits"]["promised"]
    return {
        "name": content["name"],
        "kind": ItemKind(content["kind"]),
        "statutory_amount": statutory["days"],
        "statutory_unit": UNITS[statutory["unit"]],
        "promised_amount": promised["days"],
        "promised_unit": UNITS[promised["unit"]],
        "department": content.get("department") or "",
        "any_station": bool(content.get("any_station")),
        "content": content,
        "search_text": search_text(content),
    }


def search_text(content: Mapping[str, Any]) -> str:
    """One term a line: names, everyday words, their pinyin and initials, English; all lower case."""
    terms = [content["name"]["zh"], *content["search"]["synonyms"]]
    lines = [content["code"], content["name"]["en"], *content["search"].get("synonyms_en", [])]
    for term in terms:
        lines += [term, pinyin_key(term).replace(" ", ""), *initials(term)]
    return "\n".join(dict.fromkeys(line.lower() for line in lines if line))


def _load_negative(data: Mapping[str, Any]) -> int:
    rows = data["certificates"]
    for row in rows:
        NegativeCertificate.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "office": row["office"],
                "note": row.get("note") or {},
                "item_id": row.get("item"),
                "exception": row.get("exception") or {},
                "synonyms": [*(row.get("synonyms") or []), *(row.get("synonyms_en") or [])],
            },
        )
    return len(rows)


def _jsonable(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _jsonable(entry) for key, entry in value.items()}
    return [_jsonable(entry) for entry in value] if isinstance(value, list) else value
