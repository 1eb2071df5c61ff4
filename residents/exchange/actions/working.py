"""The machine's side: one import at a time, taken up again by whoever comes next when a worker dies."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_noop as _

from accounts import audit
from common import storage
from common.errors import NotAllowed
from residents.exchange import transitions
from residents.exchange.actions import _core
from residents.exchange.actions.applying import bring_in
from residents.exchange.actions.staging import stage
from residents.exchange.actions.undoing import take_back
from residents.exchange.enums import BatchState
from residents.exchange.limits import limits
from residents.exchange.models import ImportBatch
from residents.exchange.transitions import Act

logger = logging.getLogger(__name__)
TURN = 0x1A9057  # the advisory lock of whoever works
MOST_ATTEMPTS = 5
POST_ENDED = _("上次操作的人已经没有导入数据的权限，请由在岗的人重新操作。")
FILE_GONE = _("文件已经不在，不能继续。")
STUCK = _("试了几次都没有成功，请重试；仍不成功请联系管理员。")

WORK: Mapping[str, Callable[..., None]] = {
    BatchState.CHECKING: stage,
    BatchState.APPLYING: bring_in,
    BatchState.UNDOING: take_back,
}


def work(*, now: datetime) -> bool:
    """Do what waits longest; whether there was anything. While another worker is at it there is nothing.

    Large imports take minutes and the workers have messages to deliver: one import at a time.
    """
    with my_turn() as mine:
        batch = ImportBatch.objects.at_work().first() if mine else None
        if batch is None:
            return False
        attempt(batch, now)
        return True


def attempt(batch: ImportBatch, now: datetime) -> None:
    """One try. What fails for a reason goes back to whoever pressed; what just fails is tried again."""
    ImportBatch.objects.filter(pk=batch.pk).update(attempts=batch.attempts + 1)
    if batch.attempts >= MOST_ATTEMPTS:
        give_up(batch, STUCK)
        return
    by = _core.acting(batch, now)
    if by is None:
        give_up(batch, POST_ENDED)
        return
    try:
        WORK[batch.state](batch, by=by, now=now)
    except NotAllowed as refusal:
        give_up(batch, str(refusal.message))
    except storage.FileMissing:
        give_up(batch, FILE_GONE)
    except Exception:
        # The name alone: the text of an error of the database may hold values.
        logger.exception("import.failed", extra={"batch": str(batch.pk)})


def give_up(batch: ImportBatch, trouble: str) -> None:
    """Back to the state before, with the reason."""
    state = transitions.next_state(Act.GIVE_UP, batch.state)
    ImportBatch.objects.filter(pk=batch.pk, state=batch.state).update(
        state=state, trouble=trouble[:200], done=0, attempts=0
    )


@contextmanager
def my_turn() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [TURN])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [TURN])


def forget_files(*, now: datetime) -> int:
    """Drop the files whose term is over; what came of them stays."""
    old = ImportBatch.objects.with_old_files(now - timedelta(days=limits().keep_days))
    names = []
    with transaction.atomic():
        for batch in old.select_related("body__place").select_for_update(of=("self",))[:200]:
            names.append(batch.stored_as)
            batch.stored_as, batch.head = "", "{}"
            batch.save(update_fields=["stored_as", "head"])
            _core.record("import.file_forgotten", batch, by=audit.SYSTEM, now=now)
    for name in names:
        storage.drop(name)
    return len(names)
