from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class CommonConfig(AppConfig):
    name = "common"
    verbose_name = _("公共部件")

    @override
    def ready(self) -> None:
        import_module("common.checks")
        import_module("common.checks_access")
        import_module("common.wording").reword()
