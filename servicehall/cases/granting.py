"""What granting a case gives: the same for everybody, what was proposed in public, or an amount to be decided."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise

from servicehall.cases.models import Case
from servicehall.catalogue.benefits import PERIODS, benefit_of


@dataclass(frozen=True, slots=True)
class Gift:
    """`amount` is None where it must be decided for this household; `is_fixed`: nobody decides it."""

    period: str | Promise
    amount: Decimal | None
    is_fixed: bool


def gift_of(case: Case) -> Gift | None:
    """None where the item gives no benefit."""
    rule = benefit_of(case.version.content)
    if rule is None:
        return None
    proposed = Decimal(case.amount) if case.amount else None
    amount = proposed if rule.amount is None else rule.amount
    return Gift(PERIODS[rule.period], amount, rule.amount is not None)
