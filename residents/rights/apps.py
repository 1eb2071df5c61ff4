from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RightsConfig(AppConfig):
    name = "residents.rights"
    label = "rights"
    verbose_name = _("居民的数据权利")
