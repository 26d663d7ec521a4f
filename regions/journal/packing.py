"""How manifests lie in the database: JSON, compressed by a dictionary of what manifests say.

Objects are small and much alike, so most of one is in the dictionary. It was trained (`zstandard.train_dictionary`) on
redacted objects of the demo fleet and of tests/manifests. Its id is in every frame: another one would lie beside this.
"""

import threading
import zlib
from pathlib import Path
from typing import Any

import msgspec
import zstandard

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_DICTIONARY = zstandard.ZstdCompressionDict(Path(__file__).with_name("manifest.dict").read_bytes())
_ZLIB = b"\x78"


class _Packer(threading.local):
    """What compresses must not be shared between threads."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=1, dict_data=_DICTIONARY).compress
        self.decompress = zstandard.ZstdDecompressor(dict_data=_DICTIONARY).decompress


_packer = _Packer()


def pack(manifest: dict[str, Any]) -> bytes:
    """A redacted manifest as compressed JSON."""
    return _packer.compress(msgspec.json.encode(manifest))


def unpack(body: bytes | memoryview) -> dict[str, Any]:
    """A manifest as `pack` packed it, or as it was packed before there was a dictionary."""
    known = bytes(body)
    return _decode(zlib.decompress(known) if known[:1] == _ZLIB else _packer.decompress(known))
