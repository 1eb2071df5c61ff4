"""差评整改 (domain 4.14): a bad rating, or a word that somebody was pressed to rate, and what came of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.fields import EncryptedTextField
from common.ids import uuid7
from community.governance.models import Body, Post
from servicehall.aftercare.enums import CallResult, RectifyAction, RectifyState
from servicehall.aftercare.querysets import RectificationQuerySet
from servicehall.aftercare.transitions import OPEN
from servicehall.cases.models import Case
from servicehall.catalogue.enums import Satisfaction


class Rectification(models.Model):
    """Opened by a bad rating or by a complaint of pressure, followed up by `handler`, never by whom it is about.

    `concerned` is the body that did the work; it learns what is to be mended and by when, not whose word it
    was, nor of which case. `reviewer` decides about a doubt or an appeal. The rating itself is never changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.OneToOneField(Case, models.PROTECT, related_name="rectification")
    is_rated = models.BooleanField(_("有差评"))
    is_anonymous = models.BooleanField(_("匿名"), default=False)
    complaint = EncryptedTextField(_("反映被要求好评"), null=True)
    state = models.CharField(_("状态"), max_length=12, choices=RectifyState.choices)
    concerned = models.ForeignKey(Body, models.PROTECT, related_name="+")
    handler = models.ForeignKey(Body, models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(Body, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(_("开始时间"))
    opened_on = models.DateField()
    # The day by which the next step is due; none when nothing more is to be done.
    act_by_on = models.DateField(_("应办日期"), null=True)
    call_by_on = models.DateField(_("应回访日期"))
    call_result = models.CharField(
        _("回访结果"), max_length=10, choices=CallResult.choices, blank=True
    )
    called_on = models.DateField(null=True)
    unanswered_on = models.DateField(null=True)  # a first call that nobody took
    finding = EncryptedTextField(_("核实情况"), null=True)
    task = models.TextField(_("整改要求"), blank=True)
    is_complex = models.BooleanField(_("情况复杂"), default=False)
    plan = models.TextField(_("整改计划"), blank=True)
    rectify_by_on = models.DateField(_("应整改日期"), null=True)
    doubt = models.TextField(_("误评理由"), blank=True)
    is_appealed = models.BooleanField(default=False)
    answer = models.TextField(_("整改情况"), blank=True)
    answered_at = models.DateTimeField(null=True)
    rectified_on = models.DateField(null=True)
    is_in_time = models.BooleanField(null=True)
    words = models.TextField(_("给评价人的反馈"), blank=True)
    told_at = models.DateTimeField(null=True)
    re_rate_until = models.DateField(null=True)
    re_level = models.PositiveSmallIntegerField(
        _("再次评价"), choices=Satisfaction.choices, null=True
    )
    re_comment = EncryptedTextField(null=True)
    re_rated_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)

    objects = RectificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("差评整改")
        verbose_name_plural = _("差评整改")
        ordering = ["opened_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RectifyState.values), name="rectification_state_known"
            ),
            models.CheckConstraint(
                condition=Q(call_result="") | Q(call_result__in=CallResult.values),
                name="call_result_known",
            ),
            models.CheckConstraint(
                condition=Q(re_level__isnull=True) | Q(re_level__in=Satisfaction.values),
                name="re_level_known",
            ),
            models.CheckConstraint(
                condition=Q(is_rated=True) | Q(complaint__isnull=False),
                name="rectification_has_a_cause",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(OPEN), closed_on__isnull=True)
                | Q(closed_on__isnull=False) & ~Q(state__in=sorted(OPEN)),
                name="rectification_closed_has_day",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("concerned")),
                name="reviewer_is_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["handler", "act_by_on", "id"],
                condition=Q(state__in=sorted(OPEN)),
                name="rectification_work",
            ),
            models.Index(fields=["concerned", "state"], name="rectification_concerned"),
            models.Index(fields=["opened_on"], name="rectification_opened"),
            models.Index(
                fields=["rectified_on"],
                condition=Q(rectified_on__isnull=False),
                name="rectification_done",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What both sides call it; it tells neither case nor day."""
        return f"{self.pk.int % 100_000_000:08d}"


class RectificationEvent(models.Model):
    """办理过程: who did what. Whoever took one step does not decide about it in another post."""

    rectification = models.ForeignKey(Rectification, models.PROTECT, related_name="events")
    action = models.CharField(max_length=12)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    at = models.DateTimeField()
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    post_label = models.CharField(max_length=140, blank=True)
    note = EncryptedTextField(null=True)
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        verbose_name = _("整改过程")
        verbose_name_plural = _("整改过程")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=["open", "complain", *RectifyAction.values]),
                name="rectify_action_known",
            ),
        ]
        indexes = [models.Index(fields=["rectification", "at"], name="event_of_rectification")]

    @property
    def label(self) -> str:
        if self.action == "open":
            return str(_("收到差评"))
        if self.action == "complain":
            return str(_("反映被要求好评"))
        return str(RectifyAction(self.action).label)
