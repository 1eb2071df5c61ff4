"""Somebody says that he is a person of the base and wants an account; whether it is true shows later."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from residents.base.enums import ClaimPurpose
from residents.base.models.person import Person
from residents.base.querysets import AccountClaimQuerySet

TRIES = 5


class AccountClaim(models.Model):
    """One request for a code, bound to the browser session that made it and to one purpose.

    `person` is empty where number, name and phone did not fit: such a claim looks and costs like any
    other, and no code opens it. The code itself is never stored, only its keyed digest.
    At the counter (`purpose` counter) the row only remembers until when the first password holds.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(_("用途"), max_length=10, choices=ClaimPurpose.choices)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    phone = EncryptedTextField(_("手机号"), null=True)
    code_digest = models.BinaryField(max_length=32, null=True)
    tries = models.PositiveSmallIntegerField(_("已试次数"), default=0)
    created_at = models.DateTimeField()
    expires_at = (
        models.DateTimeField()
    )  # of the code, or of the first password given at the counter
    verified_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    keep_until = models.DateTimeField()  # then the row goes

    objects = AccountClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("账号申请")
        verbose_name_plural = _("账号申请")
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=ClaimPurpose.values), name="claim_purpose_known"
            ),
            models.CheckConstraint(condition=Q(tries__lte=TRIES), name="claim_tries_limited"),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True) | Q(person__isnull=False),
                name="claim_verified_has_person",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(verified_at__isnull=False),
                name="claim_used_was_verified",
            ),
        ]
        indexes = [models.Index(fields=["keep_until"], name="claim_keep_until")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"
