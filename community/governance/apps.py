from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GovernanceConfig(AppConfig):
    name = "community.governance"
    label = "governance"
    verbose_name = _("社区治理")

    def ready(self) -> None:
        from community.governance import recipients
        from notifications import receivers

        receivers.declare(recipients.departments)
