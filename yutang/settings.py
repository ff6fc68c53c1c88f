"""Django settings. What differs between installations comes from the environment (docs/how-to/configure.md)."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from yutang import home
from yutang.core.embedded import EmbeddedPostgres

PACKAGE = Path(__file__).resolve().parent
HOME = home.home()
SECRET = home.secret()
SECRET_KEY = hmac.new(SECRET, b"django", hashlib.sha256).hexdigest()

DEBUG = os.environ.get("YUTANG_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("YUTANG_HOSTS", "127.0.0.1,localhost").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("YUTANG_ORIGINS", "").split(",") if o]
HTTPS = os.environ.get("YUTANG_HTTPS") == "1"
TRUSTED_PROXIES = int(os.environ.get("YUTANG_PROXIES", "0"))  # that a request passes before it reaches us

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "yutang.core",
    "yutang.lake",
    "yutang.core.ledger",
    "yutang.core.reservations",
    "yutang.ui",
    "yutang.areas.merchants",
    "yutang.areas.openplatform",
    "yutang.areas.customers",
    "yutang.areas.channels",
    "yutang.areas.messaging",
    "yutang.areas.privacy",
    "yutang.areas.segments",
    "yutang.areas.interactions",
    "yutang.areas.relations",
    "yutang.areas.tags",
    "yutang.areas.catalog",
    "yutang.areas.decoration",
    "yutang.areas.inventory",
    "yutang.areas.payments",
    "yutang.areas.points",
    "yutang.areas.coupons",
    "yutang.areas.wallet",
    "yutang.areas.membership",
    "yutang.areas.missions",
    "yutang.areas.bookings",
    "yutang.areas.orders",
    "yutang.areas.aftersale",
    "yutang.areas.settlement",
    "yutang.areas.grades",
    "yutang.areas.imports",
    "yutang.areas.analytics",
    "yutang.reactions",
    "yutang.console",
]

MIDDLEWARE = [
    "yutang.ui.middleware.visitor_address",
    "yutang.api.middleware.only_problems",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yutang.ui.middleware.content_security_policy",
    "yutang.links.media.middleware.before_sessions",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "yutang.console.middleware.staff_scope",
]

ROOT_URLCONF = "yutang.urls"
WSGI_APPLICATION = "yutang.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE],  # templates stand beside their views: "console/customers/list.html"
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])]
            if not DEBUG
            else ["django.template.loaders.filesystem.Loader"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "yutang.console.shell.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "yutang.ui.templatetags.ui"],
        },
    }
]

DATABASE_URL = home.database_url() or EmbeddedPostgres(HOME).url()
_connection = conninfo_to_dict(DATABASE_URL)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _connection.get("dbname", "yutang"),
        "USER": _connection.get("user", ""),
        "PASSWORD": _connection.get("password", ""),
        "HOST": _connection.get("host", ""),
        "PORT": _connection.get("port", ""),
        "CONN_MAX_AGE": 0,
        # The threshold only allows preparing at all: `core.prepared` does it, nothing else.
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 16, "timeout": 30}, "prepare_threshold": 0},
    }
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Pages of the shop that are the same for everybody, by what is on them: shop/rendering.py.
    "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages", "TIMEOUT": 600},
    "moments": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "moments"},
}
# Seconds for which such a page is shown without asking again: less than its way to a phone, much when thousands ask.
MOMENT = float(os.environ.get("YUTANG_MOMENT", "0.2"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "merchants.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "console:login"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "yutang.console.shell.errors.csrf_failed"
SECURE_REFERRER_POLICY = "same-origin"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = PACKAGE / "ui" / "static"  # served where it lies; tools/vendor.py puts compressed copies beside
WHITENOISE_AUTOREFRESH = DEBUG

# Where the outside world reaches this installation: payment services send their notices there.
PUBLIC_URL = os.environ.get("YUTANG_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
WECHATPAY_URL = os.environ.get("YUTANG_WECHATPAY_URL", "https://api.mch.weixin.qq.com")
ALIPAY_URL = os.environ.get("YUTANG_ALIPAY_URL", "https://openapi.alipay.com/gateway.do")
# WeChat's interfaces, and the page of WeChat that asks a person.
WECHAT_URL = os.environ.get("YUTANG_WECHAT_URL", "https://api.weixin.qq.com")
WECHAT_PAGES_URL = os.environ.get("YUTANG_WECHAT_PAGES_URL", "https://open.weixin.qq.com")
ALIYUN_SMS_URL = os.environ.get("YUTANG_ALIYUN_SMS_URL", "https://dysmsapi.aliyuncs.com")
# For trying things out: play money pays, and one-time codes are shown instead of sent.
SANDBOX = os.environ.get("YUTANG_SANDBOX") == "1"

FONTS = os.environ.get("YUTANG_FONTS", "")  # a folder with NotoSansCJK-Regular.ttc and -Bold.ttc, for posters
FILES = HOME / "files"  # uploaded order files, error files, exports, pictures
ERASURES = home.erasures()  # journal of erasures
IMPORT_UNPACKED_BYTES = int(os.environ.get("YUTANG_IMPORT_UNPACKED_MB", "4096")) * 2**20
# Memory of the process that reads an Excel file
IMPORT_WORKBOOK_BYTES = int(os.environ.get("YUTANG_IMPORT_WORKBOOK_MB", "2048")) * 2**20
LAKE = HOME / "lake"  # Parquet files of the Iceberg tables
# Days of interactions that stay in the pool; without it all do.
HOT_DAYS = int(os.environ["YUTANG_HOT_DAYS"]) if os.environ.get("YUTANG_HOT_DAYS") else None
LAKE_CATALOG = os.environ.get("YUTANG_LAKE_CATALOG", "yutang")
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

PROCRASTINATE_IMPORT_PATHS = ["yutang.core.dispatch"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "yutang.core.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"yutang": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
