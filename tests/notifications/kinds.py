"""Kinds that only the tests post."""

from notifications import events
from notifications.enums import Channel
from notifications.kinds import Kind, register

BOTH = (Channel.IN_SITE, Channel.SMS)

PROGRESS = Kind(
    "test.progress",
    "办件进展",
    "您在%(station)s的申请有新进展。",
    "您在%(station)s的申请有新进展，查询码%(query_code)s。",
    BOTH,
)
ALARM = Kind("test.alarm", "险情", "%(place)s有险情。", "%(place)s有险情。", BOTH, is_urgent=True)
DECISION = Kind(
    "test.decision",
    "送达",
    "请到%(station)s领取。",
    "请到%(station)s领取。",
    BOTH,
    is_statutory=True,
)
CODE = Kind(
    "test.code", "验证码", "", "验证码%(code)s，5分钟内有效。", (Channel.SMS,), is_secret=True
)
STAMPED = Kind(
    "test.stamped", "通知", "通知%(number)s", "通知%(number)s", (Channel.SMS,), is_urgent=True
)

register(PROGRESS, ALARM, DECISION, CODE, STAMPED)
events.register(events.Event("test.happened", "有事发生"), events.Event("test.ended", "事情结束"))
