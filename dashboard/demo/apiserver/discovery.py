"""What a server says it serves: classic and aggregated discovery, /version, and just enough OpenAPI for kubectl."""

from typing import Any

from dashboard.demo.apiserver.resources import ALL_VERBS, Registry, Resource, version_rank

Manifest = dict[str, Any]
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
REVIEWS = {
    "SubjectAccessReview": "subjectaccessreviews",
    "SelfSubjectAccessReview": "selfsubjectaccessreviews",
    "SelfSubjectRulesReview": "selfsubjectrulesreviews",
}


def version_info(version: str) -> Manifest:
    major, minor = version.lstrip("v").split(".")[:2]
    return {
        "major": major,
        "minor": minor,
        "gitVersion": version,
        "gitCommit": "demo",
        "gitTreeState": "clean",
        "buildDate": "2026-10-01T00:00:00Z",
        "goVersion": "go1.25",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


def core_versions() -> Manifest:
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}


def group_list(registry: Registry) -> Manifest:
    groups = [group for name, versions in registry.groups().items() if name for group in [_group(name, versions)]]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(registry: Registry, name: str) -> Manifest | None:
    versions = registry.groups().get(name)
    return {"kind": "APIGroup", "apiVersion": "v1"} | _group(name, versions) if versions else None


def _group(name: str, versions: list[str]) -> Manifest:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def resource_list(registry: Registry, name: str, version: str) -> Manifest | None:
    """What one group serves in one version; None when it is not there."""
    if version not in registry.groups().get(name, []):
        return None
    listed: list[Manifest] = []
    for resource in _of(registry, name, version):
        entry: Manifest = {
            "name": resource.plural,
            "singularName": resource.singular,
            "namespaced": resource.namespaced,
            "kind": resource.kind,
            "verbs": list(ALL_VERBS),
        }
        if resource.short_names:
            entry["shortNames"] = list(resource.short_names)
        listed.append(entry)
        if resource.has_status:
            listed.append(
                {
                    "name": f"{resource.plural}/status",
                    "singularName": "",
                    "namespaced": resource.namespaced,
                    "kind": resource.kind,
                    "verbs": ["get", "patch", "update"],
                }
            )
    if name == "authorization.k8s.io":
        listed += [
            {"name": plural, "singularName": kind.lower(), "namespaced": False, "kind": kind, "verbs": ["create"]}
            for kind, plural in REVIEWS.items()
        ]
    group_version = f"{name}/{version}" if name else version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": listed}


def aggregated(registry: Registry, core: bool) -> Manifest:
    """apidiscovery.k8s.io/v2: of /api when `core`, else of /apis."""
    items = []
    for name, versions in registry.groups().items():
        if bool(name) == core:
            continue
        items.append(
            {
                "metadata": {"name": name} if name else {},
                "versions": [
                    {
                        "version": version,
                        "resources": [_discovered(resource, version) for resource in _of(registry, name, version)]
                        + (_discovered_reviews() if name == "authorization.k8s.io" else []),
                        "freshness": "Current",
                    }
                    for version in versions
                ],
            }
        )
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}


def _discovered(resource: Resource, version: str) -> Manifest:
    response = {"group": resource.group, "version": version, "kind": resource.kind}
    entry: Manifest = {
        "resource": resource.plural,
        "responseKind": response,
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": list(ALL_VERBS),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.has_status:
        verbs = ["get", "patch", "update"]
        entry["subresources"] = [{"subresource": "status", "responseKind": response, "verbs": verbs}]
    return entry


def _discovered_reviews() -> list[Manifest]:
    return [
        {
            "resource": plural,
            "scope": "Cluster",
            "singularResource": kind.lower(),
            "verbs": ["create"],
            "responseKind": {"group": "authorization.k8s.io", "version": "v1", "kind": kind},
        }
        for kind, plural in REVIEWS.items()
    ]


def _of(registry: Registry, group: str, version: str) -> list[Resource]:
    return [resource for resource in registry if resource.group == group and version in resource.versions]


# -- OpenAPI: kubectl asks which kinds accept fieldValidation, and prints schemas with `explain` --------------------


def openapi_index(registry: Registry) -> Manifest:
    paths = {}
    for group, versions in registry.groups().items():
        for version in sorted(versions, key=version_rank):
            path = f"apis/{group}/{version}" if group else f"api/{version}"
            paths[path] = {"serverRelativeURL": f"/openapi/v3/{path}?hash={registry.revision}"}
    return {"paths": paths}


def openapi(registry: Registry, group: str, version: str) -> Manifest | None:
    found = _of(registry, group, version)
    if not found:
        return None
    root = f"/apis/{group}/{version}" if group else f"/api/{version}"
    paths: Manifest = {}
    schemas: Manifest = {}
    for resource in found:
        kind = [{"group": group, "version": version, "kind": resource.kind}]
        name = ".".join([*reversed(group.split(".")), version, resource.kind]) if group else resource.kind
        schemas[name] = {"type": "object"} | resource.schemas.get(version, {})
        schemas[name]["x-kubernetes-group-version-kind"] = kind
        inside = "/namespaces/{namespace}" if resource.namespaced else ""
        operation = {
            "parameters": [
                {"name": "dryRun", "in": "query", "schema": {"type": "string"}},
                {"name": "fieldValidation", "in": "query", "schema": {"type": "string"}},
            ],
            "responses": {"200": {"description": "OK"}},
            "x-kubernetes-group-version-kind": kind[0],
        }
        paths[f"{root}{inside}/{resource.plural}"] = {"post": operation | {"x-kubernetes-action": "post"}}
        paths[f"{root}{inside}/{resource.plural}/{{name}}"] = {
            "patch": operation | {"x-kubernetes-action": "patch"},
            "put": operation | {"x-kubernetes-action": "put"},
        }
    info = {"title": "Kubernetes", "version": "demo"}
    return {"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": schemas}}
