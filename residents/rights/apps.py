from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class RightsConfig(AppConfig):
    name = "residents.rights"
    label = "rights"
    verbose_name = _("居民的数据权利")

    def ready(self) -> None:
        from community.governance import moving
        from residents.base.known import beside
        from residents.rights.actions import days
        from residents.rights.models import Correction

        moving.declare(*days.DAYS)
        beside(Correction.objects.notes)
        autodiscover_modules("holdings")  # every app names what it holds in <app>/holdings.py
