"""What people are told of their corrections, deletions, copies and of the family; how the trail says it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.enums import Channel
from notifications.kinds import Kind, register
from residents.base.looks import describe

BOTH = (Channel.IN_SITE, Channel.SMS)
_SMS = _("【一站】您关于个人信息的申请有新进展，请登录“我的信息”查看，或致电%(hotline)s。")


def _kind(code: str, title: Promise | str, in_site: Promise | str, link: str) -> Kind:
    return Kind(code, title, in_site, _SMS, BOTH, is_statutory=True, link=link)


register(
    _kind(
        "correction.filed",
        _("更正申请已收到"),
        _("您的更正申请已收到，%(date)s前答复。"),
        "rights:corrections",
    ),
    _kind(
        "correction.accepted",
        _("更正申请已同意"),
        _("您申请更正的信息已经改好，可以在“我的信息”里看。"),
        "rights:corrections",
    ),
    _kind(
        "correction.refused",
        _("更正申请未同意"),
        _("您的更正申请没有同意，理由和不服怎么办见申请页面。"),
        "rights:corrections",
    ),
    _kind(
        "deletion.filed",
        _("删除申请已收到"),
        _("您的删除申请已收到，%(date)s前答复。"),
        "rights:deletion",
    ),
    _kind(
        "deletion.accepted",
        _("删除申请已办理"),
        _("您的删除申请已办理。删了什么、留下什么和理由见申请页面。"),
        "rights:deletion",
    ),
    _kind(
        "deletion.refused",
        _("删除申请未同意"),
        _("您的删除申请没有同意，理由和不服怎么办见申请页面。"),
        "rights:deletion",
    ),
    _kind(
        "kin.accepted",
        _("近亲属申请已办理"),
        _("您为逝者提出的申请已办理，结果见申请页面。"),
        "rights:kin",
    ),
    _kind(
        "kin.refused",
        _("近亲属申请未同意"),
        _("您为逝者提出的申请没有同意，理由和不服怎么办见申请页面。"),
        "rights:kin",
    ),
    Kind(
        "copy.ready",
        _("信息副本可以下载"),
        _("您要的信息副本已准备好，请在%(count)s小时内下载，过后自动删除。"),
        _(
            "【一站】您要的信息副本已准备好，请在%(count)s小时内登录下载。如非本人要求，请致电%(hotline)s。"
        ),
        BOTH,
        is_statutory=True,
        link="rights:copies",
    ),
    Kind(
        "family.asked",
        _("家人请您允许"),
        _("一位家人想查看您的信息或替您办事。允不允许由您决定，请到“我的家人”答复。"),
        _(
            "【一站】一位家人请您允许查看信息，请登录“我的家人”答复，不同意可以不理。咨询%(hotline)s。"
        ),
        BOTH,
        link="rights:family",
    ),
    Kind(
        "family.given",
        _("家人已允许"),
        _("家人已允许您的请求。您每次查看，对方都能看到。"),
        "",
        (Channel.IN_SITE,),
        link="rights:family",
    ),
    Kind(
        "family.declined",
        _("家人没有允许"),
        _("家人没有允许您的请求。"),
        "",
        (Channel.IN_SITE,),
        link="rights:family",
    ),
    Kind(
        "family.ended",
        _("家人授权已结束"),
        _("您和一位家人之间的授权已结束。"),
        "",
        (Channel.IN_SITE,),
        link="rights:family",
    ),
)

describe(
    {
        "correction.filed": _("申请更正您的信息"),
        "correction.viewed": _("查看您的更正申请"),
        "correction.revealed": _("查看更正申请的完整内容"),
        "correction.paper": _("打开您交的证明"),
        "correction.accept": _("同意更正您的信息"),
        "correction.refuse": _("没有同意更正"),
        "correction.withdraw": _("撤回更正申请"),
        "deletion.filed": _("申请删除信息"),
        "deletion.viewed": _("查看您的删除申请"),
        "deletion.accept": _("办理了您的删除申请"),
        "deletion.refuse": _("没有同意删除申请"),
        "deletion.withdraw": _("撤回删除申请"),
        "kin.filed": _("为逝者提出申请"),
        "kin.viewed": _("查看您为逝者提出的申请"),
        "kin.accept": _("办理了您为逝者提出的申请"),
        "kin.refuse": _("没有同意您为逝者提出的申请"),
        "kin.withdraw": _("撤回为逝者提出的申请"),
        "consent.given": _("登记同意"),
        "consent.withdrawn": _("撤回同意"),
        "copy.asked": _("要一份信息副本"),
        "copy.made": _("做好了您的信息副本"),
        "copy.opened": _("下载信息副本"),
        "family.asked": _("请您允许查看或替办"),
        "family.give": _("允许家人"),
        "family.decline": _("没有允许家人"),
        "family.cancel": _("不再请您允许"),
        "family.end": _("结束家人授权"),
        "family.viewed": _("查看了您的信息"),
        "guardian.recorded": _("登记监护关系"),
        "guardian.ended": _("结束监护关系"),
    }
)
