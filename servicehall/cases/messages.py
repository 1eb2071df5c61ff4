"""What an applicant is told (domain 1M): received, supplement, accepted, decided, delivered; and how it ended
otherwise. The SMS names neither item nor result: a phone is read by others too."""

from django.utils.translation import gettext_lazy as _

from notifications.enums import Channel
from notifications.kinds import Kind, register
from residents.base.looks import describe
from servicehall.cases.enums import CaseAction

BOTH = (Channel.IN_SITE, Channel.SMS)
CASE_PAGE = "servicehall:my-case"

# What the applicant reads in 谁看过我的信息.
describe(
    {f"case.{action.value}": action.label for action in CaseAction}
    | {"case.due_moved": _("放假安排调整，办结日期变动")}
)


def _kind(
    code: str, title: object, in_site: object, sms: object, *, is_statutory: bool = False
) -> Kind:
    return Kind(code, title, in_site, sms, BOTH, is_statutory=is_statutory, link=CASE_PAGE)  # type: ignore[arg-type]


register(
    _kind(
        "case.received",
        _("申请已收到"),
        _("您的申请“%(item)s”已由%(station)s收到，办件编号%(number)s。"),
        _(
            "【一站】%(station)s已收到您的申请，办件编号%(number)s，查询码%(query_code)s。凭编号和查询码可查进度。"
        ),
    ),
    _kind(
        "case.accepted",
        _("申请已受理"),
        _("您的申请“%(item)s”已受理，预计%(date)s前办结。"),
        _("【一站】您在%(station)s的申请已受理，预计%(date)s前办结。咨询%(hotline)s。"),
    ),
    _kind(
        "case.supplement",
        _("需要补正材料"),
        _("您的申请“%(item)s”需要补正，请在%(date)s前补齐。需要补正的内容已一次列全。"),
        _(
            "【一站】您在%(station)s的申请需要补正，请在%(date)s前补齐，详见办件页面或致电%(hotline)s。"
        ),
        is_statutory=True,
    ),
    _kind(
        "case.not_accepted",
        _("申请不予受理"),
        _("您的申请“%(item)s”不予受理，理由和应找的部门见办件页面。"),
        _("【一站】您在%(station)s的申请有新进展，请查询办件页面或致电%(hotline)s。"),
        is_statutory=True,
    ),
    _kind(
        "case.terminated",
        _("申请已终止"),
        _("您的申请“%(item)s”因逾期未补正已终止，可以重新申请。"),
        _("【一站】您在%(station)s的申请有新进展，请查询办件页面或致电%(hotline)s。"),
        is_statutory=True,
    ),
    _kind(
        "case.decided",
        _("申请已办结"),
        _("您的申请“%(item)s”已有结果，请查看办件页面。办结后可以评价。"),
        _("【一站】您在%(station)s的申请已有结果，请查询办件页面或致电%(hotline)s。"),
        is_statutory=True,
    ),
    _kind(
        "case.extended",
        _("办理期限延长"),
        _("您的申请“%(item)s”延长了办理期限，预计%(date)s前办结，理由见办件页面。"),
        _("【一站】您在%(station)s的申请延长了办理期限，预计%(date)s前办结。咨询%(hotline)s。"),
        is_statutory=True,
    ),
    _kind(
        "case.due_moved",
        _("办结日期有变动"),
        _("因放假安排调整，您的申请“%(item)s”预计%(date)s前办结。"),
        _("【一站】因放假安排调整，您在%(station)s的申请预计%(date)s前办结。咨询%(hotline)s。"),
    ),
    _kind(
        "case.answer_day_moved",
        _("补正期限有变动"),
        _("因放假安排调整，您的申请“%(item)s”的补正期限延到%(date)s。"),
        _("【一站】因放假安排调整，您在%(station)s的申请补正期限延到%(date)s。咨询%(hotline)s。"),
    ),
    _kind(
        "case.special",
        _("进入特别程序"),
        _("您的申请“%(item)s”需要特别程序，预计%(date)s结束；这段时间不计入办理期限。"),
        _("【一站】您在%(station)s的申请有新进展，请查询办件页面或致电%(hotline)s。"),
        is_statutory=True,
    ),
    _kind(
        "case.reopened",
        _("重新办理"),
        _("您的申请“%(item)s”的决定已撤销，正在重新办理，理由见办件页面。"),
        _("【一站】您在%(station)s的申请有新进展，请查询办件页面或致电%(hotline)s。"),
        is_statutory=True,
    ),
    _kind(
        "case.delivered",
        _("结果已送达"),
        _("您的申请“%(item)s”的结果已送达。欢迎评价我们的服务。"),
        _("【一站】您在%(station)s的申请结果已送达。如未收到请致电%(hotline)s。"),
    ),
)

describe(
    {
        "case.wrote": _("您在办件里留言"),
        "case.answered": _("答复了您的留言"),
        "case.message_settled": _("看了您的留言"),
    }
)

register(
    Kind(
        "case.message",
        _("有人答复了您的留言"),
        _("您的申请“%(item)s”有新的答复，请看办件页面的留言。"),
        "",
        (Channel.IN_SITE,),
        link="servicehall:my-case-messages",
    )
)

describe(
    {
        "case.started_for": _("替您开始填写申请，看到了表上已有的信息"),
        "mandate.recorded": _("登记了您的授权委托"),
        "mandate.revoked": _("撤销了您的授权委托"),
    }
)

register(
    _kind(
        "case.filed_for_you",
        _("有人替您提交了申请"),
        _(
            "有人替您提交了申请“%(item)s”，办件编号%(number)s。不是您的意思，请马上撤回或告诉%(station)s。"
        ),
        _(
            "【一站】有人替您在%(station)s提交了申请，办件编号%(number)s。如非您本人意愿，请致电%(hotline)s。"
        ),
    ),
    Kind(
        "mandate.recorded",
        _("登记了授权委托"),
        _("窗口登记了一份与您有关的授权委托，有效到%(date)s。不对的，请马上撤销或打电话。"),
        _("【一站】窗口登记了一份与您有关的授权委托，有效到%(date)s。不对请致电%(hotline)s。"),
        BOTH,
        is_statutory=True,
        link="servicehall:my-mandates",
    ),
    Kind(
        "mandate.revoked",
        _("授权委托已撤销"),
        _("一份与您有关的授权委托已撤销。"),
        _("【一站】一份与您有关的授权委托已撤销。咨询%(hotline)s。"),
        BOTH,
        link="servicehall:my-mandates",
    ),
)

describe(
    {
        "cosign.signed": _("登记了您对家庭申请的同意"),
        "cosign.refused": _("登记您不同意家庭申请"),
        "cosign.withdrawn": _("登记您撤回对家庭申请的同意"),
    }
)

register(
    Kind(
        "cosign.asked",
        _("需要您签字"),
        _("家人申请“%(item)s”，需要您本人同意。请到“需要我签字的”看清楚再答复，同不同意由您决定。"),
        _(
            "【一站】家人的一项申请需要您本人签字，请登录“需要我签字的”或到%(station)s签字。咨询%(hotline)s。"
        ),
        BOTH,
        link="servicehall:my-signatures",
    )
)

register(
    Kind(
        "proposal.found",
        _("您可能可以申请一项服务"),
        _(
            "按已登记的信息，您可能可以申请“%(item)s”。要不要申请由您决定；不需要也请告诉我们，以后不再提醒。"
        ),
        _("【一站】您可能可以申请一项服务。要不要办由您决定，请登录查看或致电%(hotline)s。"),
        BOTH,
        link="servicehall:my-proposals",
    )
)

register(
    Kind(
        "case.due_days_moved",
        _("办理期限有变动"),
        _("放假安排有调整，本单位部分在办件和事项的期限变了，请看工作台。"),
        "",
        (Channel.IN_SITE,),
    )
)

register(
    Kind(
        "case.came_over",
        _("有办件转到本单位"),
        _("办件%(number)s（%(item)s）由%(body)s转到本单位，请在%(date)s前办理。"),
        "",
        (Channel.IN_SITE,),
        link="servicehall:case",
    ),
    Kind(
        "case.nobody_free",
        _("办件没有人能办"),
        _("办件%(number)s（%(item)s）在%(body)s，能办的人都应回避，也没有其他单位可转，请协调。"),
        "",
        (Channel.IN_SITE,),
        link="supervision:case",
    ),
)

ASKED_PAGE = "servicehall:consultation-answer"

register(
    Kind(
        "consultation.asked",
        _("别的单位征求意见"),
        _("办件%(number)s（%(item)s）请本单位在%(date)s前答复。"),
        "",
        (Channel.IN_SITE,),
        link=ASKED_PAGE,
    ),
    Kind(
        "consultation.due",
        _("征求意见快到期，还没答复"),
        _("办件%(number)s（%(item)s）在等本单位的答复，期限%(date)s。"),
        "",
        (Channel.IN_SITE,),
        link=ASKED_PAGE,
    ),
    Kind(
        "consultation.answered",
        _("征求的意见已答复"),
        _("办件%(number)s（%(item)s）：%(body)s已答复。"),
        "",
        (Channel.IN_SITE,),
        link="servicehall:case",
    ),
)
