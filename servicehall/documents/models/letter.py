"""A letter 文书 as it was issued, and the dated texts that letters are made from."""

import json
import uuid
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.fields import EncryptedTextField
from common.ids import uuid7
from community.governance.models import Body, Post
from residents.base.models import Person
from servicehall.cases.models import Case, CaseEvent, Mandate
from servicehall.catalogue.enums import VersionState
from servicehall.catalogue.living import Living
from servicehall.catalogue.models import ServiceItem
from servicehall.documents.enums import LetterKind, LetterState
from servicehall.documents.models.authority import DAYS, ENDS_AFTER_START
from servicehall.documents.querysets import LetterQuerySet, LetterTextQuerySet

BASIS_LENGTH = 200


class LetterText(Living, models.Model):
    """One version of the words of a kind of letter; an item may have its own. Schema: data/README.md."""

    kind = models.CharField(_("文种"), max_length=20, choices=LetterKind.choices)
    item = models.ForeignKey(ServiceItem, models.PROTECT, null=True, related_name="letter_texts")
    number = models.PositiveSmallIntegerField(_("版本"))
    state = models.CharField(_("状态"), max_length=12, choices=VersionState.choices)
    content = models.JSONField()
    basis = models.CharField(_("依据"), max_length=BASIS_LENGTH, blank=True)
    # Of a draft: from when it is wanted.
    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True)
    # Nobody changed what came from the file.
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    note = models.CharField(_("退回的理由"), max_length=200, blank=True)

    objects = LetterTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("文书模板")
        verbose_name_plural = _("文书模板")
        ordering = ["kind", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=LetterKind.values), name="letter_text_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=VersionState.values), name="letter_text_state_known"
            ),
            models.UniqueConstraint(
                fields=["kind", "item", "number"],
                name="letter_text_number_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["kind", "item"],
                name="one_draft_of_a_letter_text",
                condition=Q(state__in=[VersionState.DRAFT, VersionState.WAITING]),
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=ENDS_AFTER_START, name="letter_text_dates"),
            ExclusionConstraint(
                name="one_general_text_a_day",
                expressions=[("kind", RangeOperators.EQUAL), (DAYS, RangeOperators.OVERLAPS)],
                condition=Q(item__isnull=True, state=VersionState.PUBLISHED),
            ),
            ExclusionConstraint(
                name="one_text_of_item_a_day",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    ("item", RangeOperators.EQUAL),
                    (DAYS, RangeOperators.OVERLAPS),
                ],
                condition=Q(item__isnull=False, state=VersionState.PUBLISHED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"

    @property
    def code(self) -> str:
        """As it stands in addresses; `place_of` reads it."""
        return f"{self.kind}-{self.item_id}" if self.item_id else self.kind


class Letter(models.Model):
    """文书. `content` is the whole letter with every variable resolved: it never changes again.

    `code` opens the public check. `file` and `sha256` come with the first time that somebody asks for the PDF;
    from then on the same bytes are given out.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Of a case, or of a mandate that somebody gave.
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="letters")
    mandate = models.ForeignKey(Mandate, models.PROTECT, null=True, related_name="letters")
    event = models.ForeignKey(CaseEvent, models.PROTECT, null=True, related_name="letters")
    kind = models.CharField(_("文种"), max_length=20, choices=LetterKind.choices)
    number = models.CharField(_("发文字号"), max_length=80, unique=True)
    code = models.CharField(_("核验码"), max_length=20, unique=True)
    body = models.ForeignKey(Body, models.PROTECT, related_name="letters")
    text = models.ForeignKey(LetterText, models.PROTECT, related_name="letters")
    content = EncryptedTextField(_("内容"))
    issued_at = models.DateTimeField(_("签发时间"))
    issued_on = models.DateField(_("成文日期"))
    issued_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("状态"), max_length=10, choices=LetterState.choices)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(_("作废理由"), max_length=300, blank=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaces")
    file = models.CharField(max_length=80, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("文书")
        verbose_name_plural = _("文书")
        ordering = ["issued_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, mandate__isnull=True)
                | Q(case__isnull=True, mandate__isnull=False),
                name="letter_of_case_or_mandate",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=LetterKind.values), name="letter_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=LetterState.values), name="letter_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=LetterState.IN_FORCE, ended_at__isnull=True)
                | Q(~Q(state=LetterState.IN_FORCE), ended_at__isnull=False),
                name="letter_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(file="", sha256="") | (~Q(file="") & ~Q(sha256="")),
                name="letter_file_has_hash",
            ),
            models.UniqueConstraint(
                "event",
                "kind",
                condition=Q(state=LetterState.IN_FORCE),
                name="one_letter_an_act",
            ),
            models.UniqueConstraint(
                "mandate", condition=Q(state=LetterState.IN_FORCE), name="one_letter_a_mandate"
            ),
        ]
        indexes = [models.Index(fields=["case", "issued_at"], name="letter_of_case")]

    def __str__(self) -> str:
        return self.number

    @property
    def person_id(self) -> uuid.UUID:
        """Whom it names: the applicant, or who gave the mandate."""
        return self._person.pk

    @property
    def _person(self) -> Person:
        if self.case is not None:
            return self.case.applicant
        if self.mandate is not None:
            return self.mandate.giver
        raise ValueError("a letter of nothing")

    @property
    def place_path(self) -> str:
        return self.case.community.path if self.case else self._person.community.path

    @property
    def item_label(self) -> str:
        """What it is about, in the language of the reader where the catalogue has it."""
        return self.case.version.label if self.case is not None else self.words["item"]

    def has_run_out(self, today: date) -> bool:
        """Whether what it says was given until a day that has passed."""
        return self.mandate is not None and self.mandate.until < today

    @cached_property
    def words(self) -> dict[str, Any]:
        """The letter as it reads (content.py)."""
        words: dict[str, Any] = json.loads(self.content)
        return words

    @property
    def shown_code(self) -> str:
        """In groups of four, as on paper."""
        return "-".join(self.code[i : i + 4] for i in range(0, len(self.code), 4))
