from django.urls import path

from notifications.views import demo, receipts, resident, staff

app_name = "notifications"
urlpatterns = [
    path("messages/", resident.inbox, name="inbox"),
    path("messages/read/", resident.read_all, name="read-all"),
    path("messages/<uuid:message_id>/open/", resident.open_message, name="open"),
    path("desk/messages/<uuid:message_id>/number/", staff.number, name="number"),
    path("receipts/sms/<slug:gateway>/", receipts.receipt, name="receipt"),
    path("demo/phone/", demo.phone, name="demo-phone"),
]
