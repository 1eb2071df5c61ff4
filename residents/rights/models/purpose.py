"""For what data are used, on which basis, and what a person has allowed or refused (PIPL 13-17, 24, 28-31)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from residents.base.attributes import ATTRIBUTES
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from residents.rights.enums import Basis, ConsentHow
from residents.rights.models.figure import dates_in_order, in_language, one_in_force
from residents.rights.querysets import ConsentQuerySet, DatedQuerySet


class ProcessingPurpose(models.Model):
    """One version of a purpose in plain words, from a day on. A consent is given to a version.

    `name`, `text`, `consequences` and `legal` are {"zh", "en"}; `attributes` keys of ATTRIBUTES; `bodies` texts.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("代码"), max_length=30)
    version = models.PositiveSmallIntegerField(_("版本"))
    name = models.JSONField(_("名称"))
    text = models.JSONField(_("说明"))
    basis = models.CharField(_("处理依据"), max_length=10, choices=Basis.choices)
    legal = models.JSONField(_("法律依据"))
    attributes = models.JSONField(_("属性"), default=list)
    bodies = models.JSONField(_("使用单位"), default=list)
    consequences = models.JSONField(_("撤回的后果"), default=dict)
    is_sensitive = models.BooleanField(_("敏感个人信息"), default=False)
    months = models.PositiveSmallIntegerField(_("同意有效月数"), null=True)
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("处理目的")
        verbose_name_plural = _("处理目的")
        constraints = [
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="purpose_basis_known"),
            models.UniqueConstraint(fields=["code", "version"], name="purpose_version_once"),
            dates_in_order("purpose_dates"),
            one_in_force("one_purpose_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"

    @property
    def label(self) -> str:
        return in_language(self.name)

    @property
    def said(self) -> str:
        return in_language(self.text)

    @property
    def law(self) -> str:
        return in_language(self.legal)

    @property
    def after(self) -> str:
        """What changes for whoever says no."""
        return in_language(self.consequences)

    @property
    def uses(self) -> list[str]:
        return [str(ATTRIBUTES[key].label) for key in self.attributes]

    @property
    def users(self) -> list[str]:
        return [in_language(body) for body in self.bodies]

    @property
    def is_choice(self) -> bool:
        return self.basis != Basis.STATUTORY


class Consent(models.Model):
    """A person's yes to a version of a purpose, and his no: withdrawn, or (without `given_at`) refused outright."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    purpose = models.ForeignKey(ProcessingPurpose, models.PROTECT, related_name="consents")
    how = models.CharField(_("方式"), max_length=10, choices=ConsentHow.choices)
    given_at = models.DateTimeField(_("同意时间"), null=True)
    given_by = models.UUIDField(null=True)  # the account that pressed the button
    expires_on = models.DateField(_("有效至"), null=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("同意")
        verbose_name_plural = _("同意")
        constraints = [
            models.CheckConstraint(
                condition=Q(how__in=ConsentHow.values), name="consent_how_known"
            ),
            models.CheckConstraint(
                condition=Q(given_at__isnull=False) | Q(withdrawn_at__isnull=False),
                name="consent_says_something",
            ),
            models.CheckConstraint(
                condition=Q(given_at__isnull=True)
                | Q(withdrawn_at__isnull=True)
                | Q(withdrawn_at__gte=F("given_at")),
                name="consent_times",
            ),
            models.UniqueConstraint(
                "person", "purpose", condition=Q(withdrawn_at__isnull=True), name="consent_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


declare(Tie("rights.Consent", "person", OnMerge.MOVE, _("同意记录")))
