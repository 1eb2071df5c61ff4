"""Where facts come from, how much the word of each source counts, and what each says of a person."""

import json
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from residents.base.models.person import Person
from residents.base.querysets import PublicQuerySet, SourceRankQuerySet, SourceRecordQuerySet


class SourceSystem(models.Model):
    """A department's system or a way of collecting: police, civil affairs, a visit, the counter.

    `body_key` is the department whose system it is; empty where the station itself collects.
    """

    code = models.CharField(_("代码"), max_length=30, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    body_key = models.CharField(_("部门"), max_length=40, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("数据来源")
        verbose_name_plural = _("数据来源")

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


class SourceRank(models.Model):
    """How much the word of a source counts for one attribute, from a day to a day: 1 before 2 (domain 4.11)."""

    source = models.ForeignKey(SourceSystem, models.CASCADE, related_name="ranks")
    attribute = models.CharField(_("属性"), max_length=40)
    rank = models.PositiveSmallIntegerField(_("优先级"))
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True)
    basis = models.CharField(_("依据"), max_length=120)

    objects = SourceRankQuerySet.as_manager()

    class Meta:
        verbose_name = _("来源优先级")
        verbose_name_plural = _("来源优先级")
        constraints = [
            models.UniqueConstraint(
                "source", "attribute", condition=Q(valid_to__isnull=True), name="source_rank_once"
            ),
            models.CheckConstraint(condition=Q(rank__gte=1), name="source_rank_positive"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="source_rank_dates",
            ),
        ]


class SourceRecord(models.Model):
    """What one source last said of one person: its field assertions (字段来源值), sealed as one text.

    `values` is {attribute: [canonical value, day as of which it is said, id of the batch or null]}.
    The kept value of Person and PersonDetail is chosen from these by `golden`; a source whose word is kept
    and undisputed may stand in `provenance` alone, without a record.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="records", db_index=False)
    source = models.ForeignKey(SourceSystem, models.PROTECT, related_name="+", db_index=False)
    said = EncryptedTextField(_("来源值"))
    changed_at = models.DateTimeField()

    objects = SourceRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("字段来源值")
        verbose_name_plural = _("字段来源值")
        constraints = [
            models.UniqueConstraint("person", "source", name="source_record_once"),
        ]

    @property
    def values(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = json.loads(self.said)
        for entry in found.values():
            entry[1] = here(entry[1])
        return found


def here(moment: str) -> str:
    """A moment as it is written today. Until the autumn of 2026 it was that of Greenwich, and sorted up to eight hours
    before what was told here at the same time."""
    if not moment.endswith("+00:00"):
        return moment
    told = datetime.fromisoformat(moment)
    return told.astimezone(timezone.get_default_timezone()).isoformat(timespec="microseconds")
