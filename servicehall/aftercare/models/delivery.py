"""送达: how a result came into the hands of its applicant, or of whom."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from servicehall.aftercare.enums import ProxyRelation, Receiver
from servicehall.aftercare.querysets import DeliveryQuerySet
from servicehall.cases.enums import DeliveryWay
from servicehall.cases.models import Case, CaseEvent


class Delivery(models.Model):
    """One delivery. A case that was reopened and decided again is delivered again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="deliveries")
    event = models.OneToOneField(CaseEvent, models.PROTECT, related_name="+")
    way = models.CharField(_("送达方式"), max_length=10, choices=DeliveryWay.choices)
    receiver = models.CharField(_("收件人"), max_length=6, choices=Receiver.choices)
    proxy_name = EncryptedTextField(_("代收人姓名"), null=True)
    proxy_relation = models.CharField(
        _("与申请人的关系"), max_length=10, choices=ProxyRelation.choices, blank=True
    )
    is_signed = models.BooleanField(_("已签收"), default=False)
    tracking_number = EncryptedTextField(_("快递单号"), null=True)
    delivered_on = models.DateField(_("送达日期"))
    is_in_time = models.BooleanField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("送达记录")
        verbose_name_plural = _("送达记录")
        ordering = ["case_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=DeliveryWay.values), name="delivery_way_known"
            ),
            models.CheckConstraint(
                condition=Q(receiver__in=Receiver.values), name="delivery_receiver_known"
            ),
            models.CheckConstraint(
                condition=Q(receiver="self", proxy_relation="", proxy_name__isnull=True)
                | Q(
                    receiver="proxy",
                    proxy_relation__in=ProxyRelation.values,
                    proxy_name__isnull=False,
                ),
                name="delivery_proxy_relation_known",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
