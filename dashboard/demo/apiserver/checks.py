"""What a write must respect: versions, finalizers, preconditions, namespaces, what built-in kinds insist on."""

import re
from typing import Any

from dashboard.demo.apiserver import errors
from dashboard.demo.apiserver.errors import ApiError, Cause
from dashboard.demo.apiserver.resources import CORE, EVENTS, Resource
from dashboard.demo.apiserver.store import Item, Store

Manifest = dict[str, Any]
_LABEL = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_BASE64 = re.compile(r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$")


def namespace_open(store: Store, terminating: set[str], resource: Resource, namespace: str, name: str) -> None:
    """The namespace is there, and not on its way out."""
    if store.get("namespaces.", namespace) is None:
        raise errors.not_found("", "namespaces", namespace)
    if namespace in terminating:
        why = f"unable to create new content in namespace {namespace} because it is being terminated"
        refused = errors.forbidden(resource.group, resource.plural, name, why)
        message = f"namespace {namespace} is being terminated"
        cause = {"reason": "NamespaceTerminating", "message": message, "field": "metadata.namespace"}
        raise ApiError(403, "Forbidden", refused.message, (refused.details or {}) | {"causes": [cause]})


def same_version(resource: Resource, name: str, new: Manifest, old: Manifest, *, patched: bool) -> None:
    """An update is of the object that the client has seen."""
    if new.get("uid") and new["uid"] != old.get("uid"):
        if patched:
            cause = Cause("metadata.uid", "FieldValueInvalid", f'Invalid value: "{new["uid"]}": field is immutable')
            raise errors.invalid(resource.group, resource.kind, name, [cause])
        why = f"Precondition failed: UID in precondition: {new['uid']}, UID in object meta: {old.get('uid')}"
        raise errors.conflict(resource.group, resource.plural, name, why)
    version = new.get("resourceVersion")
    if not version and not patched and resource.custom:
        message = "Invalid value: 0: must be specified for an update"
        cause = Cause("metadata.resourceVersion", "FieldValueInvalid", message)
        raise errors.invalid(resource.group, resource.plural, name, [cause])
    if version and version != old["resourceVersion"]:
        raise errors.conflict(resource.group, resource.plural, name)


def no_new_finalizers(resource: Resource, name: str, new: Manifest, old: Manifest) -> None:
    if not old.get("deletionTimestamp"):
        return
    added = sorted(set(new.get("finalizers") or []) - set(old.get("finalizers") or []))
    if added:
        why = "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers"
        cause = Cause("metadata.finalizers", "FieldValueForbidden", f"{why} {added}")
        raise errors.invalid(resource.group, resource.kind, name, [cause])


def preconditions(resource: Resource, name: str, item: Item, wanted: Manifest) -> None:
    """A deletion is of the object that the client has seen."""
    if wanted.get("uid") and wanted["uid"] != item.uid:
        why = (
            f"the UID in the precondition ({wanted['uid']}) does not match the UID in record ({item.uid}). "
            "The object might have been deleted and then recreated"
        )
        raise errors.conflict(resource.group, resource.kind, name, why)
    version = wanted.get("resourceVersion")
    if version and version != str(item.version):
        why = (
            f"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record "
            f"({item.version}). The object might have been modified"
        )
        raise errors.conflict(resource.group, resource.kind, name, why)


def before(resource: Resource, new: Manifest) -> None:
    """What makes a body of a built-in kind unreadable."""
    if resource.kind == "Secret" and resource.group == CORE:
        for value in (new.get("data") or {}).values():
            if value is not None and not (isinstance(value, str) and _BASE64.match(value)):
                raise unreadable(resource, "v1", "illegal base64 data at input byte 0")


def after(resource: Resource, new: Manifest) -> list[Cause]:
    """What built-in kinds insist on."""
    found = []
    if resource.kind == "Namespace" and resource.group == CORE and not _LABEL.match(new["metadata"]["name"]):
        message = f'Invalid value: "{new["metadata"]["name"]}": {_LABEL_RULE}'
        found.append(Cause("metadata.name", "FieldValueInvalid", message))
    if resource.kind == "Event" and resource.group == EVENTS and not new.get("deprecatedFirstTimestamp"):
        needed = ("eventTime", "reportingController", "reportingInstance", "action", "reason")
        found += [Cause(name, "FieldValueRequired", "Required value") for name in needed if not new.get(name)]
        if new.get("type") not in ("Normal", "Warning"):
            message = f'Invalid value: "{new.get("type") or ""}": has invalid value: {new.get("type") or ""}'
            found.append(Cause("type", "FieldValueInvalid", message))
    return found


def unreadable(resource: Resource, version: str, why: str) -> ApiError:
    kind = resource.kind
    return errors.bad_request(f'{kind} in version "{version}" cannot be handled as a {kind}: {why}')
