"""What the pages of the editor share: the version at hand, and the names of what it points to."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404

from community.governance.enums import BodyKind
from community.governance.models import Body
from community.governance.scopes import PortalRequest
from servicehall.catalogue import actions
from servicehall.catalogue.forms_parts import Among
from servicehall.catalogue.models import ItemVersion, Window
from servicehall.catalogue.wording import in_words

HTTP_INVALID = 422


def versions_of(request: PortalRequest, code: str) -> list[ItemVersion]:
    """Every version of an item, the newest first; 404 where there is none to see."""
    found = ItemVersion.objects.visible_to(request.scope).filter(item_id=code)
    versions = list(
        found.select_related("changed_by", "proposed_by", "published_by").order_by("-number")
    )
    if not versions:
        raise Http404
    return versions


def names() -> dict[str, Mapping[str, str]]:
    """Windows, departments and kinds of benefit by code, in the language of the reader."""
    bodies = (
        Body.objects.public()
        .filter(kind__in=[BodyKind.DEPARTMENT, BodyKind.COMMUNITY_OFFICE])
        .select_related("place")
        .order_by("code")
    )
    departments: dict[str, str] = {}
    for body in bodies:
        # Each district has one; the item names the sort.
        departments.setdefault(body.key, body.label.removeprefix(body.place.label))
    windows = {window.code: window.label for window in Window.objects.public().order_by("number")}
    kinds = actions.benefit_kinds()
    return {
        "windows": windows,
        "departments": departments,
        "benefits": {kind: in_words(found.get("name")) or kind for kind, found in kinds.items()},
        "proved": {
            kind: in_words(found.get("name")) or kind
            for kind, found in kinds.items()
            if found.get("life_proof_months")
        },
    }


def among(content: Mapping[str, Any]) -> Among:
    """What can be chosen in this content."""
    pages = [(page["key"], in_words(page.get("title"))) for page in content.get("pages") or []]
    fields = [
        (row["key"], in_words(row.get("label")))
        for row in content.get("fields") or []
        if row.get("type") in {"file", "text", "longtext"}
    ]
    known = {key: dict(found) for key, found in names().items()}
    # What stands in the content can be chosen again, whatever became of it since.
    own = content.get("benefit") or {}
    if kind := own.get("kind"):
        known["benefits"].setdefault(kind, in_words(own.get("name")) or kind)
    for kind in content.get("proves_life") or ():
        known["proved"].setdefault(kind, kind)
    lists = {key: list(found.items()) for key, found in known.items()}
    return {**lists, "pages": pages, "fields": fields}


def before_of(version: ItemVersion, versions: list[ItemVersion]) -> ItemVersion | None:
    """The version before this one."""
    return next((other for other in versions if other.number < version.number), None)
