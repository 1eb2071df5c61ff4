"""What the hall offers: windows, items and their versions, all data with source and date."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _, ngettext

from accounts.models import User
from common.ids import uuid7
from community.governance.models.body import DateRange
from community.governance.workdays import LimitUnit
from residents.base.eligibility import Rule, parse
from servicehall.catalogue.enums import ItemKind, ReviewLevel, VersionState, WindowMode
from servicehall.catalogue.limits import LevelRule
from servicehall.catalogue.living import Living
from servicehall.catalogue.querysets import ItemVersionQuerySet, PublicQuerySet
from servicehall.catalogue.wording import condition_in_words, in_words as in_language


class Window(models.Model):
    """A window is a category and a queue, not a wall (domain S5). How many there are is data."""

    code = models.CharField(_("代码"), max_length=20, primary_key=True)
    number = models.PositiveSmallIntegerField(_("窗口号"), unique=True)
    name = models.JSONField(_("名称"))
    description = models.JSONField(_("说明"), default=dict)
    mode = models.CharField(_("受理方式"), max_length=12, choices=WindowMode.choices)
    is_general = models.BooleanField(_("综合窗口"), default=False)
    source = models.CharField(_("来源"), max_length=120, blank=True)
    as_of = models.DateField(_("数据日期"))

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务窗口")
        verbose_name_plural = _("服务窗口")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(mode__in=WindowMode.values), name="window_mode_known"
            ),
            models.UniqueConstraint(
                "is_general", condition=Q(is_general=True), name="one_general_window"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_language(self.name)


class ServiceItem(models.Model):
    """政务服务事项. What it says lies in its versions; a case is bound to the version it was filed under."""

    code = models.CharField(_("事项代码"), max_length=50, primary_key=True)
    window = models.ForeignKey(Window, models.PROTECT, related_name="items")

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("政务服务事项")
        verbose_name_plural = _("政务服务事项")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class ItemVersion(Living, models.Model):
    """One version of an item, in force on dated days.

    `content` is the item file as written (servicehall/catalogue/data/README.md gives its schema); the columns are
    what routing, clock and lists need of it. Limits: amount and unit (workday, day, hour).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("版本"))
    state = models.CharField(_("状态"), max_length=12, choices=VersionState.choices)
    name = models.JSONField(_("名称"))
    kind = models.CharField(_("办件类型"), max_length=10, choices=ItemKind.choices)
    statutory_amount = models.PositiveSmallIntegerField(_("法定时限"))
    statutory_unit = models.CharField(max_length=8)
    promised_amount = models.PositiveSmallIntegerField(_("承诺时限"))
    promised_unit = models.CharField(max_length=8)
    department = models.CharField(_("主管部门"), max_length=30, blank=True)
    any_station = models.BooleanField(_("通办"), default=False)
    content = models.JSONField()
    search_text = models.TextField(blank=True)
    # Of a draft: from when it is wanted.
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)
    # Of the file that the version was loaded from; "" where people wrote it.
    file_digest = models.CharField(max_length=64, blank=True)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    note = models.CharField(_("退回的理由"), max_length=200, blank=True)

    objects = ItemVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("事项版本")
        verbose_name_plural = _("事项版本")
        ordering = ["item_id", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=VersionState.values), name="version_state_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ItemKind.values), name="version_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="version_dates",
            ),
            models.UniqueConstraint("item", "number", name="version_number_once"),
            models.UniqueConstraint(
                "item",
                condition=Q(state__in=[VersionState.DRAFT, VersionState.WAITING]),
                name="one_draft_of_an_item",
            ),
            ExclusionConstraint(
                name="one_version_in_force",
                expressions=[
                    ("item", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to", Value("[)")), RangeOperators.OVERLAPS),
                ],
                condition=Q(state=VersionState.PUBLISHED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} v{self.number}"

    @property
    def label(self) -> str:
        return in_language(self.name)

    def text(self, key: str) -> str:
        """A bilingual text of the content in the language of the reader."""
        return in_language(self.content.get(key))

    @property
    def is_instant(self) -> bool:
        return self.kind == ItemKind.INSTANT

    @property
    def eligibility(self) -> Rule | None:
        """The rule by which the base finds who is entitled; None where the item has none."""
        found = self.content.get("eligibility")
        return parse(found["rule"]) if found else None

    @property
    def fields(self) -> list[dict[str, Any]]:
        return list(self.content.get("fields") or [])

    @property
    def questions(self) -> list[dict[str, Any]]:
        """Everything that is asked: the situations first (as choices), then the item's own fields."""
        situations = [
            {
                **situation,
                "label": situation["question"],
                "type": "choice",
                "required": True,
                "page": "situation",
            }
            for situation in self.situations
        ]
        return situations + self.fields

    @property
    def situations(self) -> list[dict[str, Any]]:
        return list(self.content.get("situations") or [])

    @property
    def extendable(self) -> int:
        """By how much the statutory limit may be extended once, in its own unit; 0 means not at all."""
        return int(self.content["limits"]["statutory"].get("extendable_days") or 0)

    @property
    def extendable_label(self) -> str:
        if self.statutory_unit == LimitUnit.WORKDAYS:
            return ngettext("%(n)s 个工作日", "%(n)s 个工作日", self.extendable) % {
                "n": self.extendable
            }
        return ngettext("%(n)s 天", "%(n)s 天", self.extendable) % {"n": self.extendable}

    @property
    def publicity_days(self) -> int:
        """How long the item is shown to the public before it is decided; 0 means not at all."""
        return int(self.content.get("publicity_days") or 0)

    @property
    def materials(self) -> list[dict[str, Any]]:
        return list(self.content.get("materials") or [])

    @property
    def titles(self) -> dict[str, str]:
        """The Chinese title of every material and question by key: what notices are written in."""
        return {paper["code"]: paper["name"]["zh"] for paper in self.materials} | {
            question["key"]: question["label"]["zh"] for question in self.questions
        }

    @cached_property
    def shown_titles(self) -> dict[str, str]:
        """The same in the language of the reader."""
        return {paper["code"]: in_language(paper["name"]) for paper in self.materials} | {
            question["key"]: in_language(question["label"]) for question in self.questions
        }

    @cached_property
    def levels(self) -> list[LevelRule]:
        """The review levels in order; the last one decides."""
        return [
            LevelRule(
                ReviewLevel(step["level"]),
                int(step["limit_days"]),
                step.get("department") or "",
                bool(step.get("appraisal") and not step.get("appraisal_when")),
            )
            for step in self.content.get("levels") or []
        ]

    @property
    def condition_titles(self) -> dict[str, str]:
        """When each paper that is not always needed is needed, in the language of the reader, by code."""
        return {
            paper["code"]: condition_in_words(paper["condition"], self.content)
            for paper in self.materials
            if paper.get("condition")
        }

    def replies(self, outcome: str) -> list[dict[str, Any]]:
        """The reply templates for an outcome (data/README.md: replies)."""
        return [row for row in self.content.get("replies") or [] if row["outcome"] == outcome]


class NegativeCertificate(models.Model):
    """A certificate that a community may not issue (民发〔2020〕20号); the right office is named instead.

    `item` is an item of the hall that helps instead; `exception` the one case in which it may be issued
    after all: {"item": code, "zh": …, "en": …}.
    """

    code = models.CharField(max_length=20, primary_key=True)
    name = models.JSONField(_("名称"))
    office = models.JSONField(_("应找部门"))
    note = models.JSONField(_("说明"), default=dict)
    exception = models.JSONField(_("例外"), default=dict)
    item = models.ForeignKey(ServiceItem, models.PROTECT, null=True, related_name="+")
    synonyms = models.JSONField(default=list)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("不予出具证明事项")
        verbose_name_plural = _("不予出具证明事项")
        ordering = ["code"]

    def __str__(self) -> str:
        return in_language(self.name)
