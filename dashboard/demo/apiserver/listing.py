"""Lists in pages, and watches."""

import asyncio
import base64
import random
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from dashboard.demo.apiserver import errors, selectors, tables
from dashboard.demo.apiserver.events import to_core
from dashboard.demo.apiserver.faults import Faults
from dashboard.demo.apiserver.objects import Objects
from dashboard.demo.apiserver.resources import CORE, Resource
from dashboard.demo.apiserver.store import Follower, Gone, Happening, Item, Manifest, decode, encode

_IN_ONE_WRITE = 200


@dataclass(slots=True)
class Query:
    """Which objects of a kind are asked for, and in what shape."""

    resource: Resource
    version: str
    namespace: str = ""
    labels: selectors.Test | None = None
    fields: list[selectors.Field] | None = None
    shape: str = ""  # "Table", "PartialObjectMetadataList", … or "" for objects
    whole: str = "Metadata"

    def takes(self, item: Item) -> bool:
        if self.namespace and not item.key.startswith(f"{self.namespace}/"):
            return False
        if self.labels and not self.labels(item.labels or {}):
            return False
        return not self.fields or self._takes_fields(item)

    def _takes_fields(self, item: Item) -> bool:
        namespace, _, name = item.key.rpartition("/")
        manifest: Manifest | None = None
        for path, equal, value in self.fields or []:
            if path == "metadata.name":
                found = name
            elif path == "metadata.namespace":
                found = namespace
            else:
                if manifest is None:
                    manifest = item.manifest
                    if self.resource.shared and self.resource.group == CORE:
                        manifest = to_core(manifest)
                found = selectors.field_value(manifest, path)
                if path == "source":
                    found = selectors.field_value(manifest, "source.component") or str(
                        manifest.get("reportingComponent", "")
                    )
            if (found == value) is not equal:
                return False
        return True


class Listing:
    def __init__(self, objects: Objects, faults: Faults, bookmark_seconds: float) -> None:
        self._objects = objects
        self._store = objects.store
        self._faults = faults
        self._bookmark_seconds = bookmark_seconds

    # -- lists ---------------------------------------------------------------------------------------------------

    def page(self, query: Query, limit: int, token: str, version: str, match: str) -> bytes:
        """One page of a list. The pages of one list are of one moment."""
        at, after = self._moment(token, version, match)
        table = query.resource.table
        try:
            order, items = self._store.at(table, at)
        except Gone as gone:
            raise self._expired(gone, bool(token)) from None
        found: list[Item] = []
        more = left = 0
        for key in order:
            if after and key <= after:
                continue
            item = items[key]
            if not query.takes(item):
                continue
            if limit and len(found) == limit:
                more = 1
                left += 1
                if query.labels or query.fields:
                    break
                continue
            found.append(item)
        metadata: Manifest = {"resourceVersion": str(at)}
        if more:
            metadata["continue"] = base64.urlsafe_b64encode(encode({"rv": at, "after": found[-1].key})).decode()
            if not (query.labels or query.fields):
                metadata["remainingItemCount"] = left
        return self._body(query, found, metadata)

    def _moment(self, token: str, version: str, match: str) -> tuple[int, str]:
        if token:
            try:
                found = decode(base64.urlsafe_b64decode(token))
                return int(found["rv"]), found["after"]
            except (ValueError, KeyError, TypeError):
                raise errors.bad_request("invalid continue token: continue key is not valid") from None
        if version in ("", "0"):
            return self._store.version, ""
        asked = _number(version)
        if asked > self._store.version:
            message = f"Too large resource version: {asked}, current: {self._store.version}"
            cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
            raise errors.ApiError(504, "Timeout", f"Timeout: {message}", {"causes": [cause], "retryAfterSeconds": 1})
        return (asked if match == "Exact" else self._store.version), ""

    def _expired(self, gone: Gone, paging: bool) -> errors.ApiError:
        if not paging:
            return errors.expired(str(gone))
        return errors.expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list "
            "without the continue parameter."
        )

    def _body(self, query: Query, found: list[Item], metadata: Manifest) -> bytes:
        resource, version = query.resource, query.version
        if query.shape:
            manifests = [decode(self._objects.shown(item, resource, version)) for item in found]
            if query.shape == "Table":
                return encode(tables.table(resource, manifests, self._faults.now(), metadata, query.whole))
            items = [tables.partial(manifest) for manifest in manifests]
            kind = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
            return encode(kind | {"metadata": metadata, "items": items})
        shown = [self._objects.shown(item, resource, version) for item in found]
        if not resource.custom:  # a typed list says the kind once
            prefix = len(f'"apiVersion":"{resource.api_version(version)}","kind":"{resource.kind}",')
            shown = [b"{" + raw[prefix + 1 :] for raw in shown]
        api_version = resource.api_version(version)
        head = encode({"kind": f"{resource.kind}List", "apiVersion": api_version, "metadata": metadata})
        return head[:-1] + b',"items":[' + b",".join(shown) + b"]}\n"

    # -- watches -------------------------------------------------------------------------------------------------

    async def watch(self, request: web.Request, query: Query) -> web.StreamResponse:
        asked = request.query
        version = asked.get("resourceVersion", "")
        if version:
            _number(version, watching=True)
        seconds = float(asked.get("timeoutSeconds") or random.uniform(1800, 3600))  # noqa: S311
        bookmarks = asked.get("allowWatchBookmarks") in ("true", "1")
        headers = {"Content-Type": "application/json", "Cache-Control": "no-cache, private"}
        response = web.StreamResponse(headers=headers)
        response.enable_chunked_encoding()
        await response.prepare(request)
        table = query.resource.table
        try:
            follower, first = self._follow(query, version)
        except Gone as gone:
            await self._faults.send(response, _line("ERROR", encode(errors.expired(str(gone)).status)))
            return response
        try:
            if first:
                await self._faults.send(response, first)
            told = int(version) if version else self._store.version
            await self._stream(response, query, follower, seconds, told if bookmarks else -1)
        finally:
            self._store.unfollow(table, follower)
        return response

    def _follow(self, query: Query, version: str) -> tuple[Follower, bytes]:
        table = query.resource.table
        if version not in ("", "0"):
            return self._store.follow(table, _number(version)), b""
        order, items = self._store.at(table, self._store.version)
        first = [self._event(query, "ADDED", items[key]) for key in order if query.takes(items[key])]
        return self._store.follow(table, self._store.version), b"".join(first)

    async def _stream(
        self, response: web.StreamResponse, query: Query, follower: Follower, seconds: float, told: int
    ) -> None:
        """`told` is the version that the client knows: bookmarks tell it of a later one. Below 0 it wants none."""
        bookmarks = told >= 0
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        next_bookmark = loop.time() + self._bookmark_seconds
        while not follower.dead and loop.time() < end:
            if self._faults.silent or self._faults.frozen:
                await asyncio.sleep(0.2)
                continue
            lines: list[bytes] = []
            while follower.pending and len(lines) < _IN_ONE_WRITE:
                if line := self._line_of(query, follower.pending.popleft()):
                    lines.append(line)
            if lines:
                await self._faults.send(response, b"".join(lines))
            elif bookmarks and not follower.pending and loop.time() >= next_bookmark:
                told = await self._send_bookmark(response, query, told)
                next_bookmark = loop.time() + self._bookmark_seconds
            await follower.wait(max(0.0, min(end, next_bookmark if bookmarks else end) - loop.time()))
        if follower.dead == "expired":
            gone = errors.expired(f"too old resource version: {self._store.oldest - 1} ({self._store.oldest})")
            await self._faults.send(response, _line("ERROR", encode(gone.status)))
        elif bookmarks and not follower.dead and not self._faults.silent and not follower.pending:
            await self._send_bookmark(response, query, told)

    async def _send_bookmark(self, response: web.StreamResponse, query: Query, told: int) -> int:
        """Unless the client knows that version already."""
        now = self._store.version
        if now > told:
            await self._faults.send(response, self._bookmark(query))
        return now

    def _line_of(self, query: Query, happening: Happening) -> bytes:
        """What this watch sends about it: entering and leaving the selection are ADDED and DELETED."""
        before = happening.before is not None and query.takes(happening.before)
        now = happening.type != "DELETED" and query.takes(happening.item)
        if now:
            return self._event(query, "MODIFIED" if before else "ADDED", happening.item)
        return self._event(query, "DELETED", happening.item) if before else b""

    def _event(self, query: Query, type_: str, item: Item) -> bytes:
        shown = self._objects.shown(item, query.resource, query.version)
        if query.shape:
            manifest = decode(shown)
            if query.shape == "Table":
                metadata = {"resourceVersion": str(item.version)}
                body = tables.table(query.resource, [manifest], self._faults.now(), metadata, query.whole)
            else:
                body = tables.partial(manifest)
            shown = encode(body)
        return _line(type_, shown)

    def _bookmark(self, query: Query) -> bytes:
        metadata = {"resourceVersion": str(self._store.version), "creationTimestamp": None}
        body: dict[str, Any] = {"kind": query.resource.kind, "apiVersion": query.resource.api_version(query.version)}
        if query.shape == "Table":
            body = tables.table(query.resource, [], self._faults.now(), metadata, query.whole)
        elif query.shape:
            body = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
        return _line("BOOKMARK", encode(body | {"metadata": metadata}))


def _line(type_: str, body: bytes) -> bytes:
    return b'{"type":"' + type_.encode() + b'","object":' + body + b"}\n"


def _number(version: str, watching: bool = False) -> int:
    if not version.isdigit():
        why = f'resourceVersion: Invalid value: "{version}": strconv.ParseUint: parsing "{version}": invalid syntax'
        raise errors.ApiError(500, "", why) if watching else errors.bad_request(f"invalid resource version: {why}")
    return int(version)
