"""What we say of ourselves: to who keeps an endpoint, and to the endpoint that is tried out."""

from django.utils.translation import gettext_lazy as _

from notifications import events, kinds, webhooks
from notifications.enums import Channel

FAILING, GONE = "webhook.failing", "webhook.gone"
LINK = "notifications:webhook"

kinds.register(
    kinds.Kind(
        FAILING,
        _("事件推送已停用"),
        _(
            "向“%(owner)s”推送事件连续多日失败，已自动停用。对方修好后请重新启用，再补发停用前的事件。"
        ),
        "",
        (Channel.IN_SITE,),
        link=LINK,
    ),
    kinds.Kind(
        GONE,
        _("事件推送已停用"),
        _("“%(owner)s”答复不再接收事件推送，已自动停用。"),
        "",
        (Channel.IN_SITE,),
        link=LINK,
    ),
)
events.register(events.Event(webhooks.PING, _("试推送")))
