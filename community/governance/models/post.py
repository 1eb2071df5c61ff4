"""Posts: a person acts for a body in a role, on a legal basis, for a term. One person may hold several."""

from datetime import date, timedelta

from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase

from accounts.models import User
from common.ids import uuid7
from community.governance.enums import PostBasis, Role
from community.governance.models.body import Body
from community.governance.models.place import Place
from community.governance.querysets import PostQuerySet
from community.governance.roles import capacity


class Post(models.Model):
    """任职. `lines` narrows the post to some windows (empty means all that the body answers for)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    body = models.ForeignKey(Body, models.PROTECT, related_name="posts")
    role = models.CharField(_("角色"), max_length=24, choices=Role.choices)
    title = models.CharField(_("职务"), max_length=40, blank=True)
    lines = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    basis = models.CharField(_("任职依据"), max_length=16, choices=PostBasis.choices)
    document_no = models.CharField(_("文号"), max_length=60, blank=True)
    group = models.ForeignKey(Group, models.PROTECT, related_name="posts")
    started_on = models.DateField(_("起"))
    ended_on = models.DateField(_("止"), null=True)
    # 代理: the post whose holder is away; such a post has a last day from the beginning.
    deputises = models.ForeignKey("self", models.PROTECT, null=True, related_name="deputies")

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="post_role_known"),
            models.CheckConstraint(
                condition=Q(basis__in=PostBasis.values), name="post_basis_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="post_ends_after_start",
            ),
            # 居民委员会组织法: the committee is elected, nobody is appointed to it (domain S7).
            models.CheckConstraint(
                condition=~Q(role__in=[Role.COMMITTEE_DIRECTOR, Role.COMMITTEE_MEMBER])
                | Q(basis=PostBasis.ELECTION),
                name="committee_post_by_election",
            ),
            models.CheckConstraint(
                condition=Q(deputises__isnull=True) | Q(ended_on__isnull=False),
                name="deputy_has_a_last_day",
            ),
            models.UniqueConstraint(
                "user", "body", "role", condition=Q(ended_on__isnull=True), name="post_held_once"
            ),
        ]
        indexes = [models.Index(fields=["body", "role"], name="post_of_body")]

    def __str__(self) -> str:
        return self.label

    @property
    def last_day(self) -> date | None:
        """The last day on which it gives anything."""
        return self.ended_on - timedelta(days=1) if self.ended_on else None

    @property
    def label(self) -> str:
        """What stands beside every act: "先锋社区服务站 · 窗口人员"."""
        return f"{self.body.label} · {self.capacity}"

    @property
    def capacity(self) -> str:
        return capacity(self.title, self.role, is_deputy=self.deputises_id is not None)


class PlaceGrant(GroupObjectPermissionBase):
    """guardian's direct-FK table: a body's role (group) holds a power at a place and below it."""

    content_object = models.ForeignKey(Place, models.CASCADE, related_name="grants")

    class Meta(GroupObjectPermissionBase.Meta):
        verbose_name = _("授权")
        verbose_name_plural = _("授权")
