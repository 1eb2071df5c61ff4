"""What a rating may be about (好差评): reasons to tick for each level, as data. Codes are stored, never texts."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicehall.enums import BAD, GOOD

Reasons = Sequence[tuple[str, str | Promise]]

PRAISE: Reasons = (
    ("once", _("一次就办好")),
    ("fast", _("办得快")),
    ("kind", _("态度好")),
    ("clear", _("说得清楚")),
    ("few_papers", _("材料少")),
    ("easy_online", _("网上好用")),
)
WISHES: Reasons = (
    ("faster", _("可以再快一点")),
    ("clearer", _("可以说得再清楚一点")),
    ("fewer_papers", _("材料可以再少一点")),
    ("easier_online", _("网上可以再好用一点")),
)
COMPLAINTS: Reasons = (
    ("many_trips", _("跑了好几趟")),
    ("slow", _("等得太久")),
    ("unkind", _("态度不好")),
    ("guide_wrong", _("指南和实际不一样")),
    ("extra_papers", _("多要了材料")),
    ("hard_online", _("网上不好用")),
    ("extra_fee", _("多收了费")),
)


def reasons_for(level: int) -> Reasons:
    """The reasons that fit a level of satisfaction (1 is best)."""
    if level in GOOD:
        return PRAISE
    return COMPLAINTS if level in BAD else WISHES
