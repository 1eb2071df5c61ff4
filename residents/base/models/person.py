"""A person, once. Households, dwellings and ties are separate and dated."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.fields import EncryptedTextField
from common.ids import uuid7
from community.governance.models import Place
from residents.base.enums import ETHNIC_GROUPS, DocumentType, PersonState, Sex
from residents.base.querysets import PersonQuerySet

STANDING = Q(merged_into__isnull=True)


class Person(models.Model):
    """One human being. The ID number is never the key: babies have none, departments share wrong ones.

    `place` is the deepest known place where the person lives now (a unit, else the community);
    `community` its community, kept beside it because every hot query narrows by it.
    `provenance` names source and date per attribute: {"phone": ["counter", "2026-11-02"]}.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    full_name = models.CharField(_("姓名"), max_length=60)
    pinyin = models.CharField(max_length=160)
    initials = models.CharField(max_length=60)
    initials_alt = models.CharField(max_length=60, blank=True)
    sex = models.CharField(_("性别"), max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_on = models.DateField(_("出生日期"), null=True)
    ethnic_group = models.CharField(_("民族"), max_length=2, blank=True)
    document_type = models.CharField(
        _("证件类型"), max_length=20, choices=DocumentType.choices, default=DocumentType.RESIDENT_ID
    )
    id_number = EncryptedTextField(_("证件号码"), null=True)
    id_index = models.BinaryField(null=True, max_length=32, editable=False)
    id_tail_index = models.BinaryField(null=True, max_length=32, editable=False)
    duplicate_note = models.CharField(_("重号说明"), max_length=200, blank=True)
    phone = EncryptedTextField(_("联系电话"), null=True)
    phone_index = models.BinaryField(null=True, max_length=32, editable=False)
    bank_card = EncryptedTextField(_("银行卡号"), null=True)
    state = models.CharField(
        _("状态"), max_length=12, choices=PersonState.choices, default=PersonState.ACTIVE
    )
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("现住地点"))
    community = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name=_("所在社区")
    )
    account = models.OneToOneField(User, models.SET_NULL, null=True, related_name="person")
    # Whose post may concern him: nobody acts on the matter of his own household (domain S7, 4.1).
    staff_account = models.OneToOneField(
        User, models.SET_NULL, null=True, related_name="staff_person"
    )
    # A second entry of the same human being leads to the one that stayed (actions/merging.py).
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="absorbed")
    provenance = models.JSONField(default=dict)
    verified_on = models.DateField(_("核实日期"), null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        ordering = ["pinyin", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="person_sex_known"),
            models.CheckConstraint(
                condition=Q(state__in=PersonState.values), name="person_state_known"
            ),
            models.CheckConstraint(
                condition=Q(document_type__in=DocumentType.values), name="person_document_known"
            ),
            models.CheckConstraint(
                condition=Q(id_number__isnull=True, id_index__isnull=True)
                | Q(id_number__isnull=False, id_index__isnull=False),
                name="person_number_has_index",
            ),
            models.UniqueConstraint(
                fields=["id_index"],
                condition=Q(duplicate_note="", merged_into__isnull=True),
                name="person_number_once",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | ~Q(state="merged") & Q(merged_into__isnull=True),
                name="person_merged_leads_on",
            ),
        ]
        indexes = [
            # In the order of names, which is that of the lists: the first who fit are found without sorting.
            models.Index(
                fields=["community", "pinyin", "id"], condition=STANDING, name="person_by_name"
            ),
            models.Index(
                *("community", Left("initials", 2), "pinyin", "id"),
                condition=STANDING,
                include=["initials"],
                name="person_by_initials",
            ),
            models.Index(
                *("community", Left("initials_alt", 2), "pinyin", "id"),
                condition=STANDING & ~Q(initials_alt=""),
                name="person_by_other_initials",
            ),
            # The unique one is partial (documented duplicates), so a look-up cannot use it.
            models.Index(fields=["id_index"], name="person_number"),
            models.Index(fields=["id_tail_index"], name="person_number_tail"),
            models.Index(fields=["phone_index"], name="person_phone"),
            models.Index(fields=["place"], name="person_of_place"),
            # Who might be the same human being: the sound of the name, and about the same age.
            models.Index(fields=["pinyin", "birth_on"], name="person_sound_birth"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def ethnic_group_label(self) -> str:
        return str(ETHNIC_GROUPS.get(self.ethnic_group, ""))
