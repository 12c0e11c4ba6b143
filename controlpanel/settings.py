"""Settings of the Control Panel, all from the environment; the defaults are fit for one machine.

PANEL_STATE_DIR     where the database, the secret key and collected files live (default: var/)
DATABASE_URL        a PostgreSQL for larger organisations (default: SQLite in the state directory)
PANEL_HOSTS         host names the panel answers to, comma separated (default: loopback names)
PANEL_TLS           "true" when a TLS proxy stands in front: secure cookies, HSTS, redirect to https
PANEL_PROXIES       how many trusted proxies stand in front (their X-Forwarded-For is believed; default 0)
PANEL_MASTER_KEY    the master key of private keys, when it is not to be kept in the state directory
PANEL_THREADS       threads of each process (default 32); gateways wait in at most three quarters of them,
                    sign-ins in an eighth
PANEL_METRICS_TOKEN who sends it as a bearer token, 16 characters or more, may read /metrics (default: nobody)
PANEL_SECRET_KEY    the secret key, when it is not to be kept in the state directory
PANEL_MAIL_URL      where mails go out, such as smtp+tls://name:password@mail.contoso.com:587
PANEL_MAIL_FROM     who they are from; PANEL_ALERT_MAIL who is told that a certificate ends, comma separated;
                    PANEL_ALERT_LANGUAGE in which language, "en" or "fr" (default en)
PANEL_NAMESERVERS   name servers for looks at partners and at our SRV records, comma
                    separated (default: those of the machine)
PANEL_PROBE_PRIVATE "false" keeps looks at partners' servers out of private networks (default true);
                    PANEL_PROBE_LOOPBACK "true" lets them look at this machine, for tests
PANEL_IMPORT_LIMIT_MB  how large a file of users may be that is uploaded (default 64)
PANEL_SESSION_HOURS how long a session lasts at most (default 10); PANEL_IDLE_MINUTES when unused (default 60)
"""

from __future__ import annotations

from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext_lazy as _
from environs import Env, EnvError, validate

from controlpanel.navigation import rooms
from controlpanel.shell.secretkey import SHORTEST_SECRET, SHORTEST_TOKEN, kept_secret
from controlpanel.shell.statedir import closed_folder

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

try:
    STATE_DIR = closed_folder(Path(env.str("PANEL_STATE_DIR", str(BASE_DIR / "var"))).resolve())
    TLS = env.bool("PANEL_TLS", default=False)
    TRUSTED_PROXIES = env.int("PANEL_PROXIES", 1 if TLS else 0, validate=validate.Range(min=0))
    ALLOWED_HOSTS = env.list("PANEL_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
    if not all(host and "/" not in host for host in ALLOWED_HOSTS or [""]):
        raise ValueError("PANEL_HOSTS names hosts, such as panel.example.org, without https://")
    _threads = env.int("PANEL_THREADS", 32, validate=validate.Range(min=1))
    GATEWAYS_WAITING, SIGN_INS_WAITING = max(1, _threads * 3 // 4), max(1, _threads // 8)
    METRICS_TOKEN = env.str("PANEL_METRICS_TOKEN", "")
    if METRICS_TOKEN and len(METRICS_TOKEN) < SHORTEST_TOKEN:
        raise ValueError(f"PANEL_METRICS_TOKEN needs {SHORTEST_TOKEN} characters or more, at random")
    SESSION_HOURS = env.int("PANEL_SESSION_HOURS", 10, validate=validate.Range(min=1))
    IMPORT_LIMIT_MB = env.int("PANEL_IMPORT_LIMIT_MB", 64, validate=validate.Range(min=1))
    # Where names lead that a partner's DNS answers (federation/x509/outgoing.py).
    PROBE_PRIVATE = env.bool("PANEL_PROBE_PRIVATE", default=True)
    PROBE_LOOPBACK = env.bool("PANEL_PROBE_LOOPBACK", default=False)
    IDLE_MINUTES = env.int("PANEL_IDLE_MINUTES", 60, validate=validate.Range(min=1))
    SECRET_KEY = env.str("PANEL_SECRET_KEY", "") or kept_secret(STATE_DIR / "secret-key")
    if len(SECRET_KEY) < SHORTEST_SECRET:
        raise ValueError(f"PANEL_SECRET_KEY needs {SHORTEST_SECRET} characters; leave it out and one is made")
    DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{STATE_DIR / 'panel.sqlite3'}")}
    if not DATABASES["default"]["ENGINE"].endswith((".sqlite3", ".postgresql")):
        raise ValueError("DATABASE_URL names another database than SQLite or PostgreSQL")
except (EnvError, ValueError, OSError) as fault:
    raise ImproperlyConfigured(f"The panel cannot start: {fault}") from fault

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # 32 MiB of pages a connection hold the indexes that a large import fills, so that it is short.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32768;",
    }
else:
    # Pages ask for few rows at a time; compiling their queries costs PostgreSQL more than running them.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c jit=off"
    DATABASES["default"]["CONN_MAX_AGE"] = 300
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# What private keys are sealed under (federation/x509/masterkey.py): the variable, else the file.
MASTER_KEY = env.str("PANEL_MASTER_KEY", "").strip()
MASTER_KEY_FILE = STATE_DIR / "master-key"
# Whom to tell before a certificate ends, and how partners' servers are found.
ALERT_MAIL: list[str] = env.list("PANEL_ALERT_MAIL", [])
ALERT_LANGUAGE = env.str("PANEL_ALERT_LANGUAGE", "en")
PROBE_NAMESERVERS: list[str] = env.list("PANEL_NAMESERVERS", [])
PROBE_NAMESERVER_PORT, PROBE_SECONDS = 53, 10.0
try:
    for _name, _value in env.dj_email_url("PANEL_MAIL_URL", "smtp://127.0.0.1:25").items():
        globals()[_name] = _value
except (EnvError, ValueError) as fault:
    raise ImproperlyConfigured(f"The panel cannot start: {fault}") from fault
DEFAULT_FROM_EMAIL = env.str("PANEL_MAIL_FROM", "panel@localhost")
EMAIL_TIMEOUT = 20
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DEBUG = False
ROOT_URLCONF = "controlpanel.urls"
WSGI_APPLICATION = "controlpanel.wsgi.application"

INSTALLED_APPS = [
    "controlpanel.shell",  # first: its commands take the place of others of the same name
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "controlpanel.accounts",
    *dict.fromkeys(["controlpanel.audit", *rooms()]),
]

MIDDLEWARE = [
    "controlpanel.shell.headers.HeadersMiddleware",  # first: static files get them too
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "controlpanel.accounts.refusals.RefusalMiddleware",  # before all that refuse
    "controlpanel.accounts.bodies.StrangersBodyMiddleware",  # before all that read forms
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "controlpanel.accounts.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "controlpanel.shell.busy.BusyMiddleware",
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
                "controlpanel.shell.context.frame",
            ],
        },
    }
]

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Who signs in, and how.
AUTH_USER_MODEL = "accounts.Administrator"
AUTHENTICATION_BACKENDS = [
    "controlpanel.accounts.backends.CountedBackend",
    "django.contrib.auth.backends.ModelBackend",  # for sessions of versions before; nobody signs in by it
]
PASSWORD_HASHERS = ["controlpanel.accounts.hashing.GatedArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "controlpanel.accounts.validators.GuessableValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"
CSRF_FAILURE_VIEW = "controlpanel.accounts.refusals.forged"

# Sessions, cookies, transport.
SESSION_ENGINE = "controlpanel.accounts.sessionstore"
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = TLS
# A browser takes such names over TLS alone, for this host alone (RFC 6265bis, 4.1.3.2).
COOKIE_PREFIX = "__Host-" if TLS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = []
if TLS:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    CSRF_TRUSTED_ORIGINS = [
        f"https://*{host}" if host[0] == "." else f"https://{host}" for host in ALLOWED_HOSTS
    ]
    # Subdomains and the browsers' preload list are the organisation's to decide, not the panel's.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
    }
}

# A form of ours has a few dozen fields; a selection on a list page a few hundred rows.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# Anybody may send a file to any page, signed in or not: no large one is kept.
FILE_UPLOAD_HANDLERS = ["controlpanel.shell.uploads.LimitedFiles"]

# Languages and time.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
if ALERT_LANGUAGE not in dict(LANGUAGES):
    raise ImproperlyConfigured("The panel cannot start: PANEL_ALERT_LANGUAGE is en or fr")
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LOCALE_PATHS = [BASE_DIR / "controlpanel" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# Static files.
STATIC_URL = "static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # Which file stands under which name is read here, and not served.
        "OPTIONS": {"manifest_storage": FileSystemStorage(STATE_DIR)},
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {
        "not-refused": {"()": "controlpanel.shell.processlog.NotRefused"},
        "brief": {"()": "controlpanel.shell.processlog.Brief"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["brief"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {name: {"filters": ["not-refused"]} for name in ("django.request", "django.security.csrf")},
}
