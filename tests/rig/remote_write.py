"""Prometheus' remote write, as little of it as is needed: by it stale markers and samples of any age reach a store."""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence

STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
"""The NaN by which a scraper says that a series has ended."""

Series = tuple[Mapping[str, str], Sequence[tuple[float, float]]]
"""Labels with `__name__`, and (seconds since 1970, value) in the order of time."""

HEADERS = {
    "Content_Type": "application/x-protobuf",
    "Content_Encoding": "snappy",
    "X_Prometheus_Remote_Write_Version": "0.1.0",
}
_LARGEST = 4_000_000  # bytes of one request


def body(labels: Mapping[str, str], samples: Sequence[tuple[float, float]]) -> bytes:
    """A WriteRequest of one series."""
    return next(bodies([(labels, samples)]))


def bodies(series: Iterable[Series]) -> Iterator[bytes]:
    """WriteRequests of all of these, packed as Snappy without compressing anything."""
    parts: list[bytes] = []
    size = 0
    for labels, samples in series:
        pairs = b"".join(
            _message(1, _message(1, name.encode()) + _message(2, value.encode()))
            for name, value in sorted(labels.items())
        )
        points = b"".join(
            _message(2, b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(round(when * 1000)))
            for when, value in samples
        )
        parts.append(_message(1, pairs + points))
        size += len(parts[-1])
        if size > _LARGEST:
            yield _snappy(b"".join(parts))
            parts, size = [], 0
    if parts:
        yield _snappy(b"".join(parts))


def _message(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def _snappy(content: bytes) -> bytes:
    found = [_varint(len(content))]
    for start in range(0, len(content), 1 << 24):
        part = content[start : start + (1 << 24)]
        found.append(bytes([62 << 2]) + struct.pack("<I", len(part) - 1)[:3] + part)
    return b"".join(found)
