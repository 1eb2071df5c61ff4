"""Files that nobody has a reason to open: whoever does is asked why (security.md T3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from residents.base.models.person import Person
from residents.base.querysets import CanaryQuerySet
from residents.base.ties import OnMerge, Tie, declare


class Canary(models.Model):
    """A person marked by a security administrator. A table of its own: no page about persons reads it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    marked_by = models.UUIDField(null=True)
    marked_at = models.DateTimeField(_("标记时间"))

    objects = CanaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("预警档案")
        verbose_name_plural = _("预警档案")

    def __str__(self) -> str:
        return str(self.pk)


declare(Tie("residents.Canary", "person", OnMerge.MOVE, _("预警档案")))
