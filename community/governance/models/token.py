"""Tokens with which programs act for a person, in one post, for some purposes, until a day."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.ids import uuid7
from community.governance.enums import ApiScope
from community.governance.models.post import Post
from community.governance.querysets import ApiTokenQuerySet

LONGEST_LIFE = timedelta(days=366)  # a year, leap years included


class ApiToken(models.Model):
    """接口令牌. Its powers are those of `post` (of the person himself where null) at every request anew,
    so an ended post ends it. `tail` is the end of the secret, by which its owner tells it from others.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, models.PROTECT, related_name="api_tokens")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="api_tokens")
    name = models.CharField(_("用途"), max_length=60)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    tail = models.CharField(max_length=4)
    scopes = ArrayField(models.CharField(max_length=20, choices=ApiScope.choices))
    networks = ArrayField(models.CharField(max_length=43), default=list, blank=True)
    created_at = models.DateTimeField(_("创建时间"))
    expires_at = models.DateTimeField(_("到期时间"))
    last_used_at = models.DateTimeField(_("最近使用"), null=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=ApiScope.values, scopes__len__gt=0),
                name="token_scopes_known",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at"))
                & Q(expires_at__lte=F("created_at") + LONGEST_LIFE),
                name="token_lives_a_year_at_most",
            ),
        ]
        indexes = [models.Index(fields=["owner", "-id"], name="token_of_owner")]

    def __str__(self) -> str:
        return f"{self.name} …{self.tail}"

    @property
    def scope_labels(self) -> list[str]:
        return [str(ApiScope(scope).label) for scope in self.scopes]
