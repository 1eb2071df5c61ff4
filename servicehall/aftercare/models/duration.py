"""一般要多久: how long real cases of an item took in a place, counted each night."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from community.governance.models import Place
from servicehall.aftercare.querysets import DurationQuerySet
from servicehall.catalogue.models import ServiceItem


class ExpectedDuration(models.Model):
    """Calendar days from when everything was in our hands to the decision, without the time a case was
    parked. Only where enough cases were decided: fewer say nothing, and might tell of somebody."""

    item = models.ForeignKey(ServiceItem, models.CASCADE, related_name="+")
    place = models.ForeignKey(Place, models.CASCADE, related_name="+")
    cases = models.PositiveIntegerField(_("件数"))
    median_days = models.PositiveSmallIntegerField(_("一半在几天内"))
    most_days = models.PositiveSmallIntegerField(_("八成在几天内"))
    counted_on = models.DateField(_("统计日期"))

    objects = DurationQuerySet.as_manager()

    class Meta:
        verbose_name = _("预计时长")
        verbose_name_plural = _("预计时长")
        ordering = ["item_id", "place_id"]
        constraints = [
            models.UniqueConstraint("item", "place", name="one_duration_of_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}@{self.place_id}"
