"""What a watch sends: one JSON object a line, however the network cuts it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from regions.kube import identity
from regions.kube.errors import Garbled, error_from
from regions.kube.manifests import manifest_of

LONGEST_LINE = 16 * 1024 * 1024  # etcd keeps objects of 1.5 MiB; more is not an object


class Lines:
    """Cuts chunks into lines. Holds the beginning of one line, never more."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The lines that this chunk completes. Raises Garbled for a line without end."""
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            if self._parts:
                line = b"".join((*self._parts, line))
                self._parts, self._size = [], 0
            if line.strip():
                yield line
        if rest:
            self._parts.append(rest)
            self._size += len(rest)
            if self._size > LONGEST_LINE:
                raise Garbled(f"{self._server} sent an event of more than {LONGEST_LINE >> 20} MiB.")


@dataclass(frozen=True, slots=True)
class Frame:
    """One event: ADDED, MODIFIED, DELETED, or BOOKMARK (whose manifest says nothing but its version)."""

    type: str
    manifest: dict[str, Any]

    @property
    def resource_version(self) -> str:
        """To resume from."""
        return str(self.manifest["metadata"]["resourceVersion"])


class _Line(msgspec.Struct):
    type: str
    object: msgspec.Raw


_LINE = msgspec.json.Decoder(_Line)
_TYPES = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK"}


class _Code(msgspec.Struct):
    code: int = 500
    reason: str = ""


def frame_of(line: bytes, server: str, api_version: str = "", kind: str = "") -> Frame:
    """The event in this line. Raises the error that an ERROR event stands for, and Garbled for what is no event."""
    garbage = Garbled(f"{server} sent a line that is no event.")
    try:
        event = _LINE.decode(line)
        if event.type == "ERROR":
            status = msgspec.json.decode(event.object, type=_Code)
            raise error_from(status.code, bytes(event.object), server=server)
        manifest = manifest_of(event.object, api_version, kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise garbage from None
    metadata = manifest["metadata"]
    named = event.type == "BOOKMARK" or metadata.get("name")
    if event.type not in _TYPES or not metadata.get("resourceVersion") or not named:
        raise garbage
    if event.type == "BOOKMARK":
        wrong = "" if identity.is_token(metadata["resourceVersion"]) else "whose version is none"
    else:
        wrong = identity.problem(manifest)
    if wrong:
        raise Garbled(f"{server} tells of {identity.called(manifest)}, {wrong}.")
    return Frame(event.type, manifest)
