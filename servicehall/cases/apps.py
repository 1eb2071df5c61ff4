from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceHallConfig(AppConfig):
    name = "servicehall.cases"
    label = "servicehall"
    verbose_name = _("服务大厅")

    def ready(self) -> None:
        from community.governance import moving
        from servicehall.cases import followers
        from servicehall.cases.actions import recomputing, rerouting
        from servicehall.cases.own_panels import declare_panels

        declare_panels()
        moving.declare(*recomputing.DAYS)
        followers.follow(rerouting.follow, last=True)
