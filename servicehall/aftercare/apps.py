from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AftercareConfig(AppConfig):
    name = "servicehall.aftercare"
    label = "aftercare"
    verbose_name = _("办结以后")

    def ready(self) -> None:
        from servicehall.aftercare import beside

        beside.declare_all()
        autodiscover_modules("holdings")
