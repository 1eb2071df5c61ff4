"""What our views need of a request; the scope itself lives in community.governance, above us."""

from typing import Protocol

from django.http import HttpRequest

from accounts.audit import Actor
from notifications.querysets import Viewer


class ActingViewer(Viewer, Actor, Protocol):
    """Somebody who looks and acts."""

    @property
    def body_path(self) -> str: ...


class ScopedRequest(HttpRequest):
    scope: ActingViewer
