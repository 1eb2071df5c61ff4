"""The audit trail: rows are only ever inserted, then sealed once into a hash chain.

The database itself refuses everything else (migration 0002). There are no foreign keys on purpose:
an entry must survive whatever it speaks of, and must never stop a deletion that the law demands.
"""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.querysets import AuditQuerySet, SealDelayQuerySet


class AuditEntry(models.Model):
    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("时间"))
    action = models.CharField(_("动作"), max_length=60)
    user_id = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    post_label = models.CharField(_("岗位"), max_length=120, blank=True)
    body_id = models.UUIDField(null=True)
    target_type = models.CharField(max_length=80, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    person_id = models.UUIDField(null=True)  # whose file was touched
    place_path = models.CharField(max_length=200, blank=True)
    reason = models.CharField(_("事由"), max_length=500, blank=True)
    detail = models.JSONField(default=dict)  # field names, ids and codes
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=40, blank=True)
    seal_no = models.BigIntegerField(null=True, unique=True)  # given by the sealer, 1, 2, 3 …
    chain = models.BinaryField(null=True)  # SHA-256(chain of seal_no - 1, this row)

    objects: ClassVar = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        indexes = [
            models.Index(
                fields=["person_id", "-id"],
                name="audit_person",
                condition=Q(person_id__isnull=False),
            ),
            models.Index(fields=["user_id", "-id"], name="audit_user"),
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_target"),
            BrinIndex(fields=["at"], name="audit_at"),  # grows with time alone, like the table
            models.Index(fields=["id"], name="audit_unsealed", condition=Q(seal_no__isnull=True)),
            # Departments pull what has changed of persons, in the order of the seals.
            models.Index(
                fields=["seal_no"], name="audit_changes", condition=Q(action="person.changed")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(seal_no__isnull=True, chain__isnull=True)
                | Q(seal_no__gt=0, chain__isnull=False),
                name="audit_sealed_whole",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.id} {self.action}"


class AuditSeal(models.Model):
    """One sealed batch: the signed head of the chain, as it was also written to the anchor outside."""

    last_no = models.BigIntegerField(primary_key=True)
    first_no = models.BigIntegerField()
    head = models.BinaryField()
    signature = models.BinaryField()
    key_id = models.CharField(max_length=16)
    sealed_at = models.DateTimeField()
    anchored_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("审计封存")
        verbose_name_plural = _("审计封存")
        indexes = [
            models.Index(
                fields=["last_no"], name="seal_not_anchored", condition=Q(anchored_at__isnull=True)
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.first_no}-{self.last_no}"


class SealDelay(models.Model):
    """A time in which sealing or anchoring lagged behind; told of once, when it begins (security.md G11)."""

    began_at = models.DateTimeField(_("开始"))
    ended_at = models.DateTimeField(_("结束"), null=True)

    objects: ClassVar = SealDelayQuerySet.as_manager()

    class Meta:
        verbose_name = _("封存延误")
        verbose_name_plural = _("封存延误")
        constraints = [
            models.UniqueConstraint(
                fields=["ended_at"], nulls_distinct=False, name="one_seal_delay_at_a_time"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.began_at}"
