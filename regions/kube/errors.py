"""What a cluster answers when it does not do what was asked: its own sentence, kept, as exceptions of ours."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec


class KubeError(Exception):
    """A cluster did not do what was asked. `message` is the server's own sentence where it sent one.

    `warnings` are the sentences of its Warning headers. No text here carries a credential.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        warnings: Iterable[str] = (),
        reason: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.warnings = tuple(warnings)
        self.reason = reason
        self.retry_after = retry_after


class Unreachable(KubeError):
    """Nobody answered: no address, no connection, no trust, or no word within the deadline."""


class Refused(KubeError):
    """It answers, and says no: who we are (401) or what we ask (403) is not accepted."""


class NotFound(KubeError):
    """404: the object is not there, or its kind is not served."""


class Conflict(KubeError):
    """409: the object has changed since, or exists already (`reason` AlreadyExists)."""


class Expired(KubeError):
    """410: the history that we asked for is no longer kept."""


class Unsupported(KubeError):
    """A kubeconfig, or an address in it, that we do not accept. The message says what is wrong with it."""


class Garbled(KubeError):
    """It sent what no API server sends."""


class KubeconfigMissing(Unsupported):
    """There is no kubeconfig where one should be."""


class Invalid(KubeError):
    """The object breaks rules. `fields` has a sentence for each path; the empty path is the object as a whole."""

    def __init__(self, message: str, *, fields: Mapping[str, str], **rest: Any) -> None:
        super().__init__(message, **rest)
        self.fields = dict(fields)


class Cause(msgspec.Struct):
    """One reason among those of a Status."""

    reason: str = ""
    message: str = ""
    field: str = ""


class Details(msgspec.Struct):
    """Of a Status: what is wrong where, and when to try again."""

    causes: list[Cause] | None = None
    retryAfterSeconds: int = 0


class Status(msgspec.Struct):
    """How an API server words a failure."""

    kind: str = ""
    message: str = ""
    reason: str = ""
    code: int = 0
    details: Details | None = None


_STATUS = msgspec.json.Decoder(Status)
_WARNING = re.compile(r'(?:^|[\s,])\d{3} [^\s"]+ "((?:[^"\\]|\\.)*)"')
_BY_STATUS: dict[int, type[KubeError]] = {401: Refused, 403: Refused, 404: NotFound, 409: Conflict, 410: Expired}
_LONGEST = 4000


def warnings_from(headers: Iterable[str]) -> tuple[str, ...]:
    """The sentences in Warning headers (`299 - "text"`, several in one header allowed), in order, each once."""
    found = (re.sub(r"\\(.)", r"\1", text) for header in headers for text in _WARNING.findall(header))
    return tuple(dict.fromkeys(text for text in found if text))


def status_from(body: bytes) -> Status | None:
    """The Status in an answer, or None when the answer is something else."""
    try:
        status = _STATUS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return status if status.kind == "Status" else None


def error_from(
    code: int, body: bytes, *, server: str, warnings: Iterable[str] = (), retry_after: float | None = None
) -> KubeError:
    """The exception for an answer that is not a success. Raises nothing, whatever the body holds."""
    status = status_from(body)
    if status is None:
        # Not a Status: a proxy in between, or something else that a kubeconfig was made to lead to. What it says is not
        # for whoever wrote that kubeconfig.
        status = Status(message=f"{server} answered {code}")
    rest: dict[str, Any] = {
        "status": code,
        "warnings": warnings,
        "reason": status.reason,
        "retry_after": retry_after or (float(status.details.retryAfterSeconds) if status.details else 0.0) or None,
    }
    message = (status.message or f"{server} answered {code} {status.reason}".strip())[:_LONGEST]
    kind = _BY_STATUS.get(code)
    fields = _fields(status)
    # A webhook may word a broken field as a plain 403 or 400; what names a field belongs beside that field.
    if code == 422 or (400 <= code < 500 and kind in (None, Refused) and any(fields) and code != 401):
        return Invalid(message, fields=fields or {"": message}, **rest)
    return (kind or KubeError)(message, **rest)


def _fields(status: Status) -> dict[str, str]:
    fields: dict[str, str] = {}
    for cause in (status.details.causes if status.details else None) or ():
        sentence = (cause.message or cause.reason)[:_LONGEST]
        if cause.field in fields and sentence not in fields[cause.field]:
            sentence = f"{fields[cause.field]}; {sentence}"
        fields[cause.field] = sentence
    return fields
