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
