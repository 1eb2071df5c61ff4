"""What supervision tells staff, on this site only: a rung of the ladder, an urging letter, a reply."""

from django.utils.translation import gettext_lazy as _

from notifications.enums import Channel
from notifications.kinds import Kind, register
from residents.base.looks import describe

describe(
    {
        "finding.recorded": _("登记监察发现"),
        "finding.dismissed": _("监察发现不计入"),
        "case.recorded_later": _("补录体外办理"),
        "urging.issued": _("发出督办"),
        "urging.reply": _("回复督办"),
        "urging.return": _("督办退回重办"),
        "urging.close": _("督办办结"),
    }
)

HERE = (Channel.IN_SITE,)

register(
    Kind(
        "supervision.rung",
        _("办件需要督促"),
        _("办件%(number)s（%(item)s）：%(rung)s，现由%(body)s办理，请督促。"),
        "",
        HERE,
        link="supervision:case",
    ),
    Kind(
        "supervision.urged",
        _("收到督办"),
        _("本单位收到%(number)s督办，请在%(date)s前回复。"),
        "",
        HERE,
        link="supervision:urging",
    ),
    Kind(
        "supervision.replied",
        _("督办有回复"),
        _("%(number)s督办已有回复，请查看并办结。"),
        "",
        HERE,
        link="supervision:urging",
    ),
)
