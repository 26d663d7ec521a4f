"""The HTTP face of one API server: paths, verbs, content types, and errors as Status objects."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

import yaml
from aiohttp import web

from dashboard.demo.apiserver import discovery, errors, protobuf, reviews, selectors, tables
from dashboard.demo.apiserver.access import Access, Action, service_account
from dashboard.demo.apiserver.faults import Faults
from dashboard.demo.apiserver.listing import Listing, Query
from dashboard.demo.apiserver.metadata import json_patch, merge
from dashboard.demo.apiserver.objects import Ask, Objects
from dashboard.demo.apiserver.resources import Resource
from dashboard.demo.apiserver.store import Manifest, decode, encode

_PATCHES = ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"]
Service = Callable[[web.Request, str], Awaitable[web.StreamResponse]]
_METHOD_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete", "GET": "get"}


@dataclass(slots=True)
class Target:
    """What a path names."""

    group: str
    version: str
    plural: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    rest: str = ""


def parse(path: str) -> Target | None:
    """The object or collection a path names; None when it is not below /api or /apis."""
    steps = [step for step in path.split("/") if step]
    if len(steps) >= 2 and steps[0] == "api":
        target, steps = Target("", steps[1]), steps[2:]
    elif len(steps) >= 3 and steps[0] == "apis":
        target, steps = Target(steps[1], steps[2]), steps[3:]
    else:
        return None
    if len(steps) >= 3 and steps[0] == "namespaces" and steps[2] not in ("status", "finalize"):
        target.namespace, steps = steps[1], steps[2:]
    target.plural, target.name, target.subresource, *_ = [*steps[:3], "", "", ""]
    target.rest = "/".join(steps[3:])
    return target


class Api:
    """Handles every request to one server."""

    def __init__(
        self, objects: Objects, access: Access, faults: Faults, version: str, bookmark_seconds: float = 30
    ) -> None:
        self.objects = objects
        self.access = access
        self.faults = faults
        self.services: dict[tuple[str, str], Service] = {}
        self._registry = objects.registry
        self._listing = Listing(objects, faults, bookmark_seconds)
        self._version = version

    async def handle(self, request: web.Request) -> web.StreamResponse:
        await self.faults.thawed()
        ask = Ask()
        try:
            self.faults.check(request.method)
            who = self.access.who(request.headers.get("Authorization", ""))
            groups = request.headers.getall("Impersonate-Group", [])
            ask.user = self.access.impersonated(who, request.headers.get("Impersonate-User", ""), groups)
            answer = await self._answer(request, ask)
            if isinstance(answer, web.StreamResponse):
                return answer
            code, body = answer
        except errors.ApiError as error:
            return await self._send(request, error.code, encode(error.status), ask, error.headers)
        return await self._send(request, code, body, ask)

    def dress(self, response: web.StreamResponse) -> None:
        """Headers that every answer has."""
        response.headers["Date"] = format_datetime(self.faults.now(), usegmt=True)
        response.headers["Audit-Id"] = secrets.token_hex(8)

    async def _send(
        self, request: web.Request, code: int, body: bytes, ask: Ask, headers: dict[str, str] | None = None
    ) -> web.StreamResponse:
        text = body in (b"ok",)
        kind = "text/plain; charset=utf-8" if text else "application/json"
        if not text and request.path in ("/api", "/apis") and "apidiscovery" in request.headers.get("Accept", ""):
            kind = discovery.AGGREGATED
        response = web.StreamResponse(status=code, headers={"Content-Type": kind} | (headers or {}))
        for text_ in dict.fromkeys(ask.warnings):
            escaped = text_.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
            response.headers.add("Warning", f'299 - "{escaped}"')
        response.content_length = None if self.faults.garbage or self.faults.dripping else len(body)
        await response.prepare(request)
        await self.faults.send(response, body)
        await response.write_eof()
        return response

    # -- what is not an object -----------------------------------------------------------------------------------

    async def _answer(self, request: web.Request, ask: Ask) -> tuple[int, bytes] | web.StreamResponse:
        target = parse(request.path)
        if target is None or not target.plural:
            self.access.check(ask.user, Action(request.method.lower(), path=request.path))
            if request.path in ("/healthz", "/livez", "/readyz"):
                return 200, b"ok"
            body = self._document(request.path, request.headers.get("Accept", ""))
            if body is None:
                raise errors.no_such_path()
            return 200, encode(body)
        if target.group == "authorization.k8s.io" and target.plural in discovery.REVIEWS.values():
            return await self._review(request, target, ask)
        return await self._objects(request, target, ask)

    def _document(self, path: str, accept: str) -> Manifest | None:
        merged = "apidiscovery.k8s.io;v=v2;" in accept.replace(" ", "")
        steps = [step for step in path.split("/") if step]
        match steps:
            case ["version"]:
                return discovery.version_info(self._version)
            case ["api"]:
                return discovery.aggregated(self._registry, True) if merged else discovery.core_versions()
            case ["apis"]:
                return discovery.aggregated(self._registry, False) if merged else discovery.group_list(self._registry)
            case ["api", version]:
                return discovery.resource_list(self._registry, "", version)
            case ["apis", group]:
                return discovery.group(self._registry, group)
            case ["apis", group, version]:
                return discovery.resource_list(self._registry, group, version)
            case ["openapi", "v3"]:
                return discovery.openapi_index(self._registry)
            case ["openapi", "v3", "api", version]:
                return discovery.openapi(self._registry, "", version)
            case ["openapi", "v3", "apis", group, version]:
                return discovery.openapi(self._registry, group, version)
        return None

    async def _review(self, request: web.Request, target: Target, ask: Ask) -> tuple[int, bytes]:
        if request.method != "POST":
            raise errors.not_allowed()
        if target.plural == "subjectaccessreviews":
            self.access.check(ask.user, Action("create", target.group, target.plural))
        body = await _body(request)
        return 201, encode(reviews.answer(target.plural, body, ask.user, self.access))

    # -- objects -------------------------------------------------------------------------------------------------

    async def _objects(self, request: web.Request, target: Target, ask: Ask) -> tuple[int, bytes] | web.StreamResponse:
        watch = request.query.get("watch") in ("true", "1")
        verb = _METHOD_VERBS.get(request.method, "")
        if verb == "get" and not target.name:
            verb = "watch" if watch else "list"
        elif verb == "delete" and not target.name:
            verb = "deletecollection"
        action = Action(verb, target.group, target.plural, target.subresource, target.namespace, target.name)
        if target.plural == "namespaces" and target.name:
            action = Action(verb, "", "namespaces", target.subresource, target.name, target.name)
        self.access.check(ask.user, action)
        resource = self._registry.find(target.group, target.version, target.plural)
        if resource is None or bool(target.namespace) > resource.namespaced:
            raise errors.no_such_path()
        if resource.plural == "services" and target.subresource == "proxy":
            return await self._proxy(request, resource, target)
        dry_run = request.query.getall("dryRun", [])
        if dry_run not in ([], ["All"]):
            raise _wrong_dry_run(dry_run, verb)
        ask.dry_run = bool(dry_run)
        ask.validation = request.query.get("fieldValidation") or "Warn"
        if verb in ("list", "watch"):
            return await self._collection(request, resource, target, watch)
        code, body = await self._one(request, resource, target, ask, verb)
        return code, self._shaped(body, resource, request)

    async def _collection(
        self, request: web.Request, resource: Resource, target: Target, watch: bool
    ) -> tuple[int, bytes] | web.StreamResponse:
        asked = request.query
        query = Query(
            resource,
            target.version,
            target.namespace,
            selectors.labels(asked.get("labelSelector", "")),
            selectors.fields(asked.get("fieldSelector", ""), resource.selectable),
            tables.wanted(request.headers.get("Accept", "")),
            asked.get("includeObject") or "Metadata",
        )
        if watch:
            return await self._listing.watch(request, query)
        limit = int(asked.get("limit") or 0)
        version, match = asked.get("resourceVersion", ""), asked.get("resourceVersionMatch", "")
        return 200, self._listing.page(query, limit, asked.get("continue", ""), version, match)

    async def _one(
        self, request: web.Request, resource: Resource, target: Target, ask: Ask, verb: str
    ) -> tuple[int, bytes]:
        version, namespace, name, part = target.version, target.namespace, target.name, target.subresource
        if part and not (part == "status" and resource.has_status):
            return await self._part(request, resource, target, ask)
        if resource.namespaced and not namespace:
            raise errors.no_such_path()
        match verb:
            case "get":
                return 200, self.objects.shown(self.objects.find(resource, namespace, name), resource, version)
            case "create" if not name:
                return 201, self.objects.create(resource, version, namespace, await _body(request), ask)
            case "update":
                body = await _body(request)
                return 200, self.objects.update(resource, version, namespace, name, body, ask, subresource=part)
            case "patch":
                patch = await self._patch(request)
                update = self.objects.update
                return 200, update(resource, version, namespace, name, None, ask, patch=patch, subresource=part)
            case "delete":
                options = (await _body(request) if request.can_read_body else None) or {}
                options = {"propagationPolicy": request.query.get("propagationPolicy")} | options
                ask.dry_run = ask.dry_run or options.get("dryRun") == ["All"]
                return 200, self.objects.delete(resource, version, namespace, name, options, ask)
            case "deletecollection":
                return 200, self._delete_all(request, resource, target, ask)
        raise errors.not_allowed()

    def _delete_all(self, request: web.Request, resource: Resource, target: Target, ask: Ask) -> bytes:
        query = Query(
            resource,
            target.version,
            target.namespace,
            selectors.labels(request.query.get("labelSelector", "")),
            selectors.fields(request.query.get("fieldSelector", ""), resource.selectable),
        )
        for item in [item for item in self.objects.store.items(resource.table) if query.takes(item)]:
            namespace, _, name = item.key.rpartition("/")
            self.objects.delete(resource, target.version, namespace, name, {}, ask)
        return encode({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 200})

    async def _patch(self, request: web.Request) -> Callable[[Manifest], Any]:
        if request.content_type not in _PATCHES:
            raise errors.unsupported_media(_PATCHES[:2])
        body = await _body(request)
        if request.content_type == _PATCHES[0]:
            return lambda old: json_patch(old, body)
        return lambda old: merge(old, body)

    async def _part(self, request: web.Request, resource: Resource, target: Target, ask: Ask) -> tuple[int, bytes]:
        """The other subresources: tokens of service accounts, and the end of a namespace."""
        if (resource.plural, target.subresource, request.method) == ("serviceaccounts", "token", "POST"):
            self.objects.find(resource, target.namespace, target.name)
            token = secrets.token_urlsafe(24)
            self.access.accept(token, service_account(target.namespace, target.name))
            return 201, encode((await _body(request)) | {"status": {"token": token, "expirationTimestamp": None}})
        raise errors.no_such_path()

    async def _proxy(self, request: web.Request, resource: Resource, target: Target) -> web.StreamResponse:
        name = target.name.removeprefix("http:").removeprefix("https:").partition(":")[0]
        self.objects.find(resource, target.namespace, name)
        service = self.services.get((target.namespace, target.name))
        if service is None:
            message = f'no endpoints available for service "{target.name}"'
            raise errors.ApiError(503, "ServiceUnavailable", message)
        return await service(request, "/" + target.rest)

    def _shaped(self, body: bytes, resource: Resource, request: web.Request) -> bytes:
        shape = tables.wanted(request.headers.get("Accept", ""))
        if not shape or body.startswith(b'{"kind":"Status"'):
            return body
        manifest = decode(body)
        if shape == "Table":
            metadata = {"resourceVersion": manifest["metadata"].get("resourceVersion", "")}
            whole = request.query.get("includeObject") or "Metadata"
            return encode(tables.table(resource, [manifest], self.faults.now(), metadata, whole))
        return encode(tables.partial(manifest))


def _wrong_dry_run(given: list[str], verb: str) -> errors.ApiError:
    message = f'Unsupported value: {encode(given).decode()}: supported values: "All"'
    options = f"{verb.removesuffix('collection').capitalize()}Options"
    cause = errors.Cause("dryRun", "FieldValueNotSupported", message)
    return errors.invalid("meta.k8s.io", options, "", [cause])


async def _body(request: web.Request) -> Any:
    raw = await request.read()
    if not raw:
        return {}
    if "yaml" in request.content_type:
        try:
            return yaml.safe_load(raw)
        except yaml.YAMLError as error:
            raise errors.bad_request(f"error decoding the body: {error}") from None
    try:
        if "protobuf" in request.content_type:
            found = protobuf.read(raw)
            if found is None:
                raise errors.unsupported_media(["application/json", "application/yaml"])
            return found
        return decode(raw)
    except ValueError as error:
        raise errors.bad_request(f"the object provided is unrecognized: {error}") from None
