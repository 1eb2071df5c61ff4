"""The fixed words of supervision (domain 3.7, GB/T 39046)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FindingKind(TextChoices):
    """Every trigger of 电子监察. The number of the rule is its place here: RULE_NUMBERS."""

    REFUSED_ACCEPTANCE = "refused_acceptance", _("应受理不受理")
    OVER_PROMISED = "over_promised", _("超承诺时限")
    OVER_STATUTORY = "over_statutory", _("超法定时限")
    STEP_LATE = "step_late", _("环节超时")
    FORWARDED_LATE = "forwarded_late", _("逾期转办")
    NO_REASON = "no_reason", _("没有写明理由")
    OFF_SYSTEM = "off_system", _("体外办理，事后补录")
    FEE = "fee", _("违规收费")
    SECOND_NOTICE = "second_notice", _("再次告知（新情况）")
    SECOND_SUPPLEMENT = "second_supplement", _("让申请人再次补正")
    SILENCE = "silence", _("逾期不告知，视为受理")
    UNDERTAKING_LATE = "undertaking_late", _("容缺逾期未补，承诺逾期未核实")
    CONSULTATION_LATE = "consultation_late", _("征求意见逾期未答复")
    PASSED_ON = "passed_on", _("传话筒")
    OTHER = "other", _("其他")


RULE_NUMBERS = {kind: f"JC-{number:02d}" for number, kind in enumerate(FindingKind, start=1)}

# What only people can know: from a complaint, a visit, a paper file.
BY_PEOPLE = (
    FindingKind.REFUSED_ACCEPTANCE,
    FindingKind.FEE,
    FindingKind.NO_REASON,
    FindingKind.OFF_SYSTEM,
    FindingKind.OTHER,
)


class RungBase(TextChoices):
    """From which day of the case's clock a rung counts."""

    WARN = "warn", _("临期日")
    PROMISED = "promised", _("承诺办结日")
    STATUTORY = "statutory", _("法定办结日")


class Teller(TextChoices):
    """Who is told at a rung."""

    HANDLER = "handler", _("经办单位")
    DIRECTOR = "director", _("服务站站长")
    STREET = "street", _("街道办事处")
    DISTRICT = "district", _("区社区办")
    SUPERVISION = "supervision", _("监察")


class UrgingState(TextChoices):
    ISSUED = "issued", _("待回复")
    REPLIED = "replied", _("已回复")
    CLOSED = "closed", _("已办结")


class UrgingAction(TextChoices):
    REPLY = "reply", _("回复")
    RETURN = "return", _("退回重办")
    CLOSE = "close", _("办结")
