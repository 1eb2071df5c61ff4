"""What a rating asks, as dated versions: a rating keeps the version that it answered."""

from collections.abc import Sequence

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from community.governance.models.body import DateRange
from servicehall.catalogue.enums import BAD, GOOD, Channel
from servicehall.catalogue.models.item import in_language
from servicehall.catalogue.querysets import RatingQuestionsQuerySet


class RatingQuestions(models.Model):
    """好差评 (国办发〔2019〕51号): reasons to tick, by where a case was filed and by what one thinks of it.

    `content` as in data/rating.yaml. Codes are stored with a rating, never texts.
    """

    number = models.PositiveSmallIntegerField(_("版本"), unique=True)
    content = models.JSONField(_("评价内容"))
    source = models.JSONField(_("依据"))
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = RatingQuestionsQuerySet.as_manager()

    class Meta:
        verbose_name = _("评价内容")
        verbose_name_plural = _("评价内容")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="rating_questions_dates",
            ),
            ExclusionConstraint(
                name="one_rating_questions_in_force",
                expressions=[
                    (DateRange("valid_from", "valid_to", Value("[)")), RangeOperators.OVERLAPS)
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    def reasons(self, channel: str, level: int) -> Sequence[tuple[str, str]]:
        """The reasons that fit a case filed through a channel and a level of satisfaction, in the reader's language."""
        asked = self.content["onsite" if channel == Channel.COUNTER else "online"]
        rows = asked["good" if level in GOOD else "bad" if level in BAD else "fair"]
        return [(row["code"], in_language(row)) for row in rows]
