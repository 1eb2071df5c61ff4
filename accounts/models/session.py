"""One sign-in on one device, so that its owner can see it and end it."""

from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.querysets import SessionQuerySet


class Session(AbstractBaseSession):
    """`session_key` is the SHA-256 of the cookie: a stolen table opens no session."""

    session_key = models.CharField(primary_key=True, max_length=64)
    user_id = models.UUIDField(null=True, db_index=True)
    created_at = models.DateTimeField(_("登录时间"))
    last_seen_at = models.DateTimeField(_("最近使用"))
    ip = models.GenericIPAddressField(_("地址"), null=True)
    label = models.CharField(_("设备"), max_length=80, blank=True)

    objects: ClassVar = SessionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(AbstractBaseSession.Meta):
        verbose_name = _("登录")  # type: ignore[assignment]
        verbose_name_plural = _("登录")  # type: ignore[assignment]

    @override
    @classmethod
    def get_session_store_class(cls) -> type:
        from accounts.sessions import SessionStore

        return SessionStore
