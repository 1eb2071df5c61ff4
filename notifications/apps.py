from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("消息")

    def ready(self) -> None:
        from notifications import checks  # noqa: F401  registers the system check

        autodiscover_modules("messages")  # every app names its kinds in <app>/messages.py
