"""Every setting, in one file; the environment is read here and nowhere else.

HOLDFAST_DATABASE_URL    sqlite:///absolute/path or postgres://…   (default: var/holdfast.sqlite3 where you stand)
HOLDFAST_SECRET_KEY      signs sessions                            (default: made once, kept in var/secret_key)
HOLDFAST_NOTES_KEYS      seal private notes, with commas, newest first  (default: made once, kept in var/notes_key)
HOLDFAST_ALLOWED_HOSTS   names the site answers to, with commas    (default: localhost,127.0.0.1)
HOLDFAST_HTTPS           1 behind TLS: secure cookies, HSTS, redirect
HOLDFAST_DEMO            1 for the synthetic clinic
HOLDFAST_PROTOCOLS       folders of the clinic's own protocols      (default: none; several joined as in PATH)
HOLDFAST_MAIL_URL        smtp://user:password@host:port for alert notices (default: notices go to the log)
"""

import base64
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

PACKAGE = Path(__file__).resolve().parent.parent
VAR = Path.cwd() / "var"


def _kept(name: str, make: Callable[[], str]) -> str:
    """A secret of the site's own: made once, readable by its owner alone, the same after every restart."""
    path = VAR / name
    VAR.mkdir(exist_ok=True)
    with suppress(FileExistsError):  # made before, or by a process that starts at the same moment
        made = path.with_suffix(f".{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(make())
        try:
            os.link(made, path)  # whole or not at all: nobody can read half a key
        finally:
            made.unlink()
    return path.read_text()


def _notes_key() -> str:
    """A new key for private notes: 32 random bytes, as the cipher wants them written."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _database(url: str) -> dict[str, object]:
    """Connection settings; SQLite waits its turn to write and reaches the disk before it answers."""
    database: dict[str, object] = dict(dj_database_url.parse(url))
    if url.startswith("sqlite"):
        # H-002: synchronous=FULL, so an answer acknowledged is an answer on disk.
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
    else:
        database["CONN_MAX_AGE"] = 60
        database["CONN_HEALTH_CHECKS"] = True
    return database


def _environment_flag(name: str) -> bool:
    return os.environ.get(name, "") == "1"


DEMO = _environment_flag("HOLDFAST_DEMO")
HTTPS = _environment_flag("HOLDFAST_HTTPS")
DEBUG = False

# A clinic's own therapies, and shipped ones with its changes; read once, at start.
PROTOCOL_FOLDERS = tuple(
    Path(folder) for folder in os.environ.get("HOLDFAST_PROTOCOLS", "").split(os.pathsep) if folder
)

SECRET_KEY = os.environ.get("HOLDFAST_SECRET_KEY") or _kept("secret_key", lambda: secrets.token_urlsafe(50))
NOTES_KEYS = (os.environ.get("HOLDFAST_NOTES_KEYS") or _kept("notes_key", _notes_key)).split(",")
ALLOWED_HOSTS = os.environ.get("HOLDFAST_ALLOWED_HOSTS", "localhost,127.0.0.1").split(",")
DATABASES = {
    "default": _database(os.environ.get("HOLDFAST_DATABASE_URL", f"sqlite:///{VAR / 'holdfast.sqlite3'}"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "holdfast.records.apps.RecordsConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "holdfast.web.page.page_context",
            ]
        },
    }
]
ROOT_URLCONF = "holdfast.web.urls"
WSGI_APPLICATION = "holdfast.config.wsgi.application"

AUTH_USER_MODEL = "records.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "log_in"
LOGIN_REDIRECT_URL = "home"

# H-009: an account is locked together with the address it is tried from. Never the address alone: everyone in a
# clinic shares one, and one forgetful person must not lock the clinic out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_CALLABLE = "holdfast.web.log_in.locked_out"
AXES_RESET_ON_SUCCESS = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
STAFF_IDLE_SECONDS = 15 * 60
PATIENT_IDLE_SECONDS = 24 * 60 * 60
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en-gb"

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
# Files are served from the package itself, found at start: no collecting step to forget after an upgrade.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

_mail = urlsplit(os.environ.get("HOLDFAST_MAIL_URL", ""))
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if _mail.scheme
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.username or "", _mail.password or ""
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = "holdfast@localhost"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"holdfast": {"level": "INFO"}, "axes": {"level": "ERROR"}},
}
