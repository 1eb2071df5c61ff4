"""What those who export and those who ask for reports are told, and what residents read of it."""

from django.utils.translation import gettext_lazy as _

from notifications import events
from notifications.enums import Channel
from notifications.kinds import Kind, register
from residents.base.looks import describe

IN_SITE = (Channel.IN_SITE,)

describe({"person.exported": _("把您的信息提供给了部门")})

# To the systems of the departments concerned: ids and codes (residents/exchange/actions/feedback.py).
BATCH_APPLIED = "batch.applied"
CONFLICT_OPENED, CONFLICT_SETTLED = "conflict.opened", "conflict.settled"
CORRECTION_ACCEPTED = "correction.accepted"
events.register(
    events.Event(BATCH_APPLIED, _("报送的数据已导入")),
    events.Event(CONFLICT_OPENED, _("发现数据冲突")),
    events.Event(CONFLICT_SETTLED, _("数据冲突已裁定")),
    events.Event(CORRECTION_ACCEPTED, _("居民更正了您部门登记的内容")),
)

register(
    Kind(
        "export.ready",
        _("导出文件已生成"),
        _("“%(template)s”（%(place)s）已生成，共%(count)s行，请在%(date)s前下载，过期自动删除。"),
        "",
        IN_SITE,
        link="exchange:export",
    ),
    Kind(
        "export.waiting",
        _("导出须第二人审批"),
        _("“%(template)s”（%(place)s）共%(count)s行，须由另一位有审批权限的人同意后才生成文件。"),
        "",
        IN_SITE,
        link="exchange:export",
    ),
    Kind(
        "export.asked",
        _("有导出等您审批"),
        _("“%(template)s”（%(place)s）共%(count)s行，等第二人审批。请核对用途和接收人。"),
        "",
        IN_SITE,
        link="exchange:export",
    ),
    Kind(
        "export.rejected",
        _("导出未获批准"),
        _("“%(template)s”（%(place)s）未获批准，理由见导出页面。"),
        "",
        IN_SITE,
        link="exchange:export",
    ),
    Kind(
        "report.approved",
        _("报表已批准"),
        _("“%(report)s”已获批准，已下发给社区。"),
        "",
        IN_SITE,
        link="exchange:request",
    ),
    Kind(
        "report.opened",
        _("有报表要填"),
        _("“%(report)s”已经社区办批准，请在%(date)s前填报；基础库已有的内容不用再填。"),
        "",
        IN_SITE,
        link="exchange:form",
    ),
    Kind(
        "report.rejected",
        _("报表未获批准"),
        _("“%(report)s”未获批准，理由见报表页面。"),
        "",
        IN_SITE,
        link="exchange:request",
    ),
)
