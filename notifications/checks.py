"""System check: no kind of message may say in an SMS what does not belong there."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from notifications import kinds


@register("notifications")
def check_kinds(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[CheckMessage]:
    languages = tuple(code for code, _name in settings.LANGUAGES)
    return [
        Error(f"Message kind {kind.code}: {fault}.", id="notifications.E001")
        for kind in kinds.all_kinds()
        for fault in kinds.faults(kind, languages)
    ]
