"""The frame around a page that people of different faces open."""

from community.governance.enums import BodyKind
from community.governance.scopes import Scope


def layout(scope: Scope) -> str:
    """Whoever works at a counter stays there; all others are at the officials' desk."""
    return "counter.html" if scope.body_kind == BodyKind.SERVICE_STATION else "official.html"
