"""共同签字: adults of a household who are asked for their own agreement before a case goes on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.ids import uuid7
from community.governance.models import Post
from residents.base.models import Person
from residents.base.ties import OnMerge, Tie, declare
from servicehall.cases.enums import SignatureHow, SignatureState
from servicehall.cases.models.case import Case
from servicehall.cases.models.draft import Upload
from servicehall.cases.querysets import CoSignatureQuerySet


class CoSignature(models.Model):
    """One adult's yes or no to the text of the item version of the case (`ItemVersion.content["cosign_text"]`).

    `signer` is who gave it: the person, his guardian, or nobody known where it was given on paper; `post`
    is the window that saw the paper.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    state = models.CharField(
        _("状态"), max_length=10, choices=SignatureState.choices, default=SignatureState.ASKED
    )
    how = models.CharField(_("方式"), max_length=10, choices=SignatureHow.choices, blank=True)
    asked_at = models.DateTimeField(_("请签时间"))
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    signer = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    scan = models.ForeignKey(Upload, models.PROTECT, null=True, related_name="+")

    objects = CoSignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("共同签字")
        verbose_name_plural = _("共同签字")
        ordering = ["case_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=SignatureState.values), name="signature_state_known"
            ),
            models.CheckConstraint(
                condition=Q(how="") | Q(how__in=SignatureHow.values), name="signature_how_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=SignatureState.SIGNED)
                | (Q(answered_at__isnull=False) & ~Q(how="")),
                name="signed_says_how",
            ),
            models.UniqueConstraint("case", "person", name="signature_once"),
        ]
        indexes = [models.Index(fields=["person", "state"], name="signature_of_person")]

    def __str__(self) -> str:
        return str(self.pk)


declare(Tie("servicehall.CoSignature", "person", OnMerge.MOVE, _("共同签字")))
