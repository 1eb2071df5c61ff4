from notifications.models.beat import WorkerBeat
from notifications.models.outbox import Message
from notifications.models.pause import OutboxPause
from notifications.models.policy import MessagePreference, MessageRule
from notifications.models.receipt import SmsReceipt
from notifications.models.recorded import RecordedSms
from notifications.models.webhook import WebhookDelivery, WebhookEndpoint

__all__ = [
    "Message",
    "MessagePreference",
    "MessageRule",
    "OutboxPause",
    "RecordedSms",
    "SmsReceipt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WorkerBeat",
]
