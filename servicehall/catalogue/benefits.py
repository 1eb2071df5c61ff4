"""What an item grants for a time (`benefit` of its file), read once and checked.

data/README.md gives the schema. An item without the key grants nothing that would be kept up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PERIODS: Mapping[str, str | Promise] = {
    "once": _("一次性"), "monthly": _("每月"), "yearly": _("每年"),
}  # fmt: skip
STARTS: Mapping[str, str | Promise] = {
    "application_month": _("自申请当月"), "decision_month": _("自决定当月"), "next_month": _("自决定次月"),
}  # fmt: skip
KEYS = {
    *("kind", "name", "amount", "period", "starts", "lasts_months", "review_months"),
    *("life_proof_months", "basis", "certainty", "demo"),
}


@dataclass(frozen=True, slots=True)
class BenefitRule:
    """`amount` in yuan where everybody gets the same; `lasts_months`, `review_months` and
    `life_proof_months` are 0 where there is no end, no re-check, no proof of life."""

    kind: str
    name: Mapping[str, str]
    period: str
    starts: str
    amount: Decimal | None = None
    lasts_months: int = 0
    review_months: int = 0
    life_proof_months: int = 0

    @property
    def is_kept_up(self) -> bool:
        return self.period != "once"


def benefit_of(content: Mapping[str, Any]) -> BenefitRule | None:
    """The benefit of an item version. Raises ValueError where the file is wrong."""
    found = content.get("benefit")
    if not found:
        return None
    if unknown := set(found) - KEYS:
        raise ValueError(f"benefit: unknown keys {sorted(unknown)}")
    if found.get("period") not in PERIODS or found.get("starts") not in STARTS:
        raise ValueError("benefit: period or starts unknown")
    try:
        amount = Decimal(str(found["amount"])) if found.get("amount") is not None else None
    except InvalidOperation:
        raise ValueError("benefit: amount is no number") from None
    return BenefitRule(
        kind=found["kind"],
        name=found["name"],
        period=found["period"],
        starts=found["starts"],
        amount=amount,
        lasts_months=int(found.get("lasts_months") or 0),
        review_months=int(found.get("review_months") or 0),
        life_proof_months=int(found.get("life_proof_months") or 0),
    )


def proves_life(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds of benefit for which this item, once granted, is the proof that somebody is alive (W2-07)."""
    return tuple(content.get("proves_life") or ())
