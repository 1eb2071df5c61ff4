"""Which of the three faces a page wears: it goes by where somebody works, not by what the page is about."""

from community.governance.enums import BodyKind
from community.governance.scopes import Scope


def layout_of(scope: Scope) -> str:
    """The template to extend: residents have theirs, stations sit at the counter, all others at a desk."""
    if scope.is_resident:
        return "resident.html"
    return "counter.html" if scope.body_kind == BodyKind.SERVICE_STATION else "official.html"
