"""A post as it went on record, in Chinese whoever acted, for a reader of another language.

The one place that translates them: the body by its English name, the role by its own. What has no English name, as a
title that somebody typed, stays as it is written.
"""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import get_language, gettext as _, override

from community.governance.enums import Role
from community.governance.models import Body

MARK = " · "
SECONDS = 300  # a new English name is read after that long


def post_read(recorded: str) -> str:
    """ "墨香梨园社区服务站 · 窗口人员" is "Moxiang Liyuan Community Service Station · window clerk" in English."""
    body, mark, role = recorded.rpartition(MARK)
    if get_language() == settings.LANGUAGE_CODE or not mark:
        return recorded
    return f"{_bodies().get(body) or body}{MARK}{_role(role)}"


def _bodies() -> dict[str, str]:
    found: Any = cache.get_or_set(
        "governance:names-en",
        lambda: dict(Body.objects.exclude(name_en="").values_list("name", "name_en")),
        SECONDS,
    )
    return dict(found)


def _role(name: str) -> str:
    with override(settings.LANGUAGE_CODE):
        roles = {str(role.label): role for role in Role}
        deputy = _("代理%(role)s") % {"role": ""}
    if name in roles:
        return str(roles[name].label)
    acting = roles.get(name.removeprefix(deputy))
    return _("代理%(role)s") % {"role": acting.label} if acting else name
