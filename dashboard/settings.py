"""Settings. Configuration comes only from the environment, prefix PANE_; runs with nothing set."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("PANE_DATA", BASE_DIR / "var"))
DATA.mkdir(parents=True, exist_ok=True)
SECRET_KEY = "development"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
    "django.contrib.staticfiles", "regions", "deployments", "dashboard",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA / "pane.sqlite3", "OPTIONS": {
    "timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
