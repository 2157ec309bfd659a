"""Django settings: one file for development, tests and production; what differs comes from the environment.

``DATABASE_URL``, ``CELERY_BROKER_URL``, ``CACHE_URL`` and ``S3_ENDPOINT`` name real servers; without them the command
line starts embedded ones and sets these variables itself. ``ZT_PRODUCTION=1`` demands that every key be named.
"""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from zt_platform.project.secrets import data_home, load_secrets, vault_keys
from zt_tenants.wall.access import DatabaseRole

env = environ.Env()
ZT_HOME = data_home()
_secrets = load_secrets(ZT_HOME)
PRODUCTION = env.bool("ZT_PRODUCTION", default=False)
DEBUG = env.bool("ZT_DEBUG", default=False)
TESTING = "pytest" in sys.modules

SECRET_KEY = _secrets["ZT_SECRET_KEY"]
ZT_VAULT_KEYS = vault_keys(_secrets["ZT_VAULT_KEYS"])
ZT_INDEX_KEY = base64.b64decode(_secrets["ZT_INDEX_KEY"])
ZT_KEYSTORE_KEYS = vault_keys(env.str("ZT_KEYSTORE_KEYS", default=""))  # wrap the private keys; none: the vault's do
ZT_KEY_HOLDER = env.str("ZT_KEY_HOLDER", default="database")  # or unix:/path of `zhengtong signer`
ZT_KEY_ROTATION_DAYS = env.int("ZT_KEY_ROTATION_DAYS", default=30)  # new keys so long before the end; 0: by hand only
INTEROP_SUITE = env.str("INTEROP_SUITE", default="EdDSA")  # of new keys; or SM2-SM3
INTEROP_ROOT_KEYS = env.list("INTEROP_ROOT_KEYS", default=[])

ALLOWED_HOSTS = env.list("ZT_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("ZT_TRUSTED_ORIGINS", default=[])
# Where the portal is for the public: in the QR code of every paper, so it must outlive the paper.
ZT_PUBLIC_URL = env.str("ZT_PUBLIC_URL", default=next(iter(CSRF_TRUSTED_ORIGINS), "http://127.0.0.1:8000"))

# --- the rooms -----------------------------------------------------------------------------------------------------
SHARED_APPS = [
    "zt_tenants.apps.TenantsConfig",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "zt_platform.accounts.apps.AccountsConfig",
    "zt_platform.workcalendar.apps.WorkcalendarConfig",
    "zt_platform.index.apps.IndexConfig",
    "zt_platform.notices.apps.NoticesConfig",
    "zt_platform.supervision.apps.SupervisionConfig",
    "zt_interop.keys.apps.KeysConfig",
    "zt_interop.queue.apps.QueueConfig",
    "zt_interop.departments.apps.DepartmentsConfig",
]
TENANT_APPS = [
    "zt_platform.organisation.apps.OrganisationConfig",
    "zt_platform.catalogue.apps.CatalogueConfig",
    "zt_platform.audit.apps.AuditConfig",
    "zt_platform.papers.apps.PapersConfig",
    "zt_platform.orders.apps.OrdersConfig",
    "zt_platform.cases.apps.CasesConfig",
    "zt_platform.joint.apps.JointConfig",
    "zt_storage.apps.StorageConfig",
    "zt_interop.log.apps.LogConfig",
]
_TABLELESS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "zt_platform.web.apps.WebConfig",
    "zt_platform.exchange.apps.ExchangeConfig",
    "zt_platform.operations.apps.OperationsConfig",
    "zt_platform.project.apps.ProjectConfig",
    "zt_graphql.apps.GatewayConfig",
    "graphene_django",
]

INSTALLED_APPS = SHARED_APPS + TENANT_APPS + _TABLELESS

# --- tenancy -------------------------------------------------------------------------------------------------------
TENANT_MODEL = "tenants.Centre"
PUBLIC_SCHEMA_NAME = "shared"  # django-tenants' name for it; PostgreSQL's own "public" stays empty
PG_EXTRA_SEARCH_PATHS = ["ext"]
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
ROOT_URLCONF = "zt_platform.project.urls_portal"
CENTRE_URLCONF = "zt_platform.project.urls_centre"

_database = env.db_url("DATABASE_URL", default="postgresql://zhengtong@127.0.0.1:1/zhengtong")
DATABASES = {
    "default": {
        **_database,
        "ENGINE": "zt_tenants.backend",
        "CONN_MAX_AGE": env.int("ZT_CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {  # the URL's own parameters (sslmode, sslrootcert, …) stay
            **_database.get("OPTIONS", {}),
            "options": "-c search_path=shared,ext",
            "application_name": "zhengtong",
        },
        "TEST": {"NAME": "test_zhengtong"},
    }
}
ZT_WALL = "session" if TESTING else "login"
"""``login``, wherever the platform runs: each centre is a database log-in of its own. ``session``: the tests' world that
is rolled back is one transaction, so one connection takes the roles on. No environment chooses it."""
ZT_SESSION_LOGIN: dict[str, str] = {}
"""With ``session``: user and password of the superuser who takes the roles on; the tests' configuration fills it."""
ZT_ROLE = env.str("ZT_ROLE", default="")
"""Who this process is in the database outside centres: ``zt_portal`` for web servers, ``zt_relay`` for workers and beat,
``zt_signer`` for the signer; empty, the user of DATABASE_URL, for the command line."""
if ZT_ROLE not in frozenset(DatabaseRole):
    raise ImproperlyConfigured(f"ZT_ROLE must be one of {', '.join(filter(None, DatabaseRole))}, or empty")
ZT_CONNECTIONS = env.int(
    "ZT_CONNECTIONS", default=50
)  # at most so many at a time in a process, besides a quarter for short reads
ZT_CONNECTION_WAIT = env.float("ZT_CONNECTION_WAIT", default=5.0)  # seconds
ZT_CONNECTION_LIFETIME = env.float("ZT_CONNECTION_LIFETIME", default=1800.0)  # seconds
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- cache, sessions, queue ----------------------------------------------------------------------------------------
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("CACHE_URL", default="redis://127.0.0.1:1/1"),
        "KEY_PREFIX": "zt",
    }
}
SESSION_ENGINE = "zt_platform.accounts.session_store"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="redis://127.0.0.1:1/0")

# --- S3 ------------------------------------------------------------------------------------------------------------
S3_ENDPOINT = env.str("S3_ENDPOINT", default="127.0.0.1:1")
S3_SECURE = env.bool("S3_SECURE", default=False)
S3_PUBLIC_ENDPOINT = env.str("S3_PUBLIC_ENDPOINT", default=S3_ENDPOINT)  # as browsers reach it
S3_ACCESS_KEY = _secrets["S3_ACCESS_KEY"]
S3_SECRET_KEY = _secrets["S3_SECRET_KEY"]
S3_BUCKET = env.str("S3_BUCKET", default="zhengtong")
S3_REGION = env.str("S3_REGION", default="us-east-1")

# --- departments' data services -----------------------------------------------------------------------------------
ZT_DEPARTMENT_ORIGINS = env.list("ZT_DEPARTMENT_ORIGINS", default=[])  # scheme://host:port that may be called
ZT_DEPARTMENT_CA = env.str("ZT_DEPARTMENT_CA", default="")  # certificate authorities of the departments' network, PEM
ZT_DEPARTMENT_CERTIFICATE = env.str("ZT_DEPARTMENT_CERTIFICATE", default="")  # ours, PEM, where they ask for one
ZT_DEPARTMENT_CERTIFICATE_KEY = env.str("ZT_DEPARTMENT_CERTIFICATE_KEY", default="")
ZT_FILE_DROP = Path(env.str("ZT_FILE_DROP", default=str(ZT_HOME / "file-drop")))  # the front-end machine's folder

# --- text messages -------------------------------------------------------------------------------------------------
ZT_SMS_PROVIDER = env.str("ZT_SMS_PROVIDER", default="file")  # file, console or http: docs/notices.md
ZT_SMS_FOLDER = Path(env.str("ZT_SMS_FOLDER", default=str(ZT_HOME / "text-messages")))
ZT_SMS_ENDPOINT = env.str("ZT_SMS_ENDPOINT", default="")
ZT_SMS_ORIGINS = env.list("ZT_SMS_ORIGINS", default=[])  # scheme://host:port that may be called
ZT_SMS_KEY_ID = env.str("ZT_SMS_KEY_ID", default="")
ZT_SMS_SECRET = env.str("ZT_SMS_SECRET", default="")
ZT_SMS_SECONDS = env.float("ZT_SMS_SECONDS", default=10.0)  # an answer may take altogether
ZT_SMS_HONOURS_KEYS = env.bool("ZT_SMS_HONOURS_KEYS", default=True)  # a repeated key reaches the phone once

# --- people --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTHENTICATION_BACKENDS = ["zt_platform.accounts.sessions.AccountBackend"]
LOGIN_URL = "/sign-in/"

# --- requests ------------------------------------------------------------------------------------------------------
MIDDLEWARE = [
    "zt_platform.project.measuring.MeasuredRequests",
    "django.middleware.security.SecurityMiddleware",
    "zt_platform.web.security.SecurityHeaders",
    "zt_platform.project.probes.Probes",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zt_platform.web.security.RefuseNul",
    "zt_platform.project.mount.CentreMountMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "zt_platform.web.preferences.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zt_platform.web.preferences.RememberCentre",
    "zt_platform.web.error_pages.DomainErrorPages",
]
CSRF_FAILURE_VIEW = "zt_platform.web.error_pages.csrf_failed"
WSGI_APPLICATION = "zt_platform.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zt_platform.web.context.page",
            ],
            "builtins": ["zt_tenants.templatetags.language"],
        },
    }
]
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
ZT_PROXIES = env.int("ZT_PROXIES", default=0)  # reverse proxies before the site that append to X-Forwarded-For
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- language, time, files -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "zt_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
STATIC_ROOT = ZT_HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns when it is absent; files come from the finders
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = Path(os.devnull)  # nothing is ever stored on a web server's disk

# --- logs ----------------------------------------------------------------------------------------------------------
ZT_LOG_FORMAT = env.str("ZT_LOG_FORMAT", default="line")  # or json: one object a line
if ZT_LOG_FORMAT not in ("line", "json"):
    raise ImproperlyConfigured("ZT_LOG_FORMAT must be line or json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"centre": {"()": "zt_tenants.logs.CentreFilter"}},
    "formatters": {
        "line": {
            "()": "zt_tenants.logs.MaskedLines",
            "format": "%(asctime)s %(levelname)s %(centre)s %(name)s: %(message)s",
        },
        "json": {"()": "zt_tenants.logs.JsonLines"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "filters": ["centre"], "formatter": ZT_LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": env.str("ZT_LOG_LEVEL", default="INFO")},
}

# --- figures -------------------------------------------------------------------------------------------------------
ZT_METRICS_TOKEN = env.str("ZT_METRICS_TOKEN", default="")  # whoever shows it gets the figures; none: nobody does
ZT_METRICS_ADDRESS = env.str("ZT_METRICS_ADDRESS", default="127.0.0.1:9464")  # where a worker hands out its own

OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")  # collector of traces; none: no traces
ZT_TRACE_SHARE = env.float("ZT_TRACE_SHARE", default=1.0)  # of the traces that begin here, 0 to 1

# Messages between centres: docs/operations.md names them all.
INTEROP_CA = env.str("INTEROP_CA", default="")  # authorities of the government's network, PEM; none: the system's
INTEROP_ANSWER_SECONDS = env.float("INTEROP_ANSWER_SECONDS", default=30.0)
INTEROP_WORKERS_PER_DESTINATION = env.int("INTEROP_WORKERS_PER_DESTINATION", default=2)
INTEROP_DELIVERIES_AT_ONCE = env.int("INTEROP_DELIVERIES_AT_ONCE", default=4)
INTEROP_MOST_UNAPPLIED = env.int("INTEROP_MOST_UNAPPLIED", default=10_000)
INTEROP_GIVE_UP_DAYS = env.float("INTEROP_GIVE_UP_DAYS", default=7.0)
INTEROP_OUTBOX_KEPT_DAYS = env.float("INTEROP_OUTBOX_KEPT_DAYS", default=30.0)
