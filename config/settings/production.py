"""Production: every secret from the environment, nothing assumed. `check --deploy` must stay silent."""

from config.settings.base import *
from config.settings.base import DATABASE_DEFAULTS, env

DEBUG = False
DEMO = False
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list(
    "CSRF_TRUSTED_ORIGINS", default=[f"https://{h}" for h in ALLOWED_HOSTS]
)
DATABASES = {"default": env.db_url("DATABASE_URL") | DATABASE_DEFAULTS}
CELERY_BROKER_URL = env.str("BROKER_URL")
FIELD_KEYS_FILE = env.str("FIELD_KEYS_FILE")
AUDIT_KEY_FILE = env.str("AUDIT_KEY_FILE")
AUDIT_ANCHOR_FILE = env.str("AUDIT_ANCHOR_FILE")

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]  # the containers ask themselves, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
