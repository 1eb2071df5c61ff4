"""One machine, embedded database and broker: what `make run` uses."""

import os

from config.settings.base import *
from config.settings.base import DATABASE_DEFAULTS, MIDDLEWARE, env
from ops import state

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("YIZHAN_DEMO", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="") or state.secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
DATABASES = {
    "default": env.db_url_config(os.environ.get("DATABASE_URL") or state.database_url())
    | DATABASE_DEFAULTS
}
CELERY_BROKER_URL = os.environ.get("BROKER_URL") or state.broker_url()
WHITENOISE_USE_FINDERS = True
# What the proxy does in production: without it a first visit is three times as heavy.
MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware", *MIDDLEWARE]
STATIC_ROOT = None  # type: ignore[assignment]  # nothing is collected here
FIELD_KEYS_CREATE = True
AUDIT_KEY_CREATE = True
WEBHOOK_ALLOW_PRIVATE = env.bool("WEBHOOK_ALLOW_PRIVATE", default=True)
