"""What a server said against an object, as problems of fields in plain words. The server's own sentence is kept beside.

Admission answers in four shapes: 403 with one sentence, another object's 404 on a POST, 422 with causes, and warnings
in headers. What is not known here becomes a problem of the form as a whole, in the server's words.
"""

import re
from collections.abc import Iterable, Mapping

from deployments.domain.denial_table import RULES, WARNINGS
from deployments.domain.findings import Problem, Severity

_PREFIX = re.compile(r'^admission webhook "[^"]*" denied the request:\s*', re.DOTALL)
_NOT_FOUND = re.compile(r'^"?([A-Za-z]+)(?:\.[\w.-]+)? "([^"]+)" not found$')
_PLURAL = {
    "clustertemplates": "ClusterTemplate",
    "credentials": "Credential",
    "regions": "Region",
    "secrets": "Secret",
    "clusterdeployments": "ClusterDeployment",
    "namespaces": "Namespace",
    "servicetemplates": "ServiceTemplate",
}
_NAMED = {
    ("ClusterDeployment", "ClusterTemplate"): ("template", "There is no template {0} in this namespace."),
    ("ClusterDeployment", "Credential"): ("credential", "There is no credential {0} in this namespace."),
    ("ClusterDeployment", "Region"): ("credential", "The credential names a region {0} that does not exist."),
    ("ClusterDeployment", "ServiceTemplate"): ("services", "There is no service template {0} in this namespace."),
    ("Region", "Secret"): ("secret_name", "There is no Secret {0} in the system namespace."),
    ("Region", "ClusterDeployment"): ("cluster_deployment", "There is no deployment {0}."),
    ("", "Namespace"): ("namespace", "There is no namespace {0}."),
}
_FIELDS = {
    "ClusterDeployment": {
        "metadata.name": "name",
        "metadata.namespace": "namespace",
        "metadata.labels": "labels",
        "spec.template": "template",
        "spec.credential": "credential",
        "spec.config": "config",
        "spec.dryRun": "validate_only",
        "spec.propagateCredentials": "propagate_credentials",
        "spec.cleanupOnDeletion": "cleanup_on_deletion",
        "spec.serviceSpec": "services",
        "spec.serviceSpec.services": "services",
    },
    "Credential": {
        "metadata.name": "name",
        "metadata.namespace": "namespace",
        "spec.region": "region",
        "spec.description": "description",
        "spec.identityRef": "recipe",
    },
    "Region": {
        "metadata.name": "name",
        "spec.providers": "providers",
        "spec.kubeConfig": "kubeconfig",
        "spec.kubeConfig.name": "secret_name",
        "spec.kubeConfig.key": "secret_key",
        "spec.clusterDeployment": "cluster_deployment",
    },
    "AWSClusterRoleIdentity": {
        "metadata.name": "name",
        "spec.roleARN": "role_arn",
        "spec.sourceIdentityRef": "source_name",
        "spec.sourceIdentityRef.kind": "source_kind",
        "spec.durationSeconds": "duration_seconds",
        "spec.sessionName": "session_name",
        "spec.policyARNs": "policy_arns",
        "spec.externalID": "external_id",
    },
    "AzureClusterIdentity": {
        "metadata.name": "name",
        "spec.tenantID": "tenant_id",
        "spec.clientID": "client_id",
        "spec.clientSecret": "client_secret",
    },
}
_SERVICE = {
    "name": "name",
    "namespace": "namespace",
    "template": "template",
    "values": "values",
    "dependsOn": "depends_on",
}


def explain(
    kind: str,
    message: str,
    *,
    status: int | None = None,
    reason: str = "",
    causes: Mapping[str, str] | None = None,
    warnings: Iterable[str] = (),
) -> list[Problem]:
    """At least one error for what was answered, and a warning for each Warning header.

    `kind` is the kind of what was sent. `causes` has a sentence for each path (`Invalid.fields`), the empty path for
    the object as a whole.
    """
    said = _PREFIX.sub("", message.strip())
    found = [_caused(kind, path, sentence, message) for path, sentence in (causes or {}).items() if path or sentence]
    if not [one for one in found if one.field]:
        known = _known(kind, said, message) or _by_status(kind, said, message, status, reason)
        found = [known] if known else found
    if not found:
        found = [Problem("", _sentence(said) or "The cluster refused this and did not say why.", detail=message)]
    return list(dict.fromkeys(found + heed(warnings)))


def heed(warnings: Iterable[str]) -> list[Problem]:
    """Warning headers, of a denial or an acceptance, as warnings; those known, in plain words at their field."""
    found = []
    for text in dict.fromkeys(warnings):
        field, sentence = "", _sentence(text)
        for pattern, at, plainly in WARNINGS:
            if matched := re.search(pattern, text, re.DOTALL):
                field, sentence = at, _filled(plainly, matched)
                break
        found.append(Problem(field, sentence, Severity.WARNING, text))
    return found


def _known(kind: str, said: str, detail: str) -> Problem | None:
    if matched := _NOT_FOUND.match(said):
        other = _PLURAL.get(matched[1].lower(), matched[1])
        if named := _NAMED.get((kind, other)) or _NAMED.get(("", other)):
            return Problem(named[0], named[1].format(matched[2]), detail=detail)
    for kinds, pattern, field, plainly in RULES:
        if (not kinds or kind in kinds) and (matched := re.search(pattern, said, re.DOTALL)):
            return Problem(field, _filled(plainly, matched), detail=detail)
    return None


def _by_status(kind: str, said: str, detail: str, status: int | None, reason: str) -> Problem | None:
    if reason == "AlreadyExists" or re.search(r"already exists$", said):
        return Problem("name", f"There is a {kind} of this name already.", detail=detail)
    if status == 409:
        return Problem("", "Somebody changed this meanwhile. Look at what changed, then send it again.", detail=detail)
    if status == 401:
        return Problem("", "The cluster does not know who is asking: the sign-in has ended.", detail=detail)
    return None


def _filled(plainly: str, matched: re.Match[str]) -> str:
    groups = [" ".join((group or "").split()).rstrip(".") for group in matched.groups()]
    return plainly.format(*groups) if "{" in plainly else plainly


def _caused(kind: str, path: str, sentence: str, detail: str) -> Problem:
    field = field_of(kind, path)
    for kinds, pattern, at, plainly in RULES:
        if (not kinds or kind in kinds) and (matched := re.search(pattern, sentence, re.DOTALL)):
            return Problem(at or field, _filled(plainly, matched), detail=detail)
    return Problem(field, _sentence(sentence), detail=detail)


def field_of(kind: str, path: str) -> str:
    """The form's field for a path in the object (`spec.serviceSpec.services[0].name`); empty when there is none."""
    table = _FIELDS.get(kind, {"metadata.name": "name", "metadata.namespace": "namespace"})
    if matched := re.match(r"spec\.serviceSpec\.services\[(\d+)\](?:\.(\w+))?", path):
        step = _SERVICE.get(matched[2] or "", "")
        return f"services/{matched[1]}/{step}" if step else f"services/{matched[1]}"
    if kind == "Region" and (matched := re.match(r"spec\.providers\[(\d+)\]", path)):
        return f"providers/{matched[1]}"
    if kind == "ClusterDeployment" and path.startswith("spec.config."):
        return "/".join(["config", *path.removeprefix("spec.config.").replace("[", ".").replace("]", "").split(".")])
    while path:
        if path in table:
            return table[path]
        path = path.rpartition("." if path.rfind(".") > path.rfind("[") else "[")[0]
    return ""


def _sentence(text: str) -> str:
    """The server's words as a sentence: whole, with a capital and a full stop."""
    said = " ".join(text.split())
    if not said:
        return ""
    first = said[0].upper() + said[1:] if re.match(r"[a-z]+[ ,]", said) else said
    return first if first.endswith((".", "!", "?")) else f"{first}."
