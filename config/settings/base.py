"""What is the same in development, tests and production. Everything that differs comes from the environment."""

from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

# Where the running portal keeps its own files: logs, process ids, uploads, keys in development.
STATE_DIR = Path(env.str("YIZHAN_STATE", default=str(BASE_DIR / ".state")))

INSTALLED_APPS = [
    "common",
    "accounts",
    "notifications",
    "community.governance",
    "residents.base",
    "residents.exchange",
    "residents.rights",
    "grid",
    "servicehall.catalogue",
    "servicehall.cases",
    "servicehall.publicity",
    "servicehall.supervision",
    "servicehall.aftercare",
    "servicehall.documents",
    "funding",
    "dashboards",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "guardian",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "common.middleware.RequestContextMiddleware",
    "common.middleware.BrowserLimitsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "common.middleware.SignInRequiredMiddleware",
    "common.middleware.ErrorPageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "community.governance.middleware.ScopeMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- data ---------------------------------------------------------------------------------------
# Where fonts of letters are looked for (servicehall/documents/data/fonts.yaml); an own folder comes first.
DOCUMENT_FONT_DIRS = [
    *env.list("DOCUMENT_FONTS", default=[]),
    "/usr/local/share/fonts",
    "/usr/share/fonts",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASE_DEFAULTS = {
    "CONN_MAX_AGE": None,  # persistent connections: the largest single gain measured
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,  # actions own their transactions
    "OPTIONS": {
        "options": "-c statement_timeout=5000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=30000",
        "application_name": "yizhan",
    },
}
# The statement limit of commands that work on the whole city (imports, facts, demo data), milliseconds.
BULK_STATEMENT_TIMEOUT = 600_000

# --- who ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PasswordBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LengthByKind"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "display_name"]},
    },
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
# Powers are read by community.governance.scopes in one query; guardian's own backend asks two per object.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home"
STAFF_SECOND_FACTOR = True

# --- language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- sessions, cookies, headers -----------------------------------------------------------------
# The networks of our own reverse proxies; only what they wrote into X-Forwarded-For is believed.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
SESSION_ENGINE = "accounts.sessions"
# How long sessions live, and how many files one may open: figures with dates and basis (accounts/limits.py).
SECURITY_LIMITS_FILE = env.str(
    "SECURITY_LIMITS_FILE", default=str(BASE_DIR / "accounts/data/limits.yaml")
)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    },
}

# --- files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
UPLOAD_DIR = Path(env.str("UPLOAD_DIR", default=str(STATE_DIR / "uploads")))
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- messages and background work ---------------------------------------------------------------
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = (
    False  # a task is a ring of the doorbell, it carries nothing that could be lost
)
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300, "socket_connect_timeout": 2}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "messages"
# What may take its time does not stand before a message. Others name their queue where they are called.
CELERY_TASK_ROUTES = {
    f"{package}.*": {"queue": "jobs"}
    for package in ("common", "dashboards", "residents", "servicehall")
}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "outbox-sweep": {"task": "notifications.tasks.sweep", "schedule": 10.0},
    "webhooks-sweep": {
        "task": "notifications.tasks.sweep_webhooks",
        "schedule": 10.0,
        "options": {"queue": "jobs", "expires": 30},
    },
    # On a queue of its own: behind a long backlog it would make a busy worker look deaf.
    "heartbeat": {
        "task": "notifications.tasks.heartbeat",
        "schedule": 15.0,
        "options": {"queue": "heartbeat", "expires": 60},
    },
    "audit-seal": {"task": "accounts.tasks.seal_audit", "schedule": 10.0},
    # Not beside the sealer: whoever stops that one must not silence this one too.
    "audit-watch": {
        "task": "dashboards.tasks.watch_sealing",
        "schedule": 60.0,
        "options": {"queue": "jobs"},
    },
    "sign-ins-sweep": {"task": "accounts.tasks.sweep_sign_ins", "schedule": 3600.0},
    "visits-sweep": {
        "task": "residents.base.tasks.sweep_visits",
        "schedule": 3600.0,
        "options": {"queue": "jobs"},
    },
    "claims-sweep": {
        "task": "residents.base.tasks.sweep_claims",
        "schedule": 3600.0,
        "options": {"queue": "jobs"},
    },
    "exports-write": {
        "task": "residents.exchange.tasks.write_exports",
        "schedule": 5.0,
        "options": {"queue": "jobs", "expires": 30},
    },
    "exports-expire": {
        "task": "residents.exchange.tasks.expire_exports",
        "schedule": 900.0,
        "options": {"queue": "jobs"},
    },
    "report-forms-open": {
        "task": "residents.exchange.tasks.open_report_forms",
        "schedule": 3600.0,
        "options": {"queue": "jobs"},
    },
    # Behind a press of a button somebody waits; whoever finds nothing to do is done at once.
    "imports-work": {
        "task": "residents.exchange.tasks.work",
        "schedule": 3.0,
        "options": {"queue": "jobs", "expires": 10},
    },
    "imports-forget": {
        "task": "residents.exchange.tasks.forget_files",
        "schedule": 3600.0,
        "options": {"queue": "jobs"},
    },
    "copies-make": {
        "task": "residents.rights.tasks.make_copies",
        "schedule": 15.0,
        "options": {"queue": "jobs", "expires": 15},
    },
    "copies-expire": {
        "task": "residents.rights.tasks.expire_copies",
        "schedule": 3600.0,
        "options": {"queue": "jobs"},
    },
    "housekeeping": {
        "task": "common.tasks.purge",
        "schedule": 3600.0,
        "options": {"queue": "jobs"},
    },
    # 02:10 in China; a day is counted whole, so a second run or a missed night does no harm.
    "facts-recount": {
        "task": "dashboards.tasks.recount",
        "schedule": crontab(hour="18", minute="10"),
        "options": {"queue": "jobs"},
    },
    # 03:10 in China, after the facts; a changed rule is taken up within a minute.
    "propose-nightly": {
        "task": "servicehall.cases.tasks.propose",
        "schedule": crontab(hour="19", minute="10"),
        "kwargs": {"is_nightly": True},
        "options": {"queue": "jobs"},
    },
    "propose-changed": {
        "task": "servicehall.cases.tasks.propose",
        "schedule": 60.0,
        "options": {"queue": "jobs", "expires": 50},
    },
    "population-count": {
        "task": "residents.base.tasks.count_population",
        "schedule": 1800.0,
        "options": {"queue": "jobs"},
    },
    # 09:40 in China: an SMS that nobody has to be woken for.
    "tenants-tell": {
        "task": "residents.base.tasks.tell_tenants",
        "schedule": crontab(hour="1", minute="40"),
        "options": {"queue": "jobs"},
    },
    # 03:30 in China, when nobody registers anybody; a missed night is made good by the next.
    "base-tidy": {
        "task": "residents.base.tasks.tidy_all",
        "schedule": crontab(hour="19", minute="30"),
        "options": {"queue": "jobs"},
    },
    # 03:50 in China; reminders by SMS wait for the morning by themselves.
    "aftercare-nightly": {
        "task": "servicehall.aftercare.tasks.nightly",
        "schedule": crontab(hour="19", minute="50"),
        "options": {"queue": "jobs"},
    },
    "silence-accepts": {
        "task": "servicehall.cases.tasks.accept_by_silence",
        "schedule": 900.0,
        "options": {"queue": "jobs"},
    },
    "publicities-end": {
        "task": "servicehall.publicity.tasks.end_publicities",
        "schedule": 900.0,
        "options": {"queue": "jobs"},
    },
    "supervision-sweep": {
        "task": "servicehall.supervision.tasks.sweep",
        "schedule": 900.0,
        "options": {"queue": "jobs"},
    },
    "clocks-recompute": {
        "task": "servicehall.supervision.tasks.recompute_clocks",
        "schedule": 300.0,
        "options": {"queue": "jobs"},
    },
    "barred-reroute": {
        "task": "servicehall.cases.tasks.reroute_barred",
        "schedule": 900.0,
        "options": {"queue": "jobs"},
    },
    "consultations-remind": {
        "task": "servicehall.cases.tasks.remind_of_consultations",
        "schedule": 900.0,
        "options": {"queue": "jobs"},
    },
    "notices-lapse": {
        "task": "servicehall.cases.tasks.lapse_notices",
        "schedule": 900.0,
        "options": {"queue": "jobs"},
    },
}
CELERY_WORKER_REDIRECT_STDOUTS = False
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", default="")
# Stands in while the first is out of order.
SMS_GATEWAY_URL_2 = env.str("SMS_GATEWAY_URL_2", default="")
# Without idempotency keys at both gateways a text that may have arrived waits for a person's decision.
SMS_GATEWAY_HONOURS_KEYS = env.bool("SMS_GATEWAY_HONOURS_KEYS", default=True)
# Who may report what became of a text: secrets after Standard Webhooks ("whsec_…"), two while one is changed.
SMS_RECEIPT_SECRETS = {
    "first": env.list("SMS_RECEIPT_SECRET", default=[]),
    "second": env.list("SMS_RECEIPT_SECRET_2", default=[]),
}
SMS_TIMEOUT_SECONDS = env.float("SMS_TIMEOUT_SECONDS", default=10.0)
# Webhooks go to https on public addresses and to these networks; anywhere only in development and tests.
WEBHOOK_NETWORKS = env.list("WEBHOOK_NETWORKS", default=[])
WEBHOOK_ALLOW_PRIVATE = False
WEBHOOK_TIMEOUT_SECONDS = 10.0
# The number that pages and texts name for questions: the hall's own, else the city's hotline.
SERVICE_PHONE = env.str("SERVICE_PHONE", default="12345")
MESSAGE_LEASE_SECONDS = env.float("MESSAGE_LEASE_SECONDS", default=60.0)  # well above the timeout

# --- logs: JSON lines without personal data (common/logs.py) --------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "common.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Django's own handlers would print a second time, and unredacted.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
    },
}

# --- encryption of personal fields (common/crypto.py) -------------------------------------------
FIELD_KEYS_FILE = env.str("FIELD_KEYS_FILE", default=str(STATE_DIR / "field-keys.json"))
FIELD_KEYS_CREATE = False  # a new file beside existing data would make all of it unreadable

# --- audit trail (accounts/sealing.py) ------------------------------------------------------------
AUDIT_KEY_FILE = env.str("AUDIT_KEY_FILE", default=str(STATE_DIR / "audit-key.pem"))
AUDIT_KEY_CREATE = False
AUDIT_ANCHOR_FILE = env.str("AUDIT_ANCHOR_FILE", default=str(STATE_DIR / "audit-anchor.jsonl"))

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["config.api.permissions.ByPolicy"],  # without a policy: denied
    "DEFAULT_AUTHENTICATION_CLASSES": ["config.api.authentication.BearerAuthentication"],
    "DEFAULT_THROTTLE_CLASSES": ["config.api.throttles.ByTokenAndAddress"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.formats.StrictJsonParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.api.formats.AlwaysJson",
    "DEFAULT_SCHEMA_CLASS": "config.api.schema.Operation",
    "EXCEPTION_HANDLER": "config.api.errors.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "一站 API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["config.api.schema.only_version_one"],
    "POSTPROCESSING_HOOKS": ["config.api.schema.complete"],
}
# How many calls in how many seconds. The programs of a station sit behind one address.
API_LIMITS = {
    "anonymous": (60, 60),
    "address": (600, 60),
    "token": (120, 60),
    "bad_token": (20, 60),
    "push": (60, 3600),
}

# The demonstration shows its messages on a page and its accounts on the console; production never does.
DEMO = env.bool("YIZHAN_DEMO", default=False)
