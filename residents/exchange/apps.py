from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "residents.exchange"
    label = "exchange"
    verbose_name = _("部门数据交换")

    def ready(self) -> None:
        from residents.base.actions.merging import follow_split
        from residents.exchange.actions.undoing import after_split

        follow_split(after_split)
