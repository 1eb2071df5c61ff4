"""The fixed words of the exchange with departments."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RunState(TextChoices):
    """An export on its way: rows are gathered, perhaps a second person decides, the file is written."""

    GATHERING = "gathering", _("正在取数")
    WAITING = "waiting", _("待第二人审批")
    WRITING = "writing", _("正在生成文件")
    READY = "ready", _("可以下载")
    EMPTY = "empty", _("没有可导出的人")
    REJECTED = "rejected", _("未批准")
    EXPIRED = "expired", _("已过期并删除")


class RequestState(TextChoices):
    WAITING = "waiting", _("待社区办审批")
    APPROVED = "approved", _("已批准")
    REJECTED = "rejected", _("未批准")


class Frequency(TextChoices):
    ONCE = "once", _("一次")
    MONTHLY = "monthly", _("每月")
    QUARTERLY = "quarterly", _("每季度")
    YEARLY = "yearly", _("每年")


class FormState(TextChoices):
    OPEN = "open", _("待填报")
    FILLED = "filled", _("已填报")


class TypedIn(TextChoices):
    """Where somebody typed what the base already knew."""

    CASE = "case", _("办件表单")
    REPORT = "report", _("报表")


class FileKind(TextChoices):
    XLSX = "xlsx", ".xlsx"
    XLS = "xls", ".xls"
    CSV = "csv", ".csv"
    JSON = "json", _("接口报送")


class BatchState(TextChoices):
    """导入批次 (domain 4.11). While it is CHECKING, APPLYING or UNDOING, the machine works on it."""

    RECEIVED = "received", _("待核对列")
    CHECKING = "checking", _("正在核对")
    CHECKED = "checked", _("待导入")
    APPLYING = "applying", _("正在导入")
    APPLIED = "applied", _("已导入")
    UNDOING = "undoing", _("正在撤销")
    UNDONE = "undone", _("已撤销")
    DISCARDED = "discarded", _("已放弃")


# What the machine does without being asked again, until it is done.
AT_WORK = frozenset({BatchState.CHECKING, BatchState.APPLYING, BatchState.UNDOING})


class Fate(TextChoices):
    """What becomes of a row. Of several the strongest is named: a conflict before an update before a filling."""

    NEW = "new", _("新增人员")
    CONFLICT = "conflict", _("有冲突")
    UPDATE = "update", _("有更新")
    FILL = "fill", _("补空")
    SAME = "same", _("没有变化")
    DECIDE = "decide", _("待认定")
    ERROR = "error", _("有错误")
    LEFT_OUT = "left_out", _("不导入")
    REPEAT = "repeat", _("重复行")
    REMARK = "remark", _("说明行")


# What each result means, for somebody who sees it for the first time.
MEANINGS = {
    Fate.NEW: _("库里没有这个人，导入后新建档案。"),
    Fate.CONFLICT: _("与别的来源说法不同。导入后成为冲突单，不覆盖现有内容。"),
    Fate.UPDATE: _("本来源优先而且更新，导入后换成新的内容。"),
    Fate.FILL: _("库里空着的内容，导入后补上。"),
    Fate.SAME: _("库里已经是这样，不写入。"),
    Fate.DECIDE: _("证件号码对不上，可能是库里已有的人，请您认定。"),
    Fate.ERROR: _("不导入。打开看第几行、哪一列、怎么改。"),
    Fate.LEFT_OUT: _("您决定这次不导入。"),
    Fate.REPEAT: _("与前面的行相同，只导入一次。"),
    Fate.REMARK: _("合计、填表人之类，不是人。"),
}
# Rows that say something of a person.
IMPORTED = frozenset({Fate.NEW, Fate.CONFLICT, Fate.UPDATE, Fate.FILL, Fate.SAME})
