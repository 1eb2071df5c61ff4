"""WSGI entry point."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from common.frames import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

portal = get_wsgi_application()


@with_room
def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    return portal(environ, start_response)
