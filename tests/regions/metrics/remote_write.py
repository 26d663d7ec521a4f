"""Prometheus' remote write, as little of it as is needed: the only way by which a stale marker reaches a store."""

import struct

STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
"""The NaN by which a scraper says that a series has ended."""


def body(labels: dict[str, str], samples: list[tuple[float, float]]) -> bytes:
    """A WriteRequest of one series, packed as Snappy without compressing anything."""
    pairs = b"".join(_message(1, _message(1, k.encode()) + _message(2, v.encode())) for k, v in sorted(labels.items()))
    points = b"".join(
        _message(2, b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(int(when * 1000))) for when, value in samples
    )
    return _snappy(_message(1, pairs + points))


def _message(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def _snappy(content: bytes) -> bytes:
    return _varint(len(content)) + bytes([62 << 2]) + struct.pack("<I", len(content) - 1)[:3] + content
