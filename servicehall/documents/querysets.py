"""The reads of letters. What a person can see of a case he can see of its letters."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Self, cast

from django.db.models import Q, QuerySet

from community.governance.enums import Power
from servicehall.catalogue.enums import VersionState
from servicehall.documents.enums import LetterState

if TYPE_CHECKING:
    from community.governance.scopes import Scope
    from servicehall.cases.models import Case, Mandate
    from servicehall.documents.models import Letter, Letterhead, LetterText, NumberMark, Seal  # noqa: F401


def holds_on(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


class LetterQuerySet(QuerySet["Letter"]):
    def visible_to(self, scope: Scope) -> Self:
        """Those of the cases that one may open, and of the mandates that one may see."""
        if scope.is_nobody:
            return self.none()
        cases = cast("type[Case]", self.model._meta.get_field("case").related_model)
        mandates = cast("type[Mandate]", self.model._meta.get_field("mandate").related_model)
        return self.filter(
            Q(case__in=cases.objects.visible_to(scope).values("pk"))
            | Q(mandate__in=mandates.objects.visible_to(scope).values("pk"))
        )

    def of_mandate(self, mandate_id: uuid.UUID) -> Self:
        return self.filter(mandate_id=mandate_id).order_by("-issued_at", "-id")

    def of_case(self, case: Case) -> Self:
        """For whoever already has the case before him."""
        return self.filter(case=case).order_by("issued_at", "id")

    def with_code(self, code: str) -> Self:
        """For the public check: whoever holds the code holds the letter."""
        return self.filter(code=code)

    def in_force(self) -> Self:
        return self.filter(state=LetterState.IN_FORCE)

    def whole(self) -> Self:
        return self.select_related(
            "case__version",
            "case__applicant",
            "case__community",
            "mandate__giver__community",
            "body",
        )


class LetterTextQuerySet(QuerySet["LetterText"]):
    def visible_to(self, scope: Scope) -> Self:
        """Every version, drafts too, for those who look after the catalogue."""
        return self if scope.has(Power.EDIT_CATALOGUE) else self.none()

    def of(self, kind: str, item_id: str | None) -> Self:
        """The versions of one text."""
        return self.filter(kind=kind, item_id=item_id)

    def for_item(self, kind: str, item_id: str, day: date) -> LetterText | None:
        """The text in force: the item's own where it has one, else the general one."""
        own_or_general = Q(item_id=item_id) | Q(item=None)
        return (
            self.filter(holds_on(day), own_or_general, kind=kind, state=VersionState.PUBLISHED)
            .order_by("item_id")  # null comes last
            .first()
        )


class LetterheadQuerySet(QuerySet["Letterhead"]):
    def of_body(self, body_id: uuid.UUID, day: date) -> Letterhead | None:
        return self.filter(holds_on(day), body_id=body_id).first()


class NumberMarkQuerySet(QuerySet["NumberMark"]):
    def texts(self, day: date, **codes: str) -> dict[str, str]:
        """The signs of a line and a group by subject: `texts(day, line="W1_CIVIL", group="decision")`."""
        wanted = Q(pk__in=[])
        for subject, code in codes.items():
            wanted |= Q(subject=subject, code=code)
        return dict(self.filter(holds_on(day)).filter(wanted).values_list("subject", "text"))


class SealQuerySet(QuerySet["Seal"]):
    def for_letter(self, *, body_id: uuid.UUID, kind: str, role: str, day: date) -> Seal | None:
        """The seal with authority on that day for that kind, in the hands of that role; the narrowest first.

        Without a role the portal acts by itself: it takes only a seal that was released for that.
        """
        user = Q(is_automatic=True) if not role else Q(roles=[]) | Q(roles__contains=[role])
        found = self.filter(holds_on(day), user, Q(kinds=[]) | Q(kinds__contains=[kind]))
        seals = found.filter(body_id=body_id).order_by("id")
        return max(seals, key=lambda seal: (bool(seal.kinds), seal.valid_from), default=None)
