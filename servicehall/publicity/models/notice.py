"""公示: what a community may read of a case, and the 民主评议 that may belong to it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.ids import uuid7
from community.governance.models import Body, Place, Post
from servicehall.cases.models import Case
from servicehall.publicity import rules
from servicehall.publicity.enums import NoticeState
from servicehall.publicity.querysets import AppraisalQuerySet, PublicNoticeQuerySet


class PublicNotice(models.Model):
    """What stands here is public, and nothing else is: no number, door, illness or child (rules.py).

    `names_in_full` and `item_shows_names` are what the rule said on the day: why the name stands as it does.
    `ref` is the address of the page; it says nothing of the case.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    ref = models.CharField(max_length=16, unique=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="public_notices")
    community = models.ForeignKey(Place, models.PROTECT, related_name="+")
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    household_size = models.PositiveSmallIntegerField(_("家庭人口"), null=True)
    benefit_class = models.CharField(_("类别"), max_length=60, blank=True)
    amount = models.DecimalField(_("金额（元）"), max_digits=9, decimal_places=2, null=True)
    names_in_full = models.BooleanField()
    item_shows_names = models.BooleanField()
    from_on = models.DateField(_("公示开始"))
    until_on = models.DateField(_("公示到"))
    state = models.CharField(_("状态"), max_length=12, choices=NoticeState.choices)
    body = models.ForeignKey(Body, models.PROTECT, related_name="public_notices")
    posted_at = models.DateTimeField()
    posted_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("公示")
        verbose_name_plural = _("公示")
        ordering = ["-from_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values), name="public_notice_state_known"
            ),
            models.CheckConstraint(
                condition=Q(until_on__gt=F("from_on")), name="public_notice_dates"
            ),
            models.CheckConstraint(
                condition=Q(item_shows_names=True) | Q(name=""), name="public_notice_without_name"
            ),
            models.CheckConstraint(
                condition=Q(state=NoticeState.OPEN, ended_at__isnull=True)
                | ~Q(state=NoticeState.OPEN) & Q(ended_at__isnull=False),
                name="public_notice_ended_has_time",
            ),
            models.UniqueConstraint(
                "case", condition=Q(state=NoticeState.OPEN), name="one_open_public_notice"
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "until_on"],
                condition=Q(state=NoticeState.OPEN),
                name="public_notice_here",
            ),
            models.Index(
                fields=["until_on"],
                condition=Q(state=NoticeState.OPEN),
                name="public_notice_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def label(self) -> str:
        return self.case.version.label


class Appraisal(models.Model):
    """民主评议: representatives of the community vote in secret. Numbers only; who voted how is nowhere."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="appraisals")
    held_on = models.DateField(_("评议日期"))
    venue = models.CharField(_("地点"), max_length=80)
    attended = models.PositiveSmallIntegerField(_("到会代表"))
    least = models.PositiveSmallIntegerField(_("至少应到"))
    votes_for = models.PositiveSmallIntegerField(_("同意"))
    votes_against = models.PositiveSmallIntegerField(_("不同意"))
    abstained = models.PositiveSmallIntegerField(_("弃权"))
    minutes = models.TextField(_("评议记录"))
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    recorded_user = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = AppraisalQuerySet.as_manager()

    class Meta:
        verbose_name = _("民主评议")
        verbose_name_plural = _("民主评议")
        ordering = ["case_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(attended=F("votes_for") + F("votes_against") + F("abstained")),
                name="appraisal_adds_up",
            ),
            models.CheckConstraint(condition=Q(attended__gte=F("least")), name="appraisal_quorum"),
            models.UniqueConstraint("case", "held_on", name="one_appraisal_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.held_on}"

    @property
    def is_supported(self) -> bool:
        return rules.is_supported(self.votes_for, self.attended)
