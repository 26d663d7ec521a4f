"""Settings. Configuration comes only from the environment, prefix PANE_; runs with nothing set.

Without PANE_PRODUCTION this is a development machine: loopback hosts, a key made once, plain HTTP. With it, what is
missing or unsafe ends the process with a sentence.
"""

from dashboard import environment as env
from dashboard.logs import logging_settings
from dashboard.people.oidc import configuration as oidc

BASE_DIR = env.ROOT
PRODUCTION = env.flag("PRODUCTION")
DEBUG = env.debug(PRODUCTION)
DATA = env.data_folder(env.own_data())
SECRET_KEY = env.secret_key(DATA, PRODUCTION)
SECRET_KEY_FALLBACKS = env.items("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.allowed_hosts(PRODUCTION)

# What is watched: read by the watcher
PANE_KUBECONFIG = env.text("KUBECONFIG")  # path; empty: as kubectl finds it
PANE_CONTEXT = env.text("CONTEXT")
PANE_SYSTEM_NAMESPACE = env.text("SYSTEM_NAMESPACE", "kcm-system")
PANE_ALLOW_LOOPBACK = env.flag("ALLOW_LOOPBACK")  # may a region's kubeconfig name an address of this machine
PANE_EGRESS = env.networks(env.items("EGRESS"))  # where servers may lie that people or clusters choose; none: anywhere
PANE_REGION_KUBECONFIGS = env.text("REGION_KUBECONFIGS")  # folder with one least-privileged kubeconfig a region
PANE_REGION_PROXIES = env.proxies(env.items("REGION_PROXIES"))  # that a region's kubeconfig may name in proxy-url
PANE_IMPERSONATE = env.flag("IMPERSONATE", default=True)  # write to management as pane:<account>; 0: as Pane itself
PANE_AUDIT_DAYS = env.number("AUDIT_DAYS", 400)  # how long the audit trail is kept
PANE_AUDIT_STDOUT = env.flag("AUDIT_STDOUT")  # each line of it as JSON on standard output, too
PANE_RIGHTS = env.rights(PANE_IMPERSONATE, PRODUCTION)  # who says what a person may see: cluster, or roles
globals().update(env.mail_server(env.text("MAIL")))  # by which notices go as e-mail; none: there is no such channel
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "pane@localhost")
PANE_KEEP_DAYS = env.number("KEEP_DAYS", 7)  # how long the log is kept
PANE_SLO = env.share("SLO", 99.5)  # percent of the time that counts, in which things shall be available
PANE_KEEP_MB = env.number("KEEP_MB", 0, least=0)  # about how much of it, however few days that are; 0: all
PANE_WATCH_SHARD = env.shard("WATCH_SHARD")  # which part of the clusters `watch` watches, such as 1/2
PANE_SOCKETS = env.number("SOCKETS", 2_000)  # of open pages and programs that one process holds
PANE_SOCKETS_A_PERSON = env.number("SOCKETS_A_PERSON", 100)  # of these, by one account or one screen
PANE_PATH = env.path("PATH")  # where on its host Pane lies, such as /pane; a proxy may take that off or leave it
PANE_TRUSTED_HOPS = env.trusted_hops()  # how many proxies stand between us and people: dashboard.proxies

# Where else metrics can be looked at; linked from every figure. vmui and logs may hold {region}
PANE_GRAFANA_URL = env.link(env.text("GRAFANA_URL"))
PANE_VMUI_URL = env.link(env.text("VMUI_URL"))
PANE_LOGS_URL = env.link(env.text("LOGS_URL"))
PANE_ALERTS_URL = env.link(env.text("ALERTS_URL"))  # Alertmanager's own page: silences are made there
PANE_CURRENCY = env.text("CURRENCY", "USD")  # what OpenCost's price model is in; nothing is converted
PANE_BUDGETS = env.budgets(env.items("BUDGETS"))  # a day: region=amount, and *=amount for the fleet

# Metrics: read by the meter
PANE_KOF_NAMESPACE = env.text("KOF_NAMESPACE", "kof")
PANE_KOF_STORES = env.stores(env.items("KOF_STORES"))  # name=https://…, or name=https://… secret=namespace/name
PANE_KOF_ALERTMANAGER = env.link(env.text("KOF_ALERTMANAGER"))  # an address, instead of KOF's own on management
PANE_KOF_THROUGH_API = env.choice("KOF_THROUGH_API", ["AUTO", "YES", "NO"])  # services by way of the API server
PANE_KOF_CA = env.readable(env.text("KOF_CA"), "KOF_CA")  # a bundle that stores are trusted by, besides the system's
PANE_KOF_SECONDS = env.number("KOF_SECONDS", 15, least=5)  # between two rounds of the wall's figures

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "channels",
    "csp",
    "regions",
    "deployments",
    "dashboard",
]
MIDDLEWARE = [
    "dashboard.middleware.not_kept",
    "dashboard.middleware.health_first",  # probes call us by address, before hosts and TLS are checked
    "dashboard.middleware.known_host",
    "django.middleware.gzip.GZipMiddleware",  # pads by chance, and CSRF tokens are masked anew each time: no BREACH
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "dashboard.middleware.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dashboard.middleware.SignInRequired",
    "dashboard.middleware.viewer",
    "dashboard.middleware.no_zero_bytes",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "dashboard.urls"
ASGI_APPLICATION = "dashboard.asgi.application"
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
                "dashboard.live.context.live",
            ],
        },
    }
]

DATABASES = {"default": env.database(DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

FORCE_SCRIPT_NAME = PANE_PATH or None
STATIC_URL = f"{PANE_PATH}/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "dashboard.statics.Together",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "dashboard.statics.Versioned"},
}
STATIC_ROOT = env.text("STATIC_ROOT") or None  # only for who serves static files by other means: collectstatic
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o755  # of what collectstatic writes: others serve it
WHITENOISE_USE_FINDERS = True  # no collectstatic needed to run from a checkout
WHITENOISE_AUTOREFRESH = DEBUG

# People
LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "people:sign_in"
SESSION_COOKIE_NAME = "pane_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = PANE_PATH or "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "pane_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "dashboard.errors.old_form"
CSRF_TRUSTED_ORIGINS = env.trusted_origins(PRODUCTION)
PANE_OIDC = oidc.providers(PRODUCTION)  # where people sign in, by name
PANE_OIDC_CA = env.readable(env.text("OIDC_CA"), "OIDC_CA")  # a bundle, instead of the system's
PANE_SECOND_FACTOR = env.choice("SECOND_FACTOR", ["OPTIONAL", "ADMINISTRATORS", "LOCAL"])  # of whom it is asked for
ACCOUNT_ADAPTER = "dashboard.people.oidc.adapters.Accounts"
ACCOUNT_FORMS = {
    "reauthenticate": "dashboard.people.local.forms.PasswordAgainForm",
    "change_password": "dashboard.people.local.forms.NewPasswordForm",
}
ACCOUNT_REAUTHENTICATION_METHODS = ("password",)
MFA_ADAPTER = "dashboard.people.local.adapter.SecondFactors"
MFA_FORMS = {
    "authenticate": "dashboard.people.local.forms.SecondStepForm",
    "authenticate_webauthn": "dashboard.people.local.forms.PasskeyStepForm",
    "login_webauthn": "dashboard.people.local.forms.PasskeyAloneForm",
    "add_webauthn": "dashboard.people.local.forms.NewPasskeyForm",
    "activate_totp": "dashboard.people.local.forms.NewAppForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_DIGITS = 10
MFA_TOTP_ISSUER = "Pane"
MFA_TOTP_TOLERANCE = 1  # steps of half a minute that a phone's clock may be away from ours
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # dashboard.people.attempts
SOCIALACCOUNT_ADAPTER = "dashboard.people.oidc.adapters.ProviderAccounts"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [one.as_app() for one in PANE_OIDC.values()]}
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
    )
]

# What a page may do in a browser
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],  # sockets of the same host and port are 'self', too
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 30 * 24 * 3600
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Whether the whole domain speaks only TLS, and is preloaded as such, is for its owner to say, not for one host.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "dashboard.people.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "dashboard.api.parameters.KnownParameters",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["dashboard.api.parsing.SoundJSONParser"],
    "EXCEPTION_HANDLER": "dashboard.api.failures.failure",
    "DEFAULT_SCHEMA_CLASS": "dashboard.api.description.Description",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pane",
    "DESCRIPTION": "Regions, deployments and metrics of a k0rdent fleet.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

LOGGING = logging_settings(env.choice("LOG_LEVEL", ["INFO", "DEBUG", "WARNING", "ERROR"]), as_json=PRODUCTION)
