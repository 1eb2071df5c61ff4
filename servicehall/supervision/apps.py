from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupervisionConfig(AppConfig):
    name = "servicehall.supervision"
    label = "supervision"
    verbose_name = _("电子监察")

    def ready(self) -> None:
        from community.governance import moving
        from servicehall.cases import followers, panels
        from servicehall.supervision import beside, facts
        from servicehall.supervision.actions import days, watching

        moving.declare(days.DAYS)
        followers.follow(watching.follow_case)
        panels.declare(beside.PANEL)
        facts.declare_all()
