"""Which of the three faces a page wears: it goes by where somebody works, not by what the page is about."""

from community.governance.enums import BodyKind, Role
from community.governance.scopes import Scope


def layout_of(scope: Scope) -> str:
    """The template to extend: residents have theirs, stations and data clerks sit at the counter, all others at a
    desk. The data clerk of an office has the same lists and keys as one of a station."""
    if scope.is_resident:
        return "resident.html"
    is_counter = scope.body_kind == BodyKind.SERVICE_STATION or scope.role == Role.DATA_CLERK
    return "counter.html" if is_counter else "official.html"
