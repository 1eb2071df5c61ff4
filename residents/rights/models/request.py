"""What residents ask and a person answers within a limit: a correction, a deletion, a matter of the next of kin."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from residents.base.attributes import ATTRIBUTES
from residents.base.enums import Relation
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from residents.rights.enums import KinWish, RequestState
from residents.rights.querysets import (
    CorrectionQuerySet,
    PaperQuerySet,
    RequestQuerySet,
)


def _shape(name: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(state__in=RequestState.values), name=f"{name}_state_known"
        ),
        models.CheckConstraint(
            condition=Q(state="proposed", closed_at__isnull=True)
            | ~Q(state="proposed") & Q(closed_at__isnull=False),
            name=f"{name}_closed_has_time",
        ),
        models.CheckConstraint(
            condition=~Q(state="refused") | ~Q(answer=""), name=f"{name}_refusal_has_reason"
        ),
    ]


class Request(models.Model):
    """`person` is whose data it is about, `filed_by` the account that asked; `answer` goes to the resident."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    filed_by = models.UUIDField()
    filed_at = models.DateTimeField(_("提出时间"))
    due_on = models.DateField(_("答复期限"))
    due_is_provisional = models.BooleanField(default=False)
    state = models.CharField(
        _("状态"), max_length=10, choices=RequestState.choices, default=RequestState.PROPOSED
    )
    closed_at = models.DateTimeField(_("结束时间"), null=True)
    answered_by = models.CharField(_("答复岗位"), max_length=120, blank=True)
    answer = models.CharField(_("答复"), max_length=500, blank=True)

    class Meta:
        abstract = True
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.state == RequestState.PROPOSED


class Correction(Request):
    """更正申请: one open at a time for a person and an attribute. What is right, and why, stays sealed."""

    attribute = models.CharField(_("属性"), max_length=40)
    answers = models.CharField(_("负责部门"), max_length=40, blank=True)
    value = EncryptedTextField(_("正确的内容"))
    reason = EncryptedTextField(_("理由"))

    objects = CorrectionQuerySet.as_manager()

    class Meta(Request.Meta):
        verbose_name = _("更正申请")
        verbose_name_plural = _("更正申请")
        constraints = [
            *_shape("correction"),
            models.UniqueConstraint(
                "person", "attribute", condition=Q(state="proposed"), name="one_open_correction"
            ),
        ]
        indexes = [
            models.Index(
                fields=["answers", "due_on", "id"],
                name="correction_open",
                condition=Q(state="proposed"),
            ),
            models.Index(fields=["filed_by", "-id"], name="correction_of_account"),
        ]

    @property
    def label(self) -> str:
        return str(ATTRIBUTES[self.attribute].label)


class Deletion(Request):
    """删除申请. `parts` are keys of attributes, codes of holdings, "consents", "family", "account"; `done` says
    what came of each."""

    parts = models.JSONField(_("申请删除"), default=list)
    done = models.JSONField(_("处理结果"), default=dict)

    objects = RequestQuerySet.as_manager()

    class Meta(Request.Meta):
        verbose_name = _("删除申请")
        verbose_name_plural = _("删除申请")
        constraints = [
            *_shape("deletion"),
            models.UniqueConstraint(
                "person", condition=Q(state="proposed"), name="one_open_deletion"
            ),
        ]


class KinRequest(Request):
    """What the next of kin asks for a deceased person (PIPL 49); `person` is who asks. A clerk handles it."""

    deceased_name = EncryptedTextField(_("逝者姓名"))
    deceased_number = EncryptedTextField(_("逝者证件号码"))
    relation = models.CharField(_("与逝者的关系"), max_length=2, choices=Relation.choices)
    wish = models.CharField(_("要求"), max_length=10, choices=KinWish.choices)
    words = EncryptedTextField(_("说明"))

    objects = RequestQuerySet.as_manager()

    class Meta(Request.Meta):
        verbose_name = _("近亲属申请")
        verbose_name_plural = _("近亲属申请")
        constraints = [
            *_shape("kin_request"),
            models.CheckConstraint(
                condition=Q(relation__in=Relation.values), name="kin_relation_known"
            ),
            models.CheckConstraint(condition=Q(wish__in=KinWish.values), name="kin_wish_known"),
        ]


class Paper(models.Model):
    """A file that proves a correction; it passed common.uploads and lies encrypted in common.storage."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    correction = models.ForeignKey(Correction, models.PROTECT, related_name="papers")
    title = models.CharField(_("文件说明"), max_length=120)
    kind = models.CharField(max_length=4)
    size = models.PositiveIntegerField()
    stored_as = models.CharField(max_length=80, unique=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("证明材料")
        verbose_name_plural = _("证明材料")

    def __str__(self) -> str:
        return str(self.pk)


declare(
    Tie("rights.Correction", "person", OnMerge.MOVE, _("更正申请")),
    Tie("rights.Deletion", "person", OnMerge.MOVE, _("删除申请")),
    Tie("rights.KinRequest", "person", OnMerge.MOVE, _("近亲属申请")),
)
