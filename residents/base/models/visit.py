"""A file that a post has opened for a stated purpose: what makes a clerk's look at it last, and end."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from residents.base.models.person import Person
from residents.base.querysets import VisitQuerySet


class Visit(models.Model):
    """The purpose that a post gave for opening a person's file, and until when it holds.

    It also reaches a person of another community who stands at this counter with his document (通办):
    opened by the full number and for this visit only.
    """

    post_id = models.UUIDField()
    person = models.ForeignKey(Person, models.CASCADE, related_name="visits")
    purpose = models.CharField(_("目的"), max_length=20)
    until = models.DateTimeField(_("有效至"))

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("档案查看")
        verbose_name_plural = _("档案查看")
        constraints = [models.UniqueConstraint("post_id", "person", name="visit_once")]
        indexes = [models.Index(fields=["until"], name="visit_until")]

    def __str__(self) -> str:
        return str(self.pk)
