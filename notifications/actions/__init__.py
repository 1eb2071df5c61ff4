from notifications.actions.handling import (
    mark_all_read,
    mark_called,
    mark_read,
    retry,
    reveal_number,
)
from notifications.actions.pausing import pause_outbox, release_outbox
from notifications.actions.preferences import refuse_sms
from notifications.actions.receipts import take_receipt
from notifications.actions.signs import beat

__all__ = [
    "beat",
    "mark_all_read",
    "mark_called",
    "mark_read",
    "pause_outbox",
    "refuse_sms",
    "release_outbox",
    "retry",
    "reveal_number",
    "take_receipt",
]
