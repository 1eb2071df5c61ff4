"""留言: what the applicant and the body that has his case write to each other. Remarks among staff are elsewhere."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.fields import EncryptedTextField
from common.ids import uuid7
from community.governance.models import Post
from servicehall.cases.models.case import Case
from servicehall.cases.querysets import CaseMessageQuerySet


class CaseMessage(models.Model):
    """One message on a case. `read_at`: the other side has seen it. `settled_at`: the body has answered a
    message of the applicant, or has noted that it needs no answer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="messages")
    is_from_applicant = models.BooleanField(_("申请人写的"))
    text = EncryptedTextField(_("留言"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    post_label = models.CharField(max_length=140, blank=True)
    at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("已读时间"), null=True)
    settled_at = models.DateTimeField(_("处理时间"), null=True)

    objects = CaseMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("留言")
        verbose_name_plural = _("留言")
        ordering = ["case_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_from_applicant=True, post__isnull=True)
                | Q(is_from_applicant=False, post__isnull=False, settled_at__isnull=True),
                name="message_has_a_side",
            ),
        ]
        indexes = [
            models.Index(
                fields=["case"],
                condition=Q(is_from_applicant=True, settled_at__isnull=True),
                name="message_unanswered",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
