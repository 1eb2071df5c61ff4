"""导入批次: one file that a source sent, from its arrival to the base or away from it."""

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from community.governance.models import Body, Place, Post
from residents.base.models import SourceSystem
from residents.exchange.enums import BatchState, FileKind
from residents.exchange.querysets.incoming import ImportBatchQuerySet, LayoutMemoryQuerySet


class ImportBatch(models.Model):
    """`post` acted last: the machine works in its name and within its reach.

    `head` is what the mapping page shows of the file, sealed: headings, a few rows, values of columns that have few.
    `columns` is [{place, heading, target, refused}], `codes` {attribute: {their code: ours}}.
    `done` counts rows in the step under way; `attempts` how often it was begun.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.ForeignKey(SourceSystem, models.PROTECT, related_name="+")
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    state = models.CharField(
        _("状态"), max_length=10, choices=BatchState.choices, default=BatchState.RECEIVED
    )
    as_of = models.DateField(_("数据截止日期"))
    community = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    title = models.CharField(_("文件名"), max_length=80)
    kind = models.CharField(max_length=4, choices=FileKind.choices)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=60, blank=True)  # "" once the file is gone
    head = EncryptedTextField()
    sheet = models.PositiveSmallIntegerField(default=0)
    first_row = models.PositiveIntegerField()  # of the headings
    last_row = models.PositiveIntegerField()
    columns = models.JSONField(default=list)
    codes = models.JSONField(default=dict)
    total = models.PositiveIntegerField(_("行数"), default=0)
    done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    counts = models.JSONField(default=dict)  # by fate
    trouble = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField(_("收到时间"))
    applied_at = models.DateTimeField(_("导入时间"), null=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("导入批次")
        verbose_name_plural = _("导入批次")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BatchState.values), name="import_state_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=FileKind.values), name="import_kind_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["applied", "undoing", "undone"])
                | Q(applied_at__isnull=False),
                name="import_applied_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False)
                | ~Q(state="undone") & Q(undone_at__isnull=True),
                name="import_undone_has_time",
            ),
            # The same file is in the base once for each body that sends it.
            models.UniqueConstraint(
                "body",
                "source",
                "digest",
                condition=~Q(state__in=["discarded", "undone"]),
                name="import_file_once",
            ),
        ]
        indexes = [
            models.Index(fields=["body", "-received_at", "-id"], name="import_newest"),
            models.Index(
                fields=["attempts", "id"],
                condition=Q(state__in=["checking", "applying", "undoing"]),
                name="import_at_work",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def name(self) -> str:
        """The file's, with its ending; what a program sent has none."""
        return self.title if self.kind == FileKind.JSON else f"{self.title}.{self.kind}"

    @property
    def preview(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.head)
        return found

    @property
    def heading_of(self) -> dict[str, str]:
        """The heading of each attribute that is read."""
        return {each["target"]: each["heading"] for each in self.columns if each["target"]}


class LayoutMemory(models.Model):
    """What a source's columns and codes meant the last time, by the headings of its file."""

    source = models.ForeignKey(SourceSystem, models.CASCADE, related_name="+")
    signature = models.CharField(max_length=64)
    targets = models.JSONField(default=dict)  # by heading
    codes = models.JSONField(default=dict)
    used_at = models.DateTimeField()

    objects = LayoutMemoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("列对照")
        verbose_name_plural = _("列对照")
        constraints = [models.UniqueConstraint("source", "signature", name="layout_memory_once")]
