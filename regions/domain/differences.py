"""What differs between two manifests, sentence by sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from regions.domain import manifest as m
from regions.domain.heartbeats import HEARTBEATS, essence
from regions.domain.kinds import CAPI, K0RDENT
from regions.domain.manifest import Condition, Manifest
from regions.domain.rules.common import sounds_wrong
from regions.domain.words import listed, one_line

_PAUSES = {
    f"{K0RDENT}/region-pause": "reconciling its deployments",
    f"{K0RDENT}/service-set-paused": "reconciling its services",
    f"{CAPI}/paused": "reconciling it",
}
_NAMED = {  # fields of a spec that may be quoted: names and versions, never configuration
    "template": ("TemplateChanged", "Template"),
    "release": ("VersionChanged", "Release"),
    "version": ("VersionChanged", "Version"),
    "credential": ("SpecChanged", "Credential"),
    "replicas": ("ReplicasChanged", "Wanted replicas"),
}
_COUNTS = ("replicas", "readyReplicas", "availableReplicas", "upToDateReplicas", "updatedReplicas")
_NEUTRAL = frozenset({"Paused", "Deleting", "RollingOut", "ScalingUp", "ScalingDown", "Remediating", "Updating"})
_SAID_ELSEWHERE = frozenset({*_COUNTS, "conditions", "v1beta2", "deprecated", "phase", "services", "components"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """One difference: the reason that a row about it has, and what is said."""

    reason: str
    text: str
    detail: str = ""  # the cluster's own words within it
    bad: bool = False


def differences(before: Manifest, after: Manifest) -> list[Sentence]:
    """All that differs between two redacted manifests, most significant first."""
    found = [*_requests(before, after), *_conditions(before, after)]
    old, new = m.mapping(before.get("status")), m.mapping(after.get("status"))
    if old != new:
        found += [*_phase(old, new), *_services(old, new), *_components(old, new), *_counts(old, new)]
    spec = list(_spec(before, after))
    causes = [sentence for sentence in (*spec, *_pauses(before, after)) if sentence.reason != "ReplicasChanged"]
    others = [sentence for sentence in spec if sentence.reason == "ReplicasChanged"]
    found += [*causes, *others, *_labels(before, after), *_data(before, after)]
    # What somebody did comes before what the controllers made of it.
    acts = [sentence for sentence in found if sentence in causes or sentence.reason == "DeletionRequested"]
    found = acts + [sentence for sentence in found if sentence not in acts]
    if old != new and (rest := _rest(old, new)):
        found.append(rest)
    return found


def _requests(before: Manifest, after: Manifest) -> Iterator[Sentence]:
    if not m.part(before, "metadata", "deletionTimestamp") and m.part(after, "metadata", "deletionTimestamp"):
        yield Sentence("DeletionRequested", f"Deletion of {m.kind(after)} {m.name(after)} was requested")


def _conditions(before: Manifest, after: Manifest) -> list[Sentence]:
    if before.get("status") == after.get("status"):
        return []
    old = {found["type"]: found for found in m.conditions(before)}
    new = {found["type"]: found for found in m.conditions(after)}
    ranked: list[tuple[int, Sentence]] = []
    for type, found in new.items():
        was = old.get(type)
        if sentence := _condition(was, found):
            turned = was is None or was["status"] != found["status"]
            ranked.append(((0 if type == "Ready" else 1) + (0 if turned else 2), sentence))
    ranked += [(4, Sentence(f"{type}Removed", f"{type} is no longer reported")) for type in old if type not in new]
    return [sentence for _, sentence in sorted(ranked, key=lambda pair: (pair[0], not pair[1].bad))]


def _condition(old: Condition | None, new: Condition) -> Sentence | None:
    said = one_line(new["message"], 300)
    because = f" ({new['reason']})" if new["reason"] else ""
    bad = new["type"] not in _NEUTRAL and new["status"] == "False" and (new["type"] == "Ready" or sounds_wrong(new))
    if old is None or old["status"] != new["status"]:
        text = f"{new['type']} became {new['status'] or 'unreadable'}{because}" + (f": {said}" if said else "")
        return Sentence(f"{new['type']}Became{new['status'] or 'Unreadable'}", text, said, bad)
    if old["reason"] == new["reason"] and essence(old["message"]) == essence(new["message"]):
        return None
    still = f"{new['type']} is still {new['status']}" if new["status"] != "True" else f"{new['type']} is True"
    return Sentence(f"{new['type']}Changed", f"{still}{because}" + (f": {said}" if said else ""), said, bad)


def _phase(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Sentence]:
    was, now_is = m.text(old.get("phase")), m.text(new.get("phase"))
    if was != now_is:
        yield Sentence("PhaseChanged", f"Phase {now_is or 'is gone'}" + (f", was {was}" if was else ""), now_is)


def _services(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Sentence]:
    before, after = _by_name(old), _by_name(new)
    for name, service in after.items():
        was, now_is = m.text(before.get(name, {}).get("state")), m.text(service.get("state"))
        why = one_line(m.text(service.get("failureMessage")), 200)
        old_why = m.text(before.get(name, {}).get("failureMessage"))
        if was != now_is or essence(old_why) != essence(m.text(service.get("failureMessage"))):
            text = f"Service {name} {now_is or 'has no state'}" + (f", was {was}" if was and was != now_is else "")
            yield Sentence("ServiceStateChanged", text + (f": {why}" if why else ""), why, bad=now_is == "Failed")
    for name in before.keys() - after.keys():
        yield Sentence("ServiceStateChanged", f"Service {name} is no longer reported")


def _by_name(status: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{m.text(s.get('namespace'))}/{m.text(s.get('name'))}": s for s in m.items(status.get("services"))}


def _components(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Sentence]:
    before, after = m.mapping(old.get("components")), m.mapping(new.get("components"))
    for name, component in after.items():
        was, now_is = m.mapping(before.get(name)), m.mapping(component)
        if essence(was) == essence(now_is):
            continue
        error = one_line(m.text(now_is.get("error")), 200)
        template = m.text(now_is.get("template"))
        if now_is.get("success") is True:
            installed = f"Component {name} is installed" + (f" ({template})" if template else "")
            yield Sentence("ComponentChanged", installed)
        else:
            yield Sentence("ComponentChanged", f"Component {name}: {error or 'not ready'}", error, bad=True)
    for name in before.keys() - after.keys():
        yield Sentence("ComponentChanged", f"Component {name} was removed")


def _counts(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Sentence]:
    changed = [field for field in _COUNTS if (m.number(old.get(field)) or 0) != (m.number(new.get(field)) or 0)]
    if changed:
        said = (f"{field} {m.number(new.get(field)) or 0}, was {m.number(old.get(field)) or 0}" for field in changed)
        yield Sentence("ReplicasChanged", "; ".join(said))


def _spec(before: Manifest, after: Manifest) -> Iterator[Sentence]:
    old, new = before.get("spec"), after.get("spec")
    if old == new:
        if m.part(before, "metadata", "generation") not in (None, m.part(after, "metadata", "generation")):
            yield Sentence("SpecChanged", "Changed where values are hidden")
        return
    old_spec, new_spec = m.mapping(old), m.mapping(new)
    for field, (reason, word) in _NAMED.items():
        was, now_is = old_spec.get(field), new_spec.get(field)
        if was != now_is and not isinstance(was, dict | list) and not isinstance(now_is, dict | list):
            text = f"{word} {m.text(now_is) or 'none'}" + (f", was {m.text(was)}" if m.text(was) else "")
            yield Sentence(reason, text)
            old_spec, new_spec = _less(old_spec, field), _less(new_spec, field)
    if bool(old_spec.get("dryRun")) != bool(new_spec.get("dryRun")):
        on = bool(new_spec.get("dryRun"))
        yield Sentence("SpecChanged", "Validate only was switched on" if on else "Validate only was switched off")
        old_spec, new_spec = _less(old_spec, "dryRun"), _less(new_spec, "dryRun")
    if places := list(_places("spec", old_spec, new_spec)):
        yield Sentence("SpecChanged", f"Changed: {listed(places)}")


def _less(value: dict[str, Any], field: str) -> dict[str, Any]:
    return {key: inner for key, inner in value.items() if key != field}


def _places(path: str, old: Any, new: Any, depth: int = 4) -> Iterator[str]:
    """Where two values differ: paths of fields, not deeper than is of use."""
    if old == new:
        return
    if depth and isinstance(old, dict) and isinstance(new, dict):
        for key in [*new, *(key for key in old if key not in new)]:
            yield from _places(f"{path}.{key}", old.get(key), new.get(key), depth - 1)
    else:
        yield path


def _pauses(before: Manifest, after: Manifest) -> Iterator[Sentence]:
    old, new = m.annotations(before), m.annotations(after)
    for key, what in _PAUSES.items():
        if key in new and key not in old:
            yield Sentence("Paused", f"Annotation {key} was set: {what} stops")
        elif key in old and key not in new:
            yield Sentence("Resumed", f"Annotation {key} was removed: {what} goes on")


def _labels(before: Manifest, after: Manifest) -> Iterator[Sentence]:
    old, new = m.labels(before), m.labels(after)
    if old == new:
        return
    set_ = [key for key in new if old.get(key) != new[key]]
    said = [f"{key}={new[key]}" + (f" (was {old[key]})" if key in old else "") for key in set_]
    said += [f"{key} removed" for key in old if key not in new]
    yield Sentence("LabelsChanged", f"Labels: {listed(said)}")


def _data(before: Manifest, after: Manifest) -> Iterator[Sentence]:
    """Of a ConfigMap, a Secret, and of kinds that keep what they say outside of spec and status."""
    secret = m.kind(after) == "Secret"
    if before.get("data") == after.get("data"):
        versions = m.part(before, "metadata", "resourceVersion"), m.part(after, "metadata", "resourceVersion")
        if secret and versions[0] != versions[1]:
            yield Sentence("DataChanged", "The Secret was written; its content is not looked at")
        return
    places = list(_places("data", before.get("data"), after.get("data"), 1))
    yield Sentence("DataChanged", f"Changed: {listed(places)}")


def _rest(old: dict[str, Any], new: dict[str, Any]) -> Sentence | None:
    """What else of the status differs, by name of its fields."""
    fields = [
        field
        for field in {**new, **old}
        if field not in _SAID_ELSEWHERE
        and field not in HEARTBEATS
        and essence(old.get(field)) != essence(new.get(field))
    ]
    return Sentence("StatusChanged", f"Status: {listed(_said(field, new) for field in fields)}") if fields else None


def _said(field: str, new: dict[str, Any]) -> str:
    value = new.get(field)
    if isinstance(value, bool | int) or (isinstance(value, str) and len(value) <= 60):
        return f"{field} {m.text(value)}"
    return field
