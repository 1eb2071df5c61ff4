"""What those who keep the machines and read the trail are told."""

from django.utils.translation import gettext_lazy as _

from notifications.enums import Channel
from notifications.kinds import Kind, register

register(
    Kind(
        "audit.unsealed",
        _("审计记录没有按时封存"),
        _(
            "审计记录已有%(minutes)s分钟没有封存或没有写入锚定文件。"
            "请系统管理员马上检查后台任务、封存密钥和锚定文件，审计员随后核对审计链。"
        ),
        "",
        (Channel.IN_SITE,),
    ),
)
