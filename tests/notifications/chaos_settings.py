"""What the worker and beat of the chaos test run with: the database of the tests, short leases."""

import os

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES

DATABASES["default"]["NAME"] = os.environ["CHAOS_DATABASE"]
CELERY_BROKER_URL = os.environ["BROKER_URL"]
CELERY_IMPORTS = ["tests.notifications.kinds"]
CELERY_BEAT_SCHEDULE = {
    "outbox-sweep": {"task": "notifications.tasks.sweep", "schedule": 1.0},
    "heartbeat": {
        "task": "notifications.tasks.heartbeat",
        "schedule": 1.0,
        "options": {"queue": "heartbeat"},
    },
}
SMS_TIMEOUT_SECONDS = 1.0
MESSAGE_LEASE_SECONDS = 4.0
