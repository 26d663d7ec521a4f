"""How manifests lie in the database."""

import zlib
from typing import Any

import msgspec

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def pack(manifest: dict[str, Any]) -> bytes:
    """A redacted manifest as compressed JSON."""
    return zlib.compress(msgspec.json.encode(manifest), 1)


def unpack(body: bytes | memoryview) -> dict[str, Any]:
    return _decode(zlib.decompress(body))
