"""A URL that nobody declared must not go into production: `manage.py check` fails on it."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from common.access import declared_urls


@register(Tags.security)
def every_url_has_a_policy(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    return [
        Error(
            f"The URL '{url.route}' ({url.name or 'unnamed'}) has no access policy.",
            hint="Put @access(PUBLIC | SIGNED_IN | RESIDENT | STAFF | power(…)) on the view.",
            id="common.E002",
        )
        for url in declared_urls()
        if url.policy is None
    ]
