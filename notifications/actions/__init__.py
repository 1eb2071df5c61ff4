from notifications.actions.endpoints import (
    MadeEndpoint,
    add_endpoint,
    disable_endpoint,
    enable_endpoint,
    ping_endpoint,
    replay,
    replay_since,
    rotate_secret,
)
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
    "MadeEndpoint",
    "add_endpoint",
    "beat",
    "disable_endpoint",
    "enable_endpoint",
    "mark_all_read",
    "mark_called",
    "mark_read",
    "pause_outbox",
    "ping_endpoint",
    "refuse_sms",
    "release_outbox",
    "replay",
    "replay_since",
    "retry",
    "reveal_number",
    "rotate_secret",
    "take_receipt",
]
