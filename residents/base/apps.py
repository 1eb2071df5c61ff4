from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResidentsConfig(AppConfig):
    name = "residents.base"
    label = "residents"
    verbose_name = _("居民基础库")
