"""One row of an import: what it says, sealed; whom it means; what becomes of it."""

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from community.governance.models import Place
from residents.base.models import Person, SourceSystem
from residents.base.ties import OnMerge, Tie, declare
from residents.exchange.enums import Fate
from residents.exchange.models.batch import ImportBatch
from residents.exchange.querysets.incoming import ImportRowQuerySet


class ImportRow(models.Model):
    """`number` is the row that the table shows. `key` marks whom it means, by number or else by name and the like.

    `problems` is [[place of the column, message]], messages without values. `candidates` is [[person, score]].
    `before` is what the source said of this person until now, sealed, for an undo. `became` is
    {attribute: "filled" or "updated"} of what changed in the base.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(
        ImportBatch, models.CASCADE, related_name="rows", db_index=False, db_constraint=True
    )
    number = models.PositiveIntegerField(_("行"))
    fate = models.CharField(_("结果"), max_length=10, choices=Fate.choices)
    said = EncryptedTextField(null=True)
    key = models.BinaryField(null=True, max_length=32)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    is_created = models.BooleanField(default=False)
    fills = models.PositiveSmallIntegerField(default=0)
    updates = models.PositiveSmallIntegerField(default=0)
    conflicts = models.PositiveSmallIntegerField(default=0)
    became = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    candidates = models.JSONField(default=list)
    before = EncryptedTextField(null=True)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("导入行")
        verbose_name_plural = _("导入行")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint("batch", "number", name="import_row_once"),
            models.CheckConstraint(condition=Q(fate__in=Fate.values), name="import_fate_known"),
            models.UniqueConstraint(
                "batch",
                "person",
                condition=Q(person__isnull=False),
                name="import_person_once",
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "fate", "number"], name="import_row_by_fate"),
            models.Index(
                fields=["batch", "key"], name="import_row_by_key", condition=Q(key__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def values(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.said) if self.said else {}
        return found

    @property
    def entries_before(self) -> dict[str, list[Any] | None]:
        found: dict[str, list[Any] | None] = json.loads(self.before) if self.before else {}
        return found


class MatchMemory(models.Model):
    """Whom a source means by somebody without a number: decided once, or created by one of its rows.

    Without a person: rows like this are left out.
    """

    source = models.ForeignKey(SourceSystem, models.CASCADE, related_name="+", db_index=False)
    key = models.BinaryField(max_length=32)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("认定记录")
        verbose_name_plural = _("认定记录")
        constraints = [models.UniqueConstraint("source", "key", name="match_memory_once")]


# An undo needs the entry that the import wrote to; the next import of the row means whoever stays.
declare(
    Tie("exchange.ImportRow", "person", OnMerge.KEEP),
    Tie("exchange.MatchMemory", "person", OnMerge.MOVE, _("导入时的认定")),
)
