"""How Pane logs: one event a line, as JSON in production, and never a token or a sign-in link."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

SECRETS = re.compile(
    r"(?P<token>bearer\s+|/sign-in/link/|(?-i:\bpane_))[^\s/'\"]+|(?P<address>[\w.+-]+://[^/\s:@]*:)[^\s@/]+(?=@)",
    re.IGNORECASE,
)
ORDINARY = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request", "color_message"}


def scrub(line: str) -> str:
    """The line without bearer tokens, sign-in links, API tokens and passwords in addresses."""
    return SECRETS.sub(lambda found: (found["token"] or found["address"]) + "…", line)


class Plain(logging.Formatter):
    """For a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


class Json(logging.Formatter):
    """For a log collector: time, level, logger, message, and whatever was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {key: value for key, value in vars(record).items() if key not in ORDINARY}
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return scrub(json.dumps(entry, default=str, ensure_ascii=False))


def logging_settings(level: str, as_json: bool) -> dict[str, Any]:
    """The LOGGING setting: everything to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "dashboard.logs.Json"}
            if as_json
            else {"()": "dashboard.logs.Plain", "format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own set-up gives this logger a handler; one line an event is enough.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "uvicorn.access": {"level": "WARNING"},
            "uvicorn.error": {"level": "WARNING"},  # else a line for every socket that opens
        },
    }
