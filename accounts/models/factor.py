"""The second factor of a user: a TOTP device (RFC 6238) and one-time recovery codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.user import User
from common.fields import EncryptedTextField
from common.ids import uuid7


class Totp(models.Model):
    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="totp")
    secret: EncryptedTextField[str, str] = EncryptedTextField()  # base32
    last_step = models.BigIntegerField(default=0)  # a code counts once: later codes only
    confirmed_at = models.DateTimeField(_("启用时间"), null=True)

    class Meta:
        verbose_name = _("动态口令")
        verbose_name_plural = _("动态口令")

    @override
    def __str__(self) -> str:
        return str(self.user_id)


class RecoveryCode(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("备用码")
        verbose_name_plural = _("备用码")
        constraints = [models.UniqueConstraint("user", "digest", name="recovery_code_once")]

    @override
    def __str__(self) -> str:
        return str(self.id)
