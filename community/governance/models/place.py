"""One tree of places, from the city down to the stairwell. Bodies hang on it, they are not in it."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext_lazy as _

from common.ids import uuid7
from community.governance.enums import ABOVE_BUILDINGS, PlaceLevel, Power
from community.governance.querysets import PlaceQuerySet


def place_label(name: str, name_en: str) -> str:
    """The name of a place in the language of the reader."""
    return name_en if name_en and get_language() == "en" else name


class Place(models.Model):
    """A node of the tree. `path` is "/150300/150302/…/": a subtree is `path__startswith`.

    Codes: GB/T 2260 and GB/T 10114 down to the community (12 digits); below it
    area 2 + yard 3 + building 3 + unit 2 digits, as domain 3.6. Codes are never used again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    level = models.CharField(_("层级"), max_length=10, choices=PlaceLevel.choices)
    code = models.CharField(_("代码"), max_length=24, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=200, unique=True)
    is_provisional = models.BooleanField(_("暂定"), default=False)
    source = models.CharField(_("来源"), max_length=120, blank=True)
    valid_from = models.DateField(_("启用"))
    valid_to = models.DateField(_("撤销"), null=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("地点")
        verbose_name_plural = _("地点")
        ordering = ["path"]
        permissions = tuple(Power.choices)
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=PlaceLevel.values), name="place_level_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="place_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(OpClass("path", "text_pattern_ops"), name="place_path_prefix"),
            # Where addresses are looked up: the few yards below a community.
            models.Index(
                OpClass("path", "text_pattern_ops"),
                condition=Q(level__in=ABOVE_BUILDINGS),
                include=["id", "name"],
                name="place_yards",
            ),
            models.Index(fields=["parent", "code"], name="place_children"),
            models.Index(fields=["level", "code"], name="place_by_level"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return place_label(self.name, self.name_en)


class PlaceSuccession(models.Model):
    """Who follows whom after a merger, split or transfer; the predecessor is kept for ever (domain S18)."""

    predecessor = models.ForeignKey(Place, models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Place, models.PROTECT, related_name="origins")
    effective_on = models.DateField(_("生效"))
    document_no = models.CharField(_("批准文号"), max_length=60)

    class Meta:
        verbose_name = _("承继")
        verbose_name_plural = _("承继")
        constraints = [
            models.UniqueConstraint("predecessor", "successor", name="place_succeeds_once"),
        ]
