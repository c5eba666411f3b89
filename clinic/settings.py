"""Settings, all from the environment (or a `.env` file); what a manager may change lives on `Clinic`.

Nothing secret has a default once STRIDEWELL_DEMO and DEBUG are off: a missing key stops the start with a message.
"""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key

from clinic import environment as env
from clinic.beat import SCHEDULE
from clinic.crypto import load_or_make_keys

BASE_DIR = Path(__file__).resolve().parent.parent
env.read_file(BASE_DIR / ".env")

# ------------------------------------------------------------------ what kind of run this is
DEBUG = env.flag("DEBUG", default=False)
# The demo: the invented clinic, keys made in VAR, plain HTTP on this machine.
DEMO = env.flag("STRIDEWELL_DEMO", default=False)
VAR = BASE_DIR / env.text("STRIDEWELL_VAR", "var")
if DEBUG or DEMO:
    with env.writing("STRIDEWELL_VAR", VAR):
        env.make_folder(VAR)


def _made_once(name: str) -> str:
    """Return the secret kept in VAR/name, made on the first call (demo and debug only)."""
    path = VAR / name
    if not path.exists():
        draft = VAR / f".{name}.{get_random_secret_key()[:8].encode().hex()}"
        draft.write_text(get_random_secret_key())
        draft.chmod(0o600)
        with suppress(FileExistsError):  # the first of two processes that start at once wins
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text().strip()


SECRET_KEY = env.text("SECRET_KEY")
FIELD_KEYS = env.names("FIELD_KEYS", [])
with env.writing("STRIDEWELL_VAR", VAR):
    if not SECRET_KEY and (DEBUG or DEMO):
        SECRET_KEY = _made_once("secret_key")
    if not FIELD_KEYS and (DEBUG or DEMO):
        FIELD_KEYS = load_or_make_keys(VAR / "field_keys")
if not SECRET_KEY or not FIELD_KEYS:
    raise env.WrongSetting(
        "Set SECRET_KEY and FIELD_KEYS (or SECRET_KEY_FILE and FIELD_KEYS_FILE); docs/deploy.md says how to make them. "
        "To try the demo clinic set STRIDEWELL_DEMO=1, or use `make run`."
    )

# ------------------------------------------------------------------ the site's address and the transport
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEBUG or DEMO else [])
# Where links in messages point, e.g. https://visits.example.org (no slash at the end).
_port = env.number("PORT", default=8000, least=1, most=65_535)
SITE_URL = env.site("SITE_URL", default=f"http://localhost:{_port}")
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS", [SITE_URL] if SITE_URL.startswith("https") else [])
# Addresses of the proxies whose X-Forwarded-* headers the server believes (clinic/wsgi.py).
TRUSTED_PROXIES = env.names("TRUSTED_PROXIES", [])
HTTPS = env.flag("HTTPS", default=not (DEBUG or DEMO))
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
# Both bind every other site under the same name, and browsers do not soon forget: only who owns all of them can say yes.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", default=False)
# Django would have the first two in every clinic. The last takes the hours of the night, within ten seconds of 21:00 and of
# 8:00 UTC, for the time at which the code was written: a check that fails by the clock.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "fields.W161"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_HANDLERS = ["clinic.uploads.NoFiles"]

# ------------------------------------------------------------------ applications
INSTALLED_APPS = [
    "clinic.apps.DeskAdminConfig",  # django.contrib.admin with our own site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "csp",
    "anymail",
    "clinic.apps.ClinicConfig",
    "intake.apps.IntakeConfig",
    "booking.apps.BookingConfig",
]
MIDDLEWARE = [
    "clinic.middleware.RequestId",
    # Pads pages by a random length, so that their size tells nothing of the tokens in them (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "clinic.middleware.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "clinic.middleware.PrivatePages",
    "clinic.middleware.NoEmptyRefusal",
    "clinic.middleware.Arrivals",
]
CSRF_FAILURE_VIEW = "clinic.trouble.form_too_old"
ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
AUTH_USER_MODEL = "clinic.User"
LOGIN_URL = "admin:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.context.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["stridewell"]
CRISPY_TEMPLATE_PACK = "stridewell"

# ------------------------------------------------------------------ database
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": env.database("DATABASE_URL", default=VAR / "stridewell.sqlite3")}
_database = DATABASES["default"]
_test_suffix = env.text("STRIDEWELL_TEST_DB_SUFFIX")
# Without persistent connections a view is many times slower; without health checks a database restart gives 500s.
_database["CONN_MAX_AGE"] = None
_database["CONN_HEALTH_CHECKS"] = True
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # Races are only real on a file: Django's in-memory test database is shared and answers "table is locked".
    _database["TEST"] = {"NAME": str(VAR / f"test{_test_suffix}.sqlite3")}
else:
    # The server keeps what it has made of a statement that a connection sends again and again: a third more bookings a
    # second (docs/decisions/0044).
    _database["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 3}
    _database["TEST"] = {"NAME": f"test_{_database['NAME']}{_test_suffix}"}

# ------------------------------------------------------------------ broker and cache: Redis when there is one
REDIS_URL = env.redis("REDIS_URL")
# A page does without the cache sooner than it waits for one that does not answer.
REDIS_CACHE_OPTIONS = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "retry": None}
_broker = VAR / "broker"
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": REDIS_CACHE_OPTIONS,
        }
    }
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "retry_on_timeout": True,
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "processed_folder": str(_broker / "done"),
        "control_folder": str(_broker / "control"),
        "store_processed": False,
    }
    # Also outside the demo: the worker ends at the first of these that is not there.
    with env.writing("STRIDEWELL_VAR", VAR):
        for _folder in (VAR, *(_broker / name for name in ("queue", "done", "control"))):
            env.make_folder(_folder)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # a nudge that does not arrive is harmless: beat sweeps
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "clinic.clock.Clock"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = SCHEDULE

# ------------------------------------------------------------------ messages
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Stridewell <visits@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ANYMAIL: dict[str, object] = {}
EMAIL_TIMEOUT = 20
if _mail := env.mail_provider("EMAIL_PROVIDER") or env.mail("EMAIL_URL"):
    vars().update(_mail)
    MESSAGE_FOLDER = ""
else:
    MESSAGE_FOLDER = str(VAR / "outbox")
    EMAIL_BACKEND = "clinic.mail.FileBackend"  # each letter becomes a file
# A gateway for text messages that speaks as Twilio does: https://user:password@host/path; without it no texts leave.
SMS_URL = env.gateway("SMS_URL")
SMS_FROM = env.text("SMS_FROM")
# What the gateway signs its calls of our site with, where that is not the password in SMS_URL.
SMS_SIGNING_KEY = env.text("SMS_SIGNING_KEY")

# ------------------------------------------------------------------ visits by video
# A server that makes a room of any name, as Jitsi does; without it the clinic calls patients before a visit by video.
# The demo's is a public one: no system check lets a clinic's patients onto that.
TELEHEALTH_ROOM_URL = env.room(
    "TELEHEALTH_ROOM_URL", default="https://meet.jit.si/stridewell-demo-{room}" if DEMO else ""
)

# ------------------------------------------------------------------ language, time, files
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "clinic" / "locale"]
FORMAT_MODULE_PATH = "clinic.formats"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR / "media"
WHITENOISE_MAX_AGE = 3600
# How long a web process may show the clinic's name, hours and news as it last read them.
SITE_SECONDS = 20
# Count how many people come to the public pages, for the reports; see clinic.footfall.
COUNT_ARRIVALS = env.flag("COUNT_ARRIVALS", default=True)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "clinic.logs.Line", "format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "filters": {"refusals": {"()": "clinic.logs.Refusals"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}},
    "root": {"handlers": ["console"], "level": env.log_level("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}
