"""Where other systems want to hear of events, and every event on its way to them: an outbox of its own."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from notifications.enums import DeliveryState, EndpointEnd
from notifications.querysets import WebhookDeliveryQuerySet, WebhookEndpointQuerySet


class WebhookEndpoint(models.Model):
    """An address of another system. While its secret is changed the old one signs as well, for a day.

    `body_key` is the key of the body that owns it; `keeper` is the account that is told when it fails.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.CharField(_("接收方"), max_length=80)
    body_key = models.CharField(_("机构代码"), max_length=80)
    place_path = models.CharField(max_length=255)
    url = models.CharField(_("推送地址"), max_length=500)
    events = ArrayField(models.CharField(max_length=60), verbose_name=_("事件"))
    secret = EncryptedTextField(_("签名密钥"))
    old_secret = EncryptedTextField(_("原签名密钥"), null=True)
    old_until = models.DateTimeField(null=True)
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    is_active = models.BooleanField(_("启用"), default=True)
    ended_at = models.DateTimeField(_("停用时间"), null=True)
    end = models.CharField(
        _("停用原因"), max_length=10, choices=EndpointEnd.choices, blank=True, default=""
    )
    failures = models.PositiveIntegerField(_("连续失败次数"), default=0)
    failing_since = models.DateTimeField(_("开始失败时间"), null=True)
    created_at = models.DateTimeField(_("登记时间"))

    objects: ClassVar = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("推送地址")
        verbose_name_plural = _("推送地址")
        constraints = [
            models.CheckConstraint(
                condition=Q(end__in=["", *EndpointEnd.values]), name="endpoint_end_known"
            ),
            models.CheckConstraint(
                condition=Q(is_active=True, ended_at__isnull=True)
                | Q(is_active=False, ended_at__isnull=False),
                name="endpoint_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(old_secret__isnull=True, old_until__isnull=True)
                | Q(old_secret__isnull=False, old_until__isnull=False),
                name="endpoint_old_secret_ends",
            ),
        ]
        indexes = [models.Index(fields=["body_key"], name="endpoint_by_body")]

    def __str__(self) -> str:
        return self.owner


class WebhookDelivery(models.Model):
    """One event for one endpoint. Its id is the `webhook-id`, the same at every try and replay."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, related_name="deliveries", db_index=False
    )
    event = models.CharField(_("事件"), max_length=60)
    key = models.CharField(_("事件键"), max_length=120)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("发生时间"))

    state = models.CharField(_("状态"), max_length=10, choices=DeliveryState.choices)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(_("次数"), default=0)
    last_status = models.PositiveSmallIntegerField(_("应答"), null=True)
    last_error = models.CharField(_("原因"), max_length=40, blank=True)
    milliseconds = models.PositiveIntegerField(_("用时"), null=True)
    sent_at = models.DateTimeField(_("送达时间"), null=True)

    objects: ClassVar = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("推送记录")
        verbose_name_plural = _("推送记录")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "key"], name="delivery_once_per_endpoint"),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=Q(lease_until__isnull=False) | ~Q(state=DeliveryState.SENDING),
                name="delivery_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False) | ~Q(state=DeliveryState.SENT),
                name="delivery_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="delivery_log"),
            models.Index(
                fields=["not_before"],
                name="delivery_due",
                condition=Q(state__in=[DeliveryState.DUE, DeliveryState.FAILED]),
            ),
            models.Index(
                fields=["lease_until"],
                name="delivery_leased",
                condition=Q(state=DeliveryState.SENDING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.state}"
