"""Password rules: long enough, not common, not the name. No compositions, no forced change."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, ngettext

from accounts.enums import UserKind


class LengthByKind:
    """Staff hold other people's files and choose longer ones. A new account counts as staff."""

    def __init__(self, staff: int = 12, resident: int = 8) -> None:
        self.lengths = {UserKind.STAFF.value: staff, UserKind.RESIDENT.value: resident}

    def least(self, user: Any) -> int:
        return self.lengths.get(getattr(user, "kind", ""), max(self.lengths.values()))

    def validate(self, password: str, user: Any = None) -> None:
        least = self.least(user)
        if len(password) < least:
            raise ValidationError(
                ngettext(
                    "密码太短，至少需要 %(least)d 个字符。",
                    "密码太短，至少需要 %(least)d 个字符。",
                    least,
                )
                % {"least": least},
                code="password_too_short",
            )

    def get_help_text(self) -> str:
        return _("可以用一句容易记住的话。")
