"""The words of exchange."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FileKind(TextChoices):
    XLSX = "xlsx", ".xlsx"
    XLS = "xls", ".xls"
    CSV = "csv", ".csv"


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


# Rows that say something of a person.
IMPORTED = frozenset({Fate.NEW, Fate.CONFLICT, Fate.UPDATE, Fate.FILL, Fate.SAME})
