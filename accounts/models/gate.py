"""How often somebody failed to sign in, per account and address. Accounts stand here as keyed hashes."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.querysets import GateQuerySet


class SignInGate(models.Model):
    account = models.CharField(max_length=64)
    ip = models.CharField(_("地址"), max_length=45, blank=True)
    failures = models.PositiveIntegerField(_("失败次数"), default=0)
    failed_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField(null=True)  # last sign-in that succeeded

    objects: ClassVar = GateQuerySet.as_manager()

    class Meta:
        verbose_name = _("登录尝试")
        verbose_name_plural = _("登录尝试")
        constraints = [models.UniqueConstraint("account", "ip", name="gate_account_ip")]

    @override
    def __str__(self) -> str:
        return f"{self.account[:8]} {self.failures}"
