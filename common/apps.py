from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    name = "common"
    verbose_name = _("公共部件")

    def ready(self) -> None:
        from common import checks_access  # noqa: F401 (registers the check)
