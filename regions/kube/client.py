"""One cluster's API: single calls, pages and watches, each with a deadline and errors of ours."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec
from multidict import CIMultiDict

from regions.domain.rbac import Rules
from regions.kube.discovery import Discoverer, Discovery, segment
from regions.kube.endpoint import Endpoint
from regions.kube.errors import Invalid, KubeError, NotFound, Refused
from regions.kube.identity import is_token
from regions.kube.manifests import Body, ListPage, decoded, page_of, whole
from regions.kube.persons import AUTHENTICATED, Person, check_person, impersonating
from regions.kube.transport import Lane, Open, Reply, Transport

T = TypeVar("T")
Manifest = dict[str, Any]

MOST_PAGES = 4_000
"""Of one list: two million objects."""
LONGEST_VERSION = 64
"""`v1.36.3-eks-1234567+dirty` has 25 letters. What is longer was made to be."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write came to, with the sentences that the server wants people to read."""

    body: Manifest
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Readiness:
    """A server that answers is ready, or says why not."""

    ready: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class AccessVerdict:
    """Whether a person may; `reason` as far as the server gives one."""

    allowed: bool
    reason: str = ""


class Client:
    """Calls to one endpoint. Use it in one event loop, and close it (or use it as a context)."""

    def __init__(self, endpoint: Endpoint, allow_loopback: bool = False) -> None:
        self.endpoint = endpoint
        self._transport = Transport(endpoint, allow_loopback=allow_loopback)
        self._discoverer = Discoverer(self._call, endpoint.description)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        self._discoverer.cancel()
        await self._transport.close()

    # Reading

    async def get(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        on_behalf: Person | None = None,
        deadline: float = 15.0,
    ) -> Manifest:
        """The object at this path (`path_of` makes one), whole."""
        headers = impersonating(on_behalf) if on_behalf else None
        return self._decoded(await self._call("GET", path, query=query, headers=headers, deadline=deadline), whole)

    async def list_pages(
        self, path: str, selector: str = "", limit: int = 500, *, deadline: float = 60.0
    ) -> AsyncGenerator[ListPage, None]:
        """A collection in pages of decoded manifests, without managed fields. The deadline is for each page."""
        query = {"limit": str(limit)} | ({"labelSelector": selector} if selector else {})
        pages = 0
        while True:
            body = self._decoded(await self._call("GET", path, query=query, deadline=deadline), Body.of)
            yield await page_of(body, self.endpoint.description)
            if not body.next_page:
                return
            pages += 1
            if pages >= MOST_PAGES or query.get("continue") == body.next_page:
                raise KubeError(f"{self.endpoint.description} sends a list that does not end.")
            query["continue"] = body.next_page

    async def through(
        self, namespace: str, service: str, path: str, *, query: Mapping[str, str], deadline: float, largest: int
    ) -> Reply:
        """GET from a service in the cluster (`http:name:port`), by way of the API server: its answer, whatever it is.

        The API server takes our own credential for itself and sends none on: the service gets no password.
        """
        way = f"/api/v1/namespaces/{segment(namespace)}/services/{service}/proxy{path}"
        return await self._transport.fetch("GET", way, query=query, deadline=deadline, largest=largest)

    async def watch(
        self, path: str, resource_version: str, selector: str = "", *, seconds: int = 300, deadline: float = 30.0
    ) -> Open:
        """The open answer of a watch, with bookmarks, that the server ends after `seconds`; `stream` reads it."""
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": resource_version,
            "timeoutSeconds": str(seconds),
        } | ({"labelSelector": selector} if selector else {})
        return await self._transport.open(path, query=query, deadline=deadline)

    # Writing

    async def create(
        self, manifest: Manifest, dry_run: bool = False, on_behalf: Person | None = None, *, deadline: float = 30.0
    ) -> Answer:
        """POST a manifest to where its apiVersion, kind and namespace belong."""
        metadata = manifest.get("metadata") or {}
        path = await self.path_of(
            manifest.get("apiVersion", ""), manifest.get("kind", ""), namespace=metadata.get("namespace") or ""
        )
        return await self._write("POST", path, manifest, dry_run, on_behalf, deadline)

    async def patch(
        self,
        path: str,
        body: Manifest,
        dry_run: bool = False,
        on_behalf: Person | None = None,
        *,
        resource_version: str = "",
        deadline: float = 30.0,
    ) -> Answer:
        """JSON merge patch. With a resource version (here or in the body) a change in between is a Conflict."""
        if resource_version:
            body = {**body, "metadata": {**(body.get("metadata") or {}), "resourceVersion": resource_version}}
        return await self._write("PATCH", path, body, dry_run, on_behalf, deadline)

    async def delete(
        self,
        path: str,
        dry_run: bool = False,
        on_behalf: Person | None = None,
        *,
        uid: str = "",
        resource_version: str = "",
        deadline: float = 30.0,
    ) -> Answer:
        """DELETE; with a uid or resource version only that very object, in that very state, else a Conflict."""
        wanted = {"uid": uid, "resourceVersion": resource_version}
        options: Manifest = {"apiVersion": "v1", "kind": "DeleteOptions"}
        if any(wanted.values()):
            options["preconditions"] = {name: value for name, value in wanted.items() if value}
        if dry_run:
            # A server that reads options from the body does not look at the query: it would delete.
            options["dryRun"] = ["All"]
        return await self._write("DELETE", path, options, dry_run, on_behalf, deadline)

    # About the server

    async def ready(self, deadline: float = 5.0) -> Readiness:
        """Ask whether it is well, on a connection of its own. Raises Unreachable when nobody answers in time."""
        for path in ("/readyz", "/livez", "/version"):
            reply = await self._transport.fetch("GET", path, deadline=deadline, lane=Lane.PROBES, largest=1 << 20)
            if reply.status == 200:
                return Readiness(True)
            if reply.status in (403, 404) and path != "/version":
                continue  # not everybody may ask
            failure = self._transport.failure(reply.status, reply.body, reply.headers)
            if isinstance(failure, Refused) or reply.status < 500:
                raise failure
            lines = reply.body.decode("utf-8", "replace").splitlines()
            failed = [line[3:].strip() for line in lines if line.startswith("[-]")]
            return Readiness(False, "; ".join(failed)[:500] or failure.message)
        raise AssertionError("unreachable: the last path returns or raises")

    async def server_version(self, *, deadline: float = 10.0) -> str:
        """The version of Kubernetes, as the server words it (`v1.34.1`); empty when it does not say one."""
        said = (await self.get("/version", deadline=deadline)).get("gitVersion")
        if not isinstance(said, str) or not said.isprintable():
            return ""
        return said if len(said) <= LONGEST_VERSION else said[: LONGEST_VERSION - 1] + "…"

    async def cluster_uid(self, *, deadline: float = 15.0) -> str:
        """Which cluster answers: the uid of its kube-system namespace, which lives as long as the cluster.

        Empty when what it shows is no uid: it is followed all the same.
        """
        metadata = (await self.get("/api/v1/namespaces/kube-system", deadline=deadline)).get("metadata")
        uid = metadata.get("uid") if isinstance(metadata, dict) else None
        return uid if isinstance(uid, str) and is_token(uid) else ""

    async def discover(self, max_age: float = 0.0) -> Discovery:
        """What is served, not older than `max_age` seconds. Callers at the same moment share one request."""
        return await self._discoverer.discover(max_age)

    async def path_of(self, api_version: str, kind: str, name: str = "", namespace: str = "") -> str:
        """The path of an object, or of its collection. NotFound when the kind is not served in this version."""
        group, _, version = api_version.rpartition("/")
        for max_age in (300.0, 2.0):
            served = (await self.discover(max_age)).find(group, kind)
            if served is not None and version in served.versions:
                break
        else:
            raise NotFound(f"{self.endpoint.description} does not serve {kind} {api_version}.", status=404)
        if name and served.namespaced and not namespace:
            raise Invalid(f"A {kind} needs a namespace.", fields={"metadata.namespace": f"A {kind} needs a namespace."})
        try:
            return served.path(version, namespace) + (f"/{segment(name)}" if name else "")
        except ValueError as error:
            raise Invalid(f"This is {error}.", fields={"metadata.name": f"This is {error}."}) from None

    async def review(self, attributes: Mapping[str, str], user: Person, *, deadline: float = 15.0) -> AccessVerdict:
        """SubjectAccessReview: may this person do that? `attributes` are resourceAttributes (verb, group, …)."""
        check_person(user)
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {
                "resourceAttributes": dict(attributes),
                "user": user.name,
                "groups": [*user.groups, AUTHENTICATED],
            },
        }
        path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
        status = (await self._write("POST", path, body, False, None, deadline)).body.get("status") or {}
        return AccessVerdict(status.get("allowed") is True, status.get("reason") or status.get("evaluationError") or "")

    async def rules(self, namespace: str, person: Person, *, deadline: float = 15.0) -> Rules:
        """SelfSubjectRulesReview as this person: what they may do there; in a namespace that is none, anywhere."""
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectRulesReview",
            "spec": {"namespace": namespace},
        }
        path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
        answer = await self._write("POST", path, body, False, person, deadline)
        status = answer.body.get("status")
        return Rules.of(status if isinstance(status, dict) else {"incomplete": True})

    # Below

    async def _write(
        self, method: str, path: str, body: Manifest, dry_run: bool, on_behalf: Person | None, deadline: float
    ) -> Answer:
        media = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers: CIMultiDict[str] = impersonating(on_behalf) if on_behalf else CIMultiDict()
        headers["Content-Type"] = media
        query = {"dryRun": "All"} if dry_run else {}
        if method != "DELETE":
            query["fieldManager"] = "pane"
        reply = await self._call(
            method, path, query=query, headers=headers, body=msgspec.json.encode(body), deadline=deadline
        )
        return Answer(self._decoded(reply, whole), self._transport.warnings(reply.headers))

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: CIMultiDict[str] | None = None,
        body: bytes | None = None,
        deadline: float,
    ) -> Reply:
        reply = await self._transport.fetch(method, path, query=query, headers=headers, body=body, deadline=deadline)
        if reply.status in (200, 201, 202, 304):
            return reply
        if 300 <= reply.status < 400:
            raise KubeError(
                f"{self.endpoint.description} wants to send us elsewhere, and redirects are not followed.",
                status=reply.status,
            )
        raise self._transport.failure(reply.status, reply.body, reply.headers)

    def _decoded(self, reply: Reply, decode: Callable[[bytes], T]) -> T:
        return decoded(decode, reply.body, self.endpoint.description)
