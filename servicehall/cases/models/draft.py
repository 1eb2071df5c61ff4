"""What a person has typed so far. Kept on the server, encrypted, so that another device can go on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.fields import EncryptedTextField
from common.ids import uuid7
from residents.base.models import Person
from residents.base.ties import OnClash, OnMerge, Tie, declare
from servicehall.cases.querysets import DraftQuerySet, UploadQuerySet
from servicehall.catalogue.models import ItemVersion


class Draft(models.Model):
    """A filing in the making. `answers` is JSON {field key: value}; `step` is the page last reached."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="+")
    applicant = models.ForeignKey(Person, models.PROTECT, related_name="+")
    # 一件事: the joint form of which it is a part.
    family = models.ForeignKey(
        "servicehall.CaseFamily", models.SET_NULL, null=True, related_name="drafts"
    )
    answers = EncryptedTextField(_("填写内容"), null=True)
    step = models.CharField(max_length=40, blank=True)
    is_filed = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("草稿")
        verbose_name_plural = _("草稿")
        constraints = [
            models.UniqueConstraint(
                "owner", "version", "applicant", condition=Q(is_filed=False), name="one_open_draft"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Upload(models.Model):
    """A file that passed common.uploads. Stored under a random name, encrypted; never served inline."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    draft = models.ForeignKey(Draft, models.CASCADE, null=True, related_name="uploads")
    case = models.ForeignKey("servicehall.Case", models.PROTECT, null=True, related_name="uploads")
    # A file of a message is no paper of the case: it hangs on both.
    message = models.ForeignKey(
        "servicehall.CaseMessage", models.PROTECT, null=True, related_name="uploads"
    )
    field = models.CharField(_("材料"), max_length=60)
    title = models.CharField(_("文件说明"), max_length=120)
    kind = models.CharField(max_length=4)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=80, unique=True)
    # Why a photograph may be hard to read (common.pictures.doubts); it is taken all the same.
    doubts = models.JSONField(default=list)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("上传文件")
        verbose_name_plural = _("上传文件")
        constraints = [
            models.CheckConstraint(
                condition=Q(draft__isnull=False) | Q(case__isnull=False), name="upload_belongs"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


# Uploads hang on a draft: where the person that stays has one of the same service, this one stays where it is.
declare(Tie("servicehall.Draft", "applicant", OnMerge.MOVE, _("草稿"), OnClash.STAY))
