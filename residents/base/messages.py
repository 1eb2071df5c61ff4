"""What residents are told about their accounts: the one-time code, and every change of how one gets in;
and what the guards are told about those who open files.

Where what was typed does not fit, the same phone gets "registration.counter" instead of the code: the same
row, the same limits, the same moment. So the page, its time and the owner of a foreign phone learn nothing,
and a person whose phone is not on file is not left waiting.
"""

from django.utils.translation import gettext_lazy as _

from notifications.enums import Channel
from notifications.kinds import Kind, register

SMS = (Channel.SMS,)
BOTH = (Channel.IN_SITE, Channel.SMS)

register(
    Kind(
        "person.phone_changed",
        _("联系电话已更改"),
        _("您登记的联系电话已由%(office)s更改。不是您本人要求的，请马上打%(hotline)s。"),
        _("【一站】您登记的联系电话刚刚被更改。如非本人要求，请马上致电%(hotline)s。"),
        BOTH,
        is_statutory=True,
    ),
    Kind(
        "person.permit_possible",
        _("可以申领居住证"),
        _(
            "您在本市居住已满%(count)s个月，可以申领居住证，到任一社区服务站窗口或在网上办理。咨询%(hotline)s。"
        ),
        _(
            "【一站】您居住已满%(count)s个月，可以申领居住证，到任一社区服务站办理。咨询%(hotline)s。"
        ),
        BOTH,
        is_repeatable=True,
    ),
    Kind(
        "registration.code",
        _("短信验证码"),
        "",
        _(
            "【一站】验证码%(code)s，%(minutes)s分钟内有效。请勿告诉任何人，工作人员也不会向您索要。"
        ),
        SMS,
        is_urgent=True,
        is_statutory=True,
        is_secret=True,
    ),
    Kind(
        "registration.counter",
        _("请到窗口办理账号"),
        "",
        _(
            "【一站】您填写的信息和登记的对不上，或已开通过账号。请带身份证到社区服务站窗口办理，咨询%(hotline)s。如非本人操作，不用理会。"
        ),
        SMS,
        is_urgent=True,
        is_statutory=True,
        is_secret=True,
    ),
    Kind(
        "account.opened",
        _("账号已开通"),
        _("您的账号已开通。以后用身份证号和密码登录。如非本人办理，请马上致电%(hotline)s。"),
        _("【一站】您的账号已开通。如非本人办理，请马上致电%(hotline)s。"),
        BOTH,
        is_statutory=True,
    ),
    Kind(
        "account.password_renewed",
        _("密码已重设"),
        _("您的登录密码已重设，其他设备都已退出。如非本人办理，请马上致电%(hotline)s。"),
        _("【一站】您的登录密码已重设。如非本人办理，请马上致电%(hotline)s。"),
        BOTH,
        is_statutory=True,
    ),
    Kind(
        "canary.touched",
        _("预警档案被打开"),
        _(
            "%(time)s，%(office)s的%(name)s（账号%(account)s）打开了一份预警档案。"
            "这份档案没有人需要办事，请马上核实原因（审计记录%(entry)s）。"
        ),
        "",
        (Channel.IN_SITE,),
    ),
    Kind(
        "files.many",
        _("一人一天打开的档案很多"),
        _(
            "%(office)s的%(name)s（账号%(account)s）今天打开的档案已超过%(count)s份，请核实是否都是办事需要。"
        ),
        "",
        (Channel.IN_SITE,),
    ),
    Kind(
        "care.review_due",
        _("服务关怀标签待复核"),
        _(
            "本社区有%(count)s个服务关怀标签需要复核，请在“数据整理”的“关怀复核”中逐个处理；到期不延长的自动结束。"
        ),
        "",
        (Channel.IN_SITE,),
    ),
)
