"""Load the catalogue files: windows, items, certificates that may not be issued. Repeats change nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from common import plain
from common.errors import Invalid
from common.rows import bring
from servicehall.catalogue.actions.columns import columns_of, digest, jsonable
from servicehall.catalogue.enums import VersionState, WindowMode
from servicehall.catalogue.models import (
    Bundle,
    HallLimit,
    ItemVersion,
    NegativeCertificate,
    RatingQuestions,
    ServiceItem,
    Window,
)

DATA = Path(__file__).resolve().parent.parent / "data"
OPEN = [VersionState.DRAFT, VersionState.WAITING]
MODES = {"dedicated": WindowMode.SPECIAL, "integrated": WindowMode.INTEGRATED}


def load_catalogue(folder: Path = DATA) -> dict[str, int]:
    """Bring the database to what the files say; returns how many rows of each kind there are.

    A file whose content changed makes a new version from its own date on; cases keep the version
    under which they were filed. What people have published in the editor since is left alone.
    """
    with transaction.atomic():
        windows = _load_windows(_read(folder / "windows.yaml"))
        items = _load_items([_read(path) for path in sorted((folder / "items").glob("*.yaml"))])
        negative = _load_negative(_read(folder / "negative.yaml"))
        limits = _load_limits(_read(folder / "limits.yaml"))
        rating = _load_rating(_read(folder / "rating.yaml"))
        bundles = _load_bundles(_read(folder / "bundles.yaml"))
    return {
        "windows": windows,
        "items": items,
        "negative": negative,
        "limits": limits,
        "rating": rating,
        "bundles": bundles,
    }


def _read(path: Path) -> dict[str, Any]:
    data = plain.read(path)
    if not isinstance(data, dict):
        raise Invalid(
            "file_unreadable", _("数据文件格式不对，请对照说明检查。"), {"file": path.name}
        )
    return data


def _load_windows(data: Mapping[str, Any]) -> int:
    rows = [
        {
            "code": row["code"],
            "number": row["number"],
            "name": row["name"],
            "description": row["short"],
            "mode": MODES[row["mode"]],
            "is_general": row["general"],
            "source": row.get("source") or data.get("source", "")[:120],
            "as_of": data["as_of"],
        }
        for row in data["windows"]
    ]
    return bring(Window, rows, by=["code"])


def _load_limits(data: Mapping[str, Any]) -> int:
    columns = ("code", "valid_from", "name", "value", "unit", "basis", "valid_to")
    return bring(HallLimit, [{key: row[key] for key in columns} for row in data["limits"]])


def _load_rating(data: Mapping[str, Any]) -> int:
    rows = [
        {
            "number": row["number"],
            "content": {place: row[place] for place in ("online", "onsite")},
            "source": {"zh": data["source"], "en": data["source_en"]},
            "valid_from": row["valid_from"],
            "valid_to": row["valid_to"],
        }
        for row in data["versions"]
    ]
    return bring(RatingQuestions, rows, by=["number"])


def _load_bundles(data: Mapping[str, Any]) -> int:
    # Closed versions first, for the same reason.
    rows = sorted(data["bundles"], key=lambda row: (row["code"], row["valid_from"]))
    for row in rows:
        _load_bundle(row)
    return len(rows)


def _load_bundle(row: Mapping[str, Any]) -> None:
    """As an item: a row that changed makes a version from its own day on; what people published stays."""
    mark = digest(jsonable(dict(row)))
    versions = Bundle.objects.filter(code=row["code"])
    latest = versions.exclude(state__in=OPEN).order_by("-number").first()
    if latest is not None and (not latest.file_digest or versions.filter(file_digest=mark)):
        return
    values = {key: row[key] for key in ("name", "short", "items", "basis", "valid_to")}
    values |= {"file_digest": mark}
    if latest is not None and latest.valid_from == row["valid_from"]:
        versions.filter(pk=latest.pk).update(**values)
        return
    if latest is not None and (latest.valid_to is None or latest.valid_to > row["valid_from"]):
        latest.valid_to = row["valid_from"]
        latest.save(update_fields=["valid_to"])
    Bundle.objects.create(
        code=row["code"],
        number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        state=VersionState.PUBLISHED,
        valid_from=row["valid_from"],
        **values,
    )


def _load_items(contents: Sequence[dict[str, Any]]) -> int:
    items = ServiceItem.objects.in_bulk([content["code"] for content in contents])
    fresh = [
        ServiceItem(code=content["code"], window_id=content["window"])
        for content in contents
        if content["code"] not in items
    ]
    items |= {item.code: item for item in ServiceItem.objects.bulk_create(fresh)}
    for content in contents:
        _load_item(items[content["code"]], jsonable(content))
    return len(contents)


def _load_item(item: ServiceItem, content: dict[str, Any]) -> ItemVersion:
    mark = digest(content)
    versions = item.versions.exclude(state__in=OPEN)
    latest = versions.order_by("-number").first()
    if latest is not None and _is_peoples(item, latest, mark):
        return latest
    if item.window_id != content["window"]:
        item.window_id = content["window"]
        item.save(update_fields=["window"])
    columns = {**columns_of(_with_added(content, latest)), "file_digest": mark}
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
        number=(item.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        state=VersionState.PUBLISHED,
        valid_from=starts,
        **columns,
    )


def _is_peoples(item: ServiceItem, latest: ItemVersion, mark: str) -> bool:
    """Whether the file has nothing to say: it is loaded already, or people have published or retired since."""
    is_retired = latest.state == VersionState.PUBLISHED and latest.valid_to is not None
    return not latest.file_digest or is_retired or item.versions.filter(file_digest=mark).exists()


def _with_added(content: dict[str, Any], latest: ItemVersion | None) -> dict[str, Any]:
    """What staff made of searches in vain stays, whatever a file says."""
    added = latest.content["search"].get("added", []) if latest else []
    return {**content, "search": {**content["search"], "added": added}} if added else content


def _load_negative(data: Mapping[str, Any]) -> int:
    rows = [
        {
            "code": row["code"],
            "name": row["name"],
            "office": row["office"],
            "note": row.get("note") or {},
            "item_id": row.get("item"),
            "exception": row.get("exception") or {},
            "synonyms": [*(row.get("synonyms") or []), *(row.get("synonyms_en") or [])],
        }
        for row in data["certificates"]
    ]
    return bring(NegativeCertificate, rows, by=["code"])
