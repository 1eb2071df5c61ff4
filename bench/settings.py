"""The portal as `make run` has it, with a view that does nothing behind the usual door."""

from config.settings.development import *

ROOT_URLCONF = "bench.urls"
CELERY_BROKER_URL = "redis://127.0.0.1:1/0"  # no worker takes part
SECURE_SSL_REDIRECT = False
