from django.urls import path

from notifications.views import demo, receipts, resident, staff, webhooks

app_name = "notifications"
urlpatterns = [
    path("messages/", resident.inbox, name="inbox"),
    path("messages/read/", resident.read_all, name="read-all"),
    path("messages/<uuid:message_id>/open/", resident.open_message, name="open"),
    path("desk/messages/<uuid:message_id>/number/", staff.number, name="number"),
    path("receipts/sms/<slug:gateway>/", receipts.receipt, name="receipt"),
    path("desk/webhooks/", webhooks.endpoint_list, name="webhooks"),
    path("desk/webhooks/new/", webhooks.new, name="webhook-new"),
    path("desk/webhooks/<uuid:endpoint_id>/", webhooks.endpoint, name="webhook"),
    path("desk/webhooks/<uuid:endpoint_id>/secret/", webhooks.rotate, name="webhook-rotate"),
    path("desk/webhooks/<uuid:endpoint_id>/disable/", webhooks.disable, name="webhook-disable"),
    path("desk/webhooks/<uuid:endpoint_id>/enable/", webhooks.enable, name="webhook-enable"),
    path("desk/webhooks/<uuid:endpoint_id>/ping/", webhooks.ping, name="webhook-ping"),
    path("desk/webhooks/<uuid:endpoint_id>/replay/", webhooks.replay_since, name="webhook-replay"),
    path("desk/deliveries/<uuid:delivery_id>/replay/", webhooks.replay, name="delivery-replay"),
    path("demo/phone/", demo.phone, name="demo-phone"),
]
