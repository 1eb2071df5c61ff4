from notifications.actions.handling import (
    mark_all_read,
    mark_called,
    mark_read,
    retry,
    reveal_number,
)
from notifications.actions.preferences import refuse_sms
from notifications.actions.receipts import take_receipt
from notifications.actions.signs import beat

__all__ = [
    "beat",
    "mark_all_read",
    "mark_called",
    "mark_read",
    "refuse_sms",
    "retry",
    "reveal_number",
    "take_receipt",
]
