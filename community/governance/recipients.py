"""Which departments of a place may have a system that hears of events (notifications.receivers)."""

from django.utils import timezone
from django.utils.translation import get_language, gettext as _

from community.governance.enums import BodyKind
from community.governance.models import Body


def departments(place_path: str) -> list[tuple[str, str]]:
    """Key and name of each department below a place; where several districts have it, without the district's name, or
    one of them for all."""
    found: dict[str, list[Body]] = {}
    rows = Body.objects.public().on(timezone.localdate()).select_related("place")
    for body in rows.filter(kind=BodyKind.DEPARTMENT, place__path__startswith=place_path):
        found.setdefault(body.key, []).append(body)
    names = {
        key: bodies[0].label if len(bodies) == 1 else _short(bodies[0])
        for key, bodies in found.items()
    }
    return sorted(names.items(), key=lambda each: each[1])


def _short(body: Body) -> str:
    place = body.place.name_en if get_language() == "en" else body.place.name
    short = body.label.removeprefix(place).strip()
    return short if short != body.label else _("%(name)s等") % {"name": short}
