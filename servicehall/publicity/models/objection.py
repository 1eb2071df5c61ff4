"""异议: anybody may object to what is public, with or without a name. A case of its own, with a day."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.fields import EncryptedTextField
from common.ids import uuid7
from community.governance.models import Post
from servicehall.publicity.enums import UNSETTLED, ObjectionState, ObjectionWay
from servicehall.publicity.models.notice import PublicNotice
from servicehall.publicity.querysets import ObjectionQuerySet


class Objection(models.Model):
    """What somebody said against a notice. No account and no address is kept of who says it.

    `code` is what the objector takes along: whoever holds it reads the answer. `key` names one filled-in
    form, so that the same form sent twice is one objection.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="objections")
    code = models.CharField(_("查询编号"), max_length=16, unique=True)
    key = models.UUIDField(unique=True)
    way = models.CharField(_("提出方式"), max_length=10, choices=ObjectionWay.choices)
    words = EncryptedTextField(_("异议内容"))
    name = EncryptedTextField(_("姓名"), null=True)
    phone = EncryptedTextField(_("联系电话"), null=True)
    filed_at = models.DateTimeField(_("提出时间"))
    filed_with = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(_("最晚答复"))
    state = models.CharField(_("状态"), max_length=14, choices=ObjectionState.choices)
    inquiry = models.TextField(_("核查经过"), blank=True)
    answer = models.TextField(_("答复"), blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    answered_user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("异议")
        verbose_name_plural = _("异议")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=ObjectionWay.values), name="objection_way_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ObjectionState.values), name="objection_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ObjectionState.UPHELD, ObjectionState.NOT_UPHELD])
                | ~Q(answer="") & ~Q(inquiry=""),
                name="objection_answered_with_reasons",
            ),
        ]
        indexes = [
            models.Index(
                fields=["notice", "due_on"],
                condition=Q(state__in=sorted(UNSETTLED)),
                name="objection_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_anonymous(self) -> bool:
        return not self.name and not self.phone
