"""All settings, from the environment; README "Configuration" lists the names.

Without any variable set, a checkout runs on SQLite, a broker made of files and `var/`. Outside DEBUG the secrets
must be given and cookies, redirects and HSTS expect HTTPS.
"""

import os
import sys
import tempfile
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from dashboard import environment, logs

BASE_DIR = Path(__file__).resolve().parent.parent

# The test suite differs in this file alone: a folder and fixed keys of its own, quick hashing, a broker in memory.
TESTING = "pytest" in sys.modules
env = environment.read(BASE_DIR, dot_env=not TESTING)

DEBUG = env.bool("DEBUG", default=False)
_tests_folder = tempfile.TemporaryDirectory(prefix="dashboard-tests-") if TESTING else None
DATA_DIR = Path(env.str("DATA_DIR", default=_tests_folder.name if _tests_folder else str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

# Secrets and hosts

_secrets_folder = DATA_DIR if DEBUG or TESTING else None
_new_key = (lambda: "key-of-the-tests-" * 4) if TESTING else get_random_secret_key
_new_fernet = (lambda: b64encode(b"key of the tests, 32 bytes long!")) if TESTING else Fernet.generate_key
SECRET_KEY = environment.kept_secret(env, "SECRET_KEY", _new_key, _secrets_folder)
SECRETS_KEYS = environment.fernet_keys(
    environment.kept_secret(env, "SECRETS_KEYS", lambda: _new_fernet().decode(), _secrets_folder)
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CHANNEL_ALLOWED_HOSTS = env.list("CHANNEL_ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if DEBUG else [])
COMMAND_LEASE_SECONDS = env.int("COMMAND_LEASE_SECONDS", default=60)
# How long an unanswered command is left alone before its absence on the platform counts as proof (seconds).
COMMAND_SETTLE_SECONDS = env.float("COMMAND_SETTLE_SECONDS", default=5.0)
REFUND_SECOND_PERSON_ABOVE = environment.amounts(
    "REFUND_SECOND_PERSON_ABOVE", env.str("REFUND_SECOND_PERSON_ABOVE", default="")
)
# How many proxies of ours stand in front: so many entries of X-Forwarded-For are believed, from the right.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
environment.refuse_unsafe(debug=DEBUG, secret_key=SECRET_KEY, hosts=ALLOWED_HOSTS)

# Apps, requests, pages

INSTALLED_APPS = [
    "dashboard.staff.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "template_partials",
    "django_htmx",
    "heroicons",
    "django_filters",
    "dashboard.staff.apps.SignInLockConfig",
    "dashboard.core",
    "dashboard.staff",
    "dashboard.sync",
    "dashboard.catalog",
    "dashboard.orders",
    "dashboard.aftersales",
    "dashboard.messaging",
    "dashboard.tickets",
    "dashboard.sourcing",
    "dashboard.finance",
    "dashboard.home",
]
MIDDLEWARE = [
    "dashboard.core.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "dashboard.core.middleware.CallbackLane",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dashboard.staff.sessions.SessionRules",
    "dashboard.staff.access.SignInRequired",
    "dashboard.core.middleware.Personal",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.core.navigation.frame",
            ],
        },
    }
]
FORM_RENDERER = "dashboard.core.forms.Renderer"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a bulk edit of a thousand rows
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Database. DATABASE_STATEMENT_TIMEOUT (seconds, 0 is none) is set by the web process alone.

_sqlite_path = DATA_DIR / "dashboard.sqlite3"
DATABASES = {"default": env.db_url_config(env.str("DATABASE_URL", default="") or f"sqlite:///{_sqlite_path}")}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY",
        "transaction_mode": "IMMEDIATE",
        "timeout": 120 if TESTING else 20,
    }
    _database["CONN_MAX_AGE"] = 600
    # A file, not memory: so that threads in tests meet the same locks as in production.
    _database["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    _database["ENGINE"] = "dashboard.core.postgresql"
    _options = _database.setdefault("OPTIONS", {})
    if timeout := env.int("DATABASE_STATEMENT_TIMEOUT", default=0):
        _options["options"] = f"-c statement_timeout={timeout}s"
    if env.bool("DATABASE_POOL", default=not TESTING):
        # Given up after 5 seconds, connecting begins anew with the next request: a server that is back is met at once.
        _size = env.int("DATABASE_POOL_SIZE", default=16)
        _options["pool"] = {"min_size": 1, "max_size": _size, "timeout": 10, "reconnect_timeout": 5}
    else:
        _database |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}

# Cache and broker

REDIS_URL = env.str("REDIS_URL", default="")
if TESTING and REDIS_URL:
    # A database of its own for each test process: they clear their caches.
    REDIS_URL = environment.redis_of_process(REDIS_URL, os.environ.get("PYTEST_XDIST_WORKER", ""))
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "dashboard"}
}
if REDIS_URL:
    CACHES["default"] = {
        "BACKEND": "dashboard.core.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # whoever bears it may read /metrics
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="memory://" if TESTING else "filesystem://")
if CELERY_BROKER_URL.startswith("filesystem:"):
    _broker = DATA_DIR / "broker"
    (_broker / "messages").mkdir(parents=True, exist_ok=True)
    (_broker / "control").mkdir(exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "messages"),
        "data_folder_out": str(_broker / "messages"),
        "control_folder": str(_broker / "control"),
        "polling_interval": 0.1,
    }
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
elif CELERY_BROKER_URL.startswith(("redis:", "rediss:")):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": max(3600, COMMAND_LEASE_SECONDS * 10),
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "socket_timeout": 30,
        "health_check_interval": 15,
    }
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "dashboard"
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker may be away for as long as it likes
WORKER_STALL_SECONDS = env.int("WORKER_STALL_SECONDS", default=60)
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_TIMEZONE = "UTC"

# People: sign-in, sessions, throttling, two-factor

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "staff:sign_in"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_validation = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_validation}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_validation}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_validation}.CommonPasswordValidator"},
    {"NAME": f"{_validation}.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # the audit trail says who signed in
AXES_CLIENT_IP_CALLABLE = "dashboard.staff.sessions.client_ip"
AXES_LOCKOUT_CALLABLE = "dashboard.staff.views.sign_in.locked_out"
AXES_VERBOSE = False
# Not cached: a copy would outlive a sign-out while the cache was away.
SESSION_ENGINE = "dashboard.core.session_store"
SESSION_IDLE_SECONDS = 12 * 3600
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS = 7 * 86400
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"

# Transport security

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not (DEBUG or TESTING))
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from inside, over plain HTTP
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT
SECURE_HSTS_SECONDS = 365 * 86400 if SECURE_SSL_REDIRECT else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# HSTS for sub-domains and preload lists bind hosts that are not ours: the owner of the domain decides.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# Files

STATIC_URL = "/static/"
STATICFILES_DIRS = [folder for folder in [BASE_DIR / "static"] if folder.is_dir()]
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
MEDIA_ROOT = DATA_DIR / "media"
_plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
_manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _plain if DEBUG or TESTING else _manifest},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# Language and time

USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "dashboard" / "locale", BASE_DIR / "channels" / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
SITE_TITLE = _("Seller dashboard")

# Mail, logging, error reports

vars().update(env.email("EMAIL_URL", default="consolemail://" if DEBUG else "dummymail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="dashboard@localhost")
LOGGING_CONFIG = None
logs.configure(
    level=env.str("LOG_LEVEL", default="WARNING" if TESTING else "INFO"),
    readable=DEBUG or TESTING,
    secrets=[SECRET_KEY, *SECRETS_KEYS, _database.get("PASSWORD") or ""],
)
if SENTRY_DSN := env.str("SENTRY_DSN", default=""):
    logs.report_errors(SENTRY_DSN)
