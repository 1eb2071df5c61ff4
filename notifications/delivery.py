"""Send what is due with no transaction open, and write down what came of it."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import User
from notifications import kinds, rules
from notifications.channels import sms
from notifications.channels.outcome import Letter, Outcome, Result
from notifications.claims import Batch, claim, may_repeat
from notifications.endings import forget_secret, give_up, put_on_call_list, settle, write
from notifications.enums import Channel, MessageState
from notifications.models import Message

logger = logging.getLogger(__name__)

NOT_THERE = {Result.NOT_TAKEN, Result.NOT_TRIED}  # the gateway certainly does not have the text
SWEEP_SECONDS = 30.0  # with the last batch still below the soft time limit of a task


def deliver(ids: Sequence[str | UUID]) -> int:
    """Deliver these rows where they are due, and use the occasion to take other due ones along."""
    done = _work(lambda: claim(Message.objects.filter(pk__in=ids)))
    return done + _work(claim)


def drain(*, seconds: float = SWEEP_SECONDS) -> int:
    """Deliver all that is due, batch by batch, until nothing is left or the time is over; how many."""
    end, done = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        count = _work(claim)
        if not count:
            break
        done += count
    return done


def _work(take: Callable[[], "Batch | None"]) -> int:
    batch = take()
    if batch is None:
        return 0
    outcomes = send(batch)
    finish(batch, outcomes)
    return batch.seen


def send(batch: Batch) -> Mapping[UUID, Outcome]:
    """Render and send every row of the batch; a bad one harms only itself."""
    languages = _languages(batch.rows)
    outcomes: dict[UUID, Outcome] = {}
    letters = []
    for row in batch.rows:
        try:
            row.text = kinds.render(kinds.get(row.kind), row.channel, row.params, languages[row.pk])
            if row.channel == Channel.SMS:
                letters.append(Letter(row.pk, row.phone or "", row.text, row.gateway))
            else:
                outcomes[row.pk] = Outcome(Result.SENT)
        except Exception as error:  # noqa: BLE001  unknown kind, missing value, lost key: list it, go on
            logger.warning(
                "outbox.unreadable",
                extra={"message_id": str(row.pk), "error": type(error).__name__},
            )
            outcomes[row.pk] = Outcome(Result.REFUSED, "unreadable")
    if letters:
        outcomes.update(sms.send(letters, until=batch.until))
    return outcomes


def _languages(rows: Sequence[Message]) -> dict[UUID, str]:
    users = {row.user_id for row in rows if row.user_id and not row.language}
    chosen = dict(User.objects.filter(pk__in=users).values_list("pk", "language")) if users else {}
    return {
        row.pk: row.language
        or (chosen.get(row.user_id) if row.user_id else None)
        or settings.LANGUAGE_CODE
        for row in rows
    }


def finish(batch: Batch, outcomes: Mapping[UUID, Outcome]) -> None:
    """Write the results of rows that we still hold, and put those on the call list who were not reached."""
    now = batch.now
    with transaction.atomic(durable=True):
        sending = Message.objects.filter(
            pk__in=[row.pk for row in batch.rows], state=MessageState.SENDING
        ).select_for_update(no_key=True)
        held = {
            (pk, attempts): receipt
            for pk, attempts, receipt in sending.values_list("pk", "attempts", "receipt")
        }
        rows = [row for row in batch.rows if (row.pk, row.attempts) in held]
        for row in rows:
            row.receipt = held[row.pk, row.attempts]
            _conclude(row, outcomes[row.pk], now)
            if outcomes[row.pk].result in NOT_THERE and row.pk not in batch.bound:
                row.gateway = ""
            settle(row, now)
        write(rows)
        put_on_call_list(row for row in rows if row.state == MessageState.FAILED)


def _conclude(row: Message, outcome: Outcome, now: datetime) -> None:
    row.last_error = outcome.code
    if outcome.result == Result.SENT:
        row.state, row.sent_at, row.provider_id = MessageState.SENT, now, outcome.provider_id
        forget_secret(row)
    elif outcome.result == Result.NOT_TRIED:
        row.state, row.attempts = MessageState.DUE, row.attempts - 1
        if outcome.code == "gateway_resting" and sms.chosen() is None:
            row.not_before = now + timedelta(seconds=sms.PAUSE)
    elif outcome.result == Result.REFUSED:
        give_up(row, outcome.code)
    elif outcome.result == Result.UNCERTAIN and not may_repeat(row):
        row.state = MessageState.UNCERTAIN
    elif rules.is_spent(now=now, give_up_at=row.give_up_at, attempts=row.attempts):
        give_up(row, outcome.code)
    else:
        row.state, row.not_before = MessageState.DUE, now + rules.backoff(row.attempts)
