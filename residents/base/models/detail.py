"""The facts of a person that change often and are searched seldom, in a narrow row of their own."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from residents.base.enums import (
    AidStatus,
    DisabilityKind,
    DisabilityLevel,
    Education,
    Employment,
    MaritalStatus,
    MedicalInsurance,
    Pension,
    PoliticalStatus,
    YesNo,
)
from residents.base.models.person import Person


def _code(
    label: object, choices: type[models.TextChoices], length: int = 2
) -> "models.CharField[str, str]":
    return models.CharField(label, max_length=length, choices=choices.choices, blank=True)  # type: ignore[arg-type]


def _known(name: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{name}__in": ["", *choices.values]}), name=f"detail_{name}_known"
    )


class PersonDetail(models.Model):
    """One row a person at the most; "" is unknown. `provenance` as on Person, for the columns here.

    `registered_address` and `actual_address` are what sources write; where the person is tied to a dwelling
    of the city, that tie (Occupancy) is the fact and these are its echo.
    """

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="detail")
    former_name = models.CharField(_("曾用名"), max_length=60, blank=True)
    registered_address = models.CharField(_("户籍地址"), max_length=160, blank=True)
    actual_address = models.CharField(_("现住地址"), max_length=160, blank=True)
    marital_status = _code(_("婚姻状况"), MaritalStatus)
    education = _code(_("文化程度"), Education)
    political_status = _code(_("政治面貌"), PoliticalStatus)
    employment = _code(_("就业状况"), Employment)
    employer = models.CharField(_("服务处所"), max_length=80, blank=True)
    pension = _code(_("养老保险"), Pension)
    medical_insurance = _code(_("医疗保险"), MedicalInsurance)
    aid_status = _code(_("社会救助"), AidStatus)
    disability_certificate = EncryptedTextField(_("残疾人证号"), null=True)
    disability_kind = _code(_("残疾类别"), DisabilityKind)
    disability_level = _code(_("残疾等级"), DisabilityLevel)
    lives_alone = _code(_("独居"), YesNo)
    provenance = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("人员详情")
        verbose_name_plural = _("人员详情")
        constraints = [
            _known("marital_status", MaritalStatus),
            _known("education", Education),
            _known("political_status", PoliticalStatus),
            _known("employment", Employment),
            _known("pension", Pension),
            _known("medical_insurance", MedicalInsurance),
            _known("aid_status", AidStatus),
            _known("disability_kind", DisabilityKind),
            _known("disability_level", DisabilityLevel),
            _known("lives_alone", YesNo),
        ]

    def __str__(self) -> str:
        return str(self.pk)
