"""What a gateway reports of a text that it took."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from notifications.endings import put_on_call_list, settle, take_off_call_list, write
from notifications.enums import Channel, Gateway, MessageState, ReceiptState
from notifications.models import Message, SmsReceipt


def take_receipt(
    receipt_id: str, message_id: UUID, state: ReceiptState, *, gateway: Gateway, now: datetime
) -> bool:
    """Keep a report and let it speak; False when it was here before, or names no text of ours.

    Whatever the order in which reports come, the message ends alike: "delivered" beats "undelivered",
    and either beats what we thought ourselves.
    """
    with transaction.atomic(durable=True):
        texts = Message.objects.filter(pk=message_id, channel=Channel.SMS)
        message = texts.select_for_update(no_key=True).first()
        _receipt, is_new = SmsReceipt.objects.get_or_create(
            gateway=gateway,
            receipt_id=receipt_id,
            defaults={"message": message, "state": state, "received_at": now},
        )
        if message is None or not is_new:
            return False
        if message.receipt != ReceiptState.DELIVERED:
            message.receipt = state
            message.save(update_fields=["receipt"])
        if message.state != MessageState.SENDING:  # else whoever sends it settles it
            _conclude(message, now)
    return True


def _conclude(message: Message, now: datetime) -> None:
    settle(message, now)
    write([message])
    if message.receipt == ReceiptState.DELIVERED:
        take_off_call_list(message)
    elif message.state == MessageState.FAILED:
        put_on_call_list([message])
