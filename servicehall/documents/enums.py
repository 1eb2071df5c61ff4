"""The fixed words of letters (domain 3.7)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LetterKind(TextChoices):
    RECEIPT = "receipt", _("收件凭证")
    ACCEPTANCE = "acceptance", _("受理通知书")
    SUPPLEMENT = "supplement", _("一次性告知书")
    NON_ACCEPTANCE = "non_acceptance", _("不予受理通知书")
    EXTENSION = "extension", _("延期告知书")
    SPECIAL = "special", _("特别程序告知书")
    DECISION = "decision", _("决定书")
    REFUSAL = "refusal", _("不予决定书")
    TERMINATION = "termination", _("终止告知书")
    WITHDRAWAL = "withdrawal", _("撤回确认书")
    DELIVERY = "delivery", _("送达回证")
    MANDATE = "mandate", _("授权委托书")
    DEFERRED = "deferred", _("容缺受理承诺书")
    COMMITMENT = "commitment", _("告知承诺书")
    PUBLICITY = "publicity", _("公示")


class LetterState(TextChoices):
    IN_FORCE = "in_force", _("有效")
    REPLACED = "replaced", _("已被新文书代替")
    WITHDRAWN = "withdrawn", _("已作废")


class MarkSubject(TextChoices):
    """What a sign within a 发文字号 stands for, beside the body."""

    LINE = "line", _("业务")
    GROUP = "group", _("文种")
