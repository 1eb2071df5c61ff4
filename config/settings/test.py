"""Tests: real PostgreSQL, and a broker address where nobody listens, so that a stray `.delay` fails."""

import os

from config.settings.base import *
from config.settings.base import DATABASE_DEFAULTS, STATE_DIR, env
from ops import state

DEBUG = False
DEMO = True
SECRET_KEY = "only-for-tests-" + "x" * 40
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {
    "default": env.db_url_config(os.environ.get("DATABASE_URL") or state.database_url())
    | DATABASE_DEFAULTS
    # A test is one long transaction: on a slow machine it may think for longer than a page ever would.
    | {"OPTIONS": {"options": "-c statement_timeout=20000 -c lock_timeout=10000"}}
    | {"TEST": {"NAME": env.str("YIZHAN_TEST_DATABASE", default="test_yizhan")}}
}
CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
FIELD_KEYS_FILE = str(STATE_DIR / "test-field-keys.json")
FIELD_KEYS_CREATE = True
AUDIT_KEY_CREATE = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
