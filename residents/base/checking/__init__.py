"""The standing data checks: what must not be so in the base, each one query a community (D11, D18)."""

from residents.base.checking import households, persons  # noqa: F401  they enter their checks
from residents.base.checking.registry import CHECKS, Check, Figures, Of, Ward, figures_on

__all__ = ["CHECKS", "Check", "Figures", "Of", "Ward", "figures_on"]
