"""Pure rules of a case: who is barred, what a number is made of."""

import uuid
from collections.abc import Collection
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


def barred(
    user_id: uuid.UUID | None,
    *,
    concerned: Collection[uuid.UUID | None],
    acted: Collection[uuid.UUID | None],
) -> Text | None:
    """Why a person may not act on a case: it is his own or his household's, or he already acted in another post.

    Separation of duty compares persons, not posts (domain S7, security.md T19).
    """
    if user_id in concerned:
        return _("您或您的家庭成员是申请人，请回避，由其他同事办理。")
    if user_id in acted:
        return _("您已办理过本件的其他环节，请由其他同事办理这一环节。")
    return None


def case_number(point: str, day: date, serial: int) -> str:
    """办件编号 without its check digit: acceptance point 12 + YYYYMMDD + serial 5 digits."""
    return f"{point[:12]:0<12}{day:%Y%m%d}{serial % 100_000:05d}"
