from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AftercareConfig(AppConfig):
    name = "servicehall.aftercare"
    label = "aftercare"
    verbose_name = _("办结以后")

    def ready(self) -> None:
        from community.governance import moving
        from servicehall.aftercare import beside
        from servicehall.aftercare.actions import days

        beside.declare_all()
        moving.declare(*days.DAYS)
        autodiscover_modules("holdings")
