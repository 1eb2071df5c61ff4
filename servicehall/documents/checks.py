"""`manage.py check` says which fonts of letters are missing before a resident does."""

from typing import Any

from django.core import checks


@checks.register(checks.Tags.compatibility)
def fonts_are_there(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    from servicehall.documents.pdf import fonts

    lacking = fonts.missing()
    if not lacking:
        return []
    return [
        checks.Info(
            f"Letters have no fonts of their own for: {', '.join(lacking)}.",
            hint="Install the fonts named in docs/operate.md, or set DOCUMENT_FONTS.",
            id="documents.I001",
        )
    ]
