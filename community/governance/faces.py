"""Which of the three faces a page wears: it goes by where somebody works, not by what the page is about."""

from community.governance.enums import BodyKind, Power
from community.governance.scopes import Scope


def layout_of(scope: Scope) -> str:
    """The template to extend: residents have theirs, whoever works on cases or data has the lists and keys of the
    counter, at a station or in an office; all others decide and look at figures."""
    if scope.is_resident:
        return "resident.html"
    is_counter = scope.body_kind == BodyKind.SERVICE_STATION
    works = is_counter or scope.has(Power.READ_CASES) or scope.has(Power.IMPORT_DATA)
    return "counter.html" if works else "official.html"
