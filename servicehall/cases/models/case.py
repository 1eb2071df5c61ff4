"""A case (办件) and its traces: events, review steps, notices, pauses, rating."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.fields import EncryptedTextField
from common.ids import uuid7
from community.governance.models import Body, Place, Post
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from servicehall.cases.enums import (
    BEFORE_ACCEPTANCE,
    CLOSED_STATES,
    OPEN_STATES,
    CaseAction,
    CaseState,
    Outcome,
    PauseReason,
    StepState,
)
from servicehall.cases.models.draft import Draft
from servicehall.cases.querysets import CaseQuerySet, ReviewStepQuerySet
from servicehall.catalogue.enums import Channel, ReviewLevel, Satisfaction
from servicehall.catalogue.models import ItemVersion, RatingQuestions, Window


class Case(models.Model):
    """办件. The clock is stored as its rule: accepted_on, the version's limits and the pauses;
    `promised_due_on` and `statutory_due_on` are what they come to, empty while the clock stands still.
    `act_by_on` is the day by which `handler`, the body that has the case in hand, must do the next thing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("办件编号"), max_length=32, unique=True)
    query_code = EncryptedTextField(_("查询码"))
    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="cases")
    window = models.ForeignKey(Window, models.PROTECT, related_name="cases")
    applicant = models.ForeignKey(Person, models.PROTECT, related_name="cases")
    # The child, where each child is a claim of its own (standing.py).
    about = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    contact_phone = EncryptedTextField(_("联系电话"), null=True)
    community = models.ForeignKey(Place, models.PROTECT, related_name="cases")
    station = models.ForeignKey(Body, models.PROTECT, related_name="cases")
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices)
    answers = EncryptedTextField(_("申请内容"), null=True)
    draft = models.OneToOneField(Draft, models.SET_NULL, null=True, related_name="case")
    # 一件事: the joint form of which it is a part.
    family = models.ForeignKey(
        "servicehall.CaseFamily", models.PROTECT, null=True, related_name="cases"
    )
    filed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    filed_at = models.DateTimeField(_("提交时间"))
    filed_on = models.DateField()
    # When everything was last in our hands: filed, or supplemented. Silence is counted from here.
    received_on = models.DateField(_("收到日期"))
    state = models.CharField(_("状态"), max_length=24, choices=CaseState.choices)
    resume_state = models.CharField(max_length=24, blank=True)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome.choices, blank=True)
    outcome_reason = models.TextField(_("理由"), blank=True)
    # In yuan, of the benefit that is asked for: as proposed in public, then as decided.
    amount = EncryptedTextField(_("核定金额"), null=True)
    handler = models.ForeignKey(Body, models.PROTECT, related_name="cases_in_hand")
    accepted_at = models.DateTimeField(_("受理时间"), null=True)
    clock_starts_on = models.DateField(null=True)
    promised_due_on = models.DateField(_("承诺办结日"), null=True)
    statutory_due_on = models.DateField(_("法定办结日"), null=True)
    warn_on = models.DateField(null=True)
    act_by_on = models.DateField(_("应办日期"), null=True)
    due_is_provisional = models.BooleanField(default=False)
    statutory_is_provisional = models.BooleanField(default=False)
    # 延长审批: once, in the unit of the statutory limit; 0 means never.
    extended_by = models.PositiveSmallIntegerField(_("延长时限"), default=0)
    deliver_by_on = models.DateField(_("应送达日期"), null=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True)
    closed_on = models.DateField(null=True)
    is_on_time = models.BooleanField(null=True)
    delivered_at = models.DateTimeField(null=True)
    supplements = models.PositiveSmallIntegerField(default=0)
    first_told_on = models.DateField(null=True)
    told_again_on = models.DateField(null=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("办件")
        verbose_name_plural = _("办件")
        ordering = ["-filed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CaseState.values), name="case_state_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="case_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=Outcome.values), name="case_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(OPEN_STATES), closed_at__isnull=True)
                | Q(state__in=sorted(CLOSED_STATES), closed_at__isnull=False),
                name="case_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.REFUSED) | ~Q(outcome_reason=""),
                name="refusal_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["handler", "act_by_on", "id"],
                condition=Q(state__in=sorted(OPEN_STATES)),
                name="case_work_list",
            ),
            models.Index(
                fields=["station", "act_by_on", "id"],
                condition=Q(state__in=sorted(OPEN_STATES)),
                name="case_open_at_station",
            ),
            models.Index(fields=["community", "-filed_on", "id"], name="case_of_community"),
            models.Index(
                fields=["received_on"],
                condition=Q(state__in=sorted(BEFORE_ACCEPTANCE)),
                name="case_unanswered",
            ),
            *(
                models.Index(
                    fields=[name, "id"], condition=Q(closed_on__isnull=True), name=f"case_{name}"
                )
                for name in ("warn_on", "promised_due_on", "statutory_due_on")
            ),
            models.Index(fields=["applicant", "-filed_at"], name="case_of_applicant"),
            models.Index(fields=["filed_on"], name="case_filed_on"),
            # Those without a day are the open ones, which a page of figures counts.
            models.Index(fields=["closed_on"], name="case_closed_on"),
            models.Index(
                fields=["first_told_on"],
                condition=Q(first_told_on__isnull=False),
                name="case_told_on",
            ),
            models.Index(
                fields=["told_again_on"],
                condition=Q(told_again_on__isnull=False),
                name="case_told_again_on",
            ),
            models.Index(
                fields=["handler", "closed_at", "id"],
                condition=Q(state=CaseState.COMPLETED),
                name="case_to_hand_over",
            ),
            models.Index(
                fields=["station", "deliver_by_on", "id"],
                condition=Q(state=CaseState.COMPLETED),
                name="case_to_deliver",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CaseEvent(models.Model):
    """办理过程记录: who did what, in which post, when. `note` is shown to the applicant; `remark` never is."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    action = models.CharField(max_length=20)
    from_state = models.CharField(max_length=24, blank=True)
    to_state = models.CharField(max_length=24)
    at = models.DateTimeField()
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    post_label = models.CharField(max_length=140, blank=True)
    note = models.TextField(blank=True)
    remark = models.TextField(blank=True)
    # What the page says by itself, in codes, so that everybody reads it in his language (progress.note).
    said = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("办理过程")
        verbose_name_plural = _("办理过程")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=[*CaseAction.values, "file", "rate"]),
                name="event_action_known",
            ),
        ]
        indexes = [models.Index(fields=["case", "id"], name="event_of_case")]


class ReviewStep(models.Model):
    """审核环节: one step of the chain, made at acceptance from the item version and the tree of that day."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    sequence = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=12, choices=ReviewLevel.choices)
    body = models.ForeignKey(Body, models.PROTECT, related_name="review_steps")
    is_final = models.BooleanField()
    limit_days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=StepState.choices)
    opened_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    opinion = models.TextField(_("意见"), blank=True)

    objects = ReviewStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("审核环节")
        verbose_name_plural = _("审核环节")
        ordering = ["case_id", "sequence"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=StepState.values), name="step_state_known"
            ),
            models.CheckConstraint(
                condition=Q(level__in=ReviewLevel.values), name="step_level_known"
            ),
            models.UniqueConstraint("case", "sequence", name="step_sequence_once"),
            models.UniqueConstraint(
                "case", condition=Q(state=StepState.OPEN), name="one_open_step"
            ),
        ]
        indexes = [
            models.Index(
                fields=["body", "due_on"],
                condition=Q(state=StepState.OPEN),
                name="step_open_at_body",
            ),
            models.Index(
                fields=["due_on", "id"],
                condition=Q(state=StepState.OPEN),
                name="step_open_due",
            ),
        ]


class Supplement(models.Model):
    """一次性告知书: everything that is missing, told once. A second one must be new circumstances."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices")
    number = models.PositiveSmallIntegerField()
    items = models.JSONField()
    is_new_circumstance = models.BooleanField(_("新情况"), default=False)
    reason = models.TextField(_("新情况说明"), blank=True)
    due_on = models.DateField(_("补正期限"))
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("一次性告知书")
        verbose_name_plural = _("一次性告知书")
        ordering = ["case_id", "number"]
        constraints = [
            models.UniqueConstraint("case", "number", name="notice_number_once"),
            # 行政许可法 32: what was visible the first time may not be asked for later.
            models.CheckConstraint(
                condition=Q(number=1) | (Q(is_new_circumstance=True) & ~Q(reason="")),
                name="second_notice_is_new",
            ),
        ]


class ClockPause(models.Model):
    """计时暂停: the clock stands still from a day to a day; `expected_on` is the day that was announced."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="pauses")
    reason = models.CharField(max_length=20, choices=PauseReason.choices)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    expected_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("计时暂停")
        verbose_name_plural = _("计时暂停")
        ordering = ["case_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=PauseReason.values), name="pause_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")), name="pause_dates"
            ),
            models.UniqueConstraint("case", condition=Q(to_on__isnull=True), name="one_open_pause"),
        ]


class Rating(models.Model):
    """好差评: once a case, by the applicant, after it is closed. Staff never see who rated."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="rating")
    level = models.PositiveSmallIntegerField(_("满意度"), choices=Satisfaction.choices)
    reasons = models.JSONField(default=list)
    # The version that was answered; none before versions were kept.
    questions = models.ForeignKey(
        RatingQuestions, models.PROTECT, null=True, related_name="ratings"
    )
    comment = models.CharField(_("意见"), max_length=500, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    # Nobody who follows it up learns by whom it is.
    is_anonymous = models.BooleanField(_("匿名"), default=False)
    # A rating that was found to be a mistake stays on record and leaves the figures.
    is_counted = models.BooleanField(default=True)
    rated_at = models.DateTimeField()
    rated_on = models.DateField()

    class Meta:
        verbose_name = _("好差评")
        verbose_name_plural = _("好差评")
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=Satisfaction.values), name="rating_level_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="rating_channel_known"
            ),
        ]
        indexes = [models.Index(fields=["rated_on"], name="rating_day")]


declare(
    Tie("servicehall.Case", "applicant", OnMerge.MOVE, _("办件")),
    Tie("servicehall.Case", "about", OnMerge.MOVE, _("为其申请的办件")),
)
