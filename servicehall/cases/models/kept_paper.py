"""我的材料: papers that somebody uploads once and uses in any filing. Each use is a copy of its own."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.ids import uuid7
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from servicehall.cases.enums import PaperKind
from servicehall.cases.querysets import KeptPaperQuerySet


class KeptPaper(models.Model):
    """A file that passed common.uploads, of its owner alone. `doubts`: why a photograph may be hard to read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(_("种类"), max_length=12, choices=PaperKind.choices)
    title = models.CharField(_("名称"), max_length=120)
    expires_on = models.DateField(_("有效期到"), null=True)
    file_kind = models.CharField(max_length=4)
    size = models.PositiveIntegerField()
    stored_as = models.CharField(max_length=80, unique=True)
    doubts = models.JSONField(default=list)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("上传时间"))

    objects = KeptPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("我的材料")
        verbose_name_plural = _("我的材料")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PaperKind.values), name="paper_kind_known"),
        ]
        indexes = [models.Index(fields=["person"], name="kept_paper_of_person")]

    def __str__(self) -> str:
        return self.title


declare(Tie("servicehall.KeptPaper", "person", OnMerge.MOVE, _("我的材料")))
