"""System checks: no SMS says what does not belong there, and every secret of a gateway is one."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from notifications import kinds, signing


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


@register("notifications")
def check_secrets(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[CheckMessage]:
    return [
        Error(
            f"A receipt secret of the {gateway} gateway is no secret of Standard Webhooks.",
            hint="whsec_ and the base64 of 24 to 64 random bytes.",
            id="notifications.E002",
        )
        for gateway, secrets in settings.SMS_RECEIPT_SECRETS.items()
        for secret in secrets
        if not signing.is_secret(secret)
    ]
