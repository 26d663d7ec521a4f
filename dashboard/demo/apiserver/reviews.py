"""authorization.k8s.io: may somebody do something, may I, what may I."""

from typing import Any

from dashboard.demo.apiserver.access import Access, Action, Identity

Manifest = dict[str, Any]


def answer(plural: str, body: Manifest, who: Identity, access: Access) -> Manifest:
    """The review with its status filled."""
    spec = body.get("spec") or {}
    if plural == "selfsubjectrulesreviews":
        status = _rules(access, who, spec.get("namespace") or "default")
    else:
        subject = who
        if plural == "subjectaccessreviews":
            subject = Identity(spec.get("user") or "", tuple(spec.get("groups") or ()))
        status = _allowed(access, subject, spec)
    return body | {"metadata": {"creationTimestamp": None}, "status": status}


def _allowed(access: Access, subject: Identity, spec: Manifest) -> Manifest:
    if "nonResourceAttributes" in spec:
        asked = spec["nonResourceAttributes"]
        action = Action(asked.get("verb", ""), path=asked.get("path", ""))
    else:
        asked = spec.get("resourceAttributes") or {}
        action = Action(
            asked.get("verb", ""),
            asked.get("group", ""),
            asked.get("resource", ""),
            asked.get("subresource", ""),
            asked.get("namespace", ""),
            asked.get("name", ""),
        )
    allowed = access.allows(subject, action)
    return {"allowed": allowed, "reason": "RBAC: allowed by a role of the demo"} if allowed else {"allowed": False}


def _rules(access: Access, who: Identity, namespace: str) -> Manifest:
    objects, paths = [], []
    for rule in access.rules(who, namespace):
        if rule.get("nonResourceURLs"):
            paths.append({"verbs": rule["verbs"], "nonResourceURLs": rule["nonResourceURLs"]})
        else:
            kept = ("verbs", "apiGroups", "resources", "resourceNames")
            objects.append({name: rule[name] for name in kept if name in rule})
    return {"resourceRules": objects, "nonResourceRules": paths, "incomplete": False}
