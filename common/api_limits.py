"""How often the API may be called. Apart from common.api, since the doors in config.api are imported before views."""

from django.conf import settings
from django.utils import timezone
from rest_framework.exceptions import Throttled

from common.ratelimit import hit


def limit(name: str, subject: str) -> None:
    """Count a call against settings.API_LIMITS[name] = (how many, seconds).

    Raises Throttled (429) with the seconds until the next window.
    """
    most, per_seconds = settings.API_LIMITS[name]
    now = timezone.now()
    if not hit(f"api.{name}", subject, most, per_seconds, now):
        raise Throttled(wait=per_seconds - now.timestamp() % per_seconds)
