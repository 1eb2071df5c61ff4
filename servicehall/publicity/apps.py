from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublicityConfig(AppConfig):
    name = "servicehall.publicity"
    label = "publicity"
    verbose_name = _("公示")

    def ready(self) -> None:
        from community.governance import moving
        from servicehall.cases import acts, followers, panels
        from servicehall.publicity import beside
        from servicehall.publicity.actions import closing, days

        moving.declare(days.ENDS, days.ANSWERS)
        followers.follow(closing.follow_case)
        followers.foresee(closing.foresee)
        acts.declare(beside.PUBLICISE)
        for panel in beside.PANELS:
            panels.declare(panel)
