from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "servicehall.documents"
    label = "documents"
    verbose_name = _("文书")

    def ready(self) -> None:
        from servicehall.cases import followers
        from servicehall.catalogue.actions import carrying
        from servicehall.documents import showing
        from servicehall.documents.actions import follow_mandate, issue_for
        from servicehall.documents.actions.carrying import CARGO

        followers.follow(issue_for)
        followers.follow_mandates(follow_mandate)
        carrying.declare(CARGO)
        showing.declare_panels()
