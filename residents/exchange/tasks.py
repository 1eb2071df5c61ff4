"""Background work of the exchange. Every task may be lost or repeated: the rows decide what is to be done."""

import logging

from celery import shared_task
from django.utils import timezone

from residents.exchange.actions import exports, reports, working
from residents.exchange.models import ExportRun

logger = logging.getLogger(__name__)


@shared_task(soft_time_limit=840, time_limit=900)
def write_exports(**_: object) -> None:
    """Bring every run forward as far as it goes. One that fails holds up no other and is tried again."""
    for run_id in list(ExportRun.objects.to_do().order_by("pk").values_list("pk", flat=True)[:50]):
        try:
            while exports.advance(run_id, now=timezone.now()):
                pass
        except Exception as error:  # noqa: BLE001  its message could hold personal values
            logger.warning(
                "export.failed", extra={"run": str(run_id), "error": type(error).__name__}
            )


@shared_task
def expire_exports(**_: object) -> None:
    exports.expire(now=timezone.now())


@shared_task
def open_report_forms(**_: object) -> None:
    reports.open_forms(now=timezone.now())


@shared_task(soft_time_limit=1800, time_limit=1900)
def work(**_: object) -> None:
    """Check, import or undo what waits."""
    working.work(now=timezone.now())


@shared_task
def forget_files(**_: object) -> None:
    """Drop files of departments whose term is over."""
    while working.forget_files(now=timezone.now()):
        pass
