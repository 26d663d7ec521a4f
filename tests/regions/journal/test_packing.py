"""Manifests come out of the database as they went in, however and by whom they were packed."""

import zlib
from concurrent.futures import ThreadPoolExecutor

import msgspec

from regions.domain.redact import redact
from regions.journal import pack, unpack
from tests.regions.domain.files import every_manifest


def test_what_was_packed_is_unpacked_in_any_thread():
    packed = [pack(one) for one in every_manifest()]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(unpack, packed)) == every_manifest()
        assert list(threads.map(pack, every_manifest())) == packed


def test_what_was_packed_before_there_was_a_dictionary_is_still_read():
    one = every_manifest()[0]
    assert unpack(memoryview(zlib.compress(msgspec.json.encode(one), 1))) == one


def test_the_dictionary_makes_an_object_smaller_than_without():
    kept = [redact(one) for one in every_manifest()]
    plain = sum(len(zlib.compress(msgspec.json.encode(one), 1)) for one in kept)
    assert sum(len(pack(one)) for one in kept) < 0.75 * plain
