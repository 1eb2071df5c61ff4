"""What publicity tells: an office that somebody objects, and whoever objected that there is an answer.

The SMS says neither what was objected to nor how it was answered: a phone is read by others too.
"""

from django.utils.translation import gettext_lazy as _

from notifications.enums import Channel
from notifications.kinds import Kind, register
from residents.base.looks import describe

describe(
    {
        "objection.filed": _("有人对公示提出异议"),
        "objection.referred": _("异议交民主评议"),
        "objection.uphold": _("异议核查：成立"),
        "objection.dismiss": _("异议核查：不成立"),
        "case.appraised": _("登记民主评议"),
    }
)

register(
    Kind(
        "publicity.objection",
        _("公示有异议"),
        _("%(place)s的一件公示有人提出异议，请在%(date)s前核查答复。答复前公示不会结束。"),
        "",
        (Channel.IN_SITE,),
        link="publicity:objection",
    ),
    Kind(
        "publicity.answered",
        _("异议有答复"),
        "",
        _(
            "【一站】您向%(station)s提出的异议已有答复，查询编号%(code)s，请到公示页面查看或致电%(hotline)s。"
        ),
        (Channel.SMS,),
        is_statutory=True,
    ),
)
