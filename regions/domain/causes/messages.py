"""The rule of messages: what an object says is looked up in the table of `message_patterns`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from regions.domain import manifest as m
from regions.domain.causes.evidence import Evidence, Thing, region_ref
from regions.domain.causes.message_patterns import Words, recognise
from regions.domain.causes.texts import clause, told
from regions.domain.causes.verdict import Finding
from regions.domain.health_scale import Health
from regions.domain.kinds import INFRASTRUCTURE
from regions.domain.manifest import Condition
from regions.domain.refs import MANAGEMENT, Ref, in_words

_OWN = (
    "CredentialReady",
    "HelmChartReady",
    "TemplateReady",
    "DataSourceReady",
    "ClusterDataSourceReady",
    "Deleting",
    "ClusterAuthenticationReady",
    "ClusterAuditPolicyReady",
    "ServicesDependencyValidation",
)
"""Conditions of a ClusterDeployment that speak for themselves; all others repeat what objects below it say."""


_CHART = re.compile(r"chart ([\w./-]+)")


@dataclass(frozen=True, slots=True)
class MessageHeard:
    """A finding of this rule. `own`: said of the object itself, not repeated from one below it."""

    finding: Finding
    own: bool


def heard(thing: Thing, ground: Evidence) -> Iterator[MessageHeard]:
    """Causes that what it says gives away, each once."""
    if thing.well:
        return
    told_of: dict[str, MessageHeard] = {}
    better: set[str] = set()
    for text, since, own in _texts(thing, ground):
        found = recognise(text, thing.kind)
        if found is None or found[0].key in told_of:
            continue
        words, start, names = found
        if words.after and not thing.bad and since and ground.now - since < words.after:
            continue
        better |= words.instead
        finding = _finding(words, thing, ground, dict(names), clause(text, start), since)
        told_of[words.key] = MessageHeard(finding, own)
    yield from (one for key, one in told_of.items() if key not in better)


def _texts(thing: Thing, ground: Evidence) -> Iterator[tuple[str, datetime | None, bool]]:
    if thing.kind != "ClusterDeployment":
        yield from ((text, since, False) for text, since in told(thing, ground.now))
        return
    for kind in _OWN:
        found: Condition | None = m.condition(thing.body, kind)
        if found and found["status"] == ("True" if kind == "Deleting" else "False") and found["message"]:
            yield found["message"], found["changed_at"] or thing.since, kind != "Deleting"
    yield from ((text, since, False) for text, since in told(thing, ground.now))


def _finding(
    words: Words, thing: Thing, ground: Evidence, names: dict[str, str], said: str, since: datetime | None
) -> Finding:
    at = _blamed(words, thing, ground, names)
    known = {**_names(thing, ground, at, said), **names}
    return Finding(
        key=words.key,
        tier=words.tier,
        sentence=words.sentence.format(**known),
        advice=words.advice.format(**known),
        at=at,
        evidence=thing.ref,
        said=said,
        since=since,
        health=thing.health if thing.bad else Health.DEGRADED,
        shared=_shared(words, at, ground),
    )


def _names(thing: Thing, ground: Evidence, at: Ref, said: str) -> dict[str, str]:
    """What sentences and advice may name."""
    management, host = at.cluster == MANAGEMENT, in_words(at.cluster)
    chart = _CHART.search(said)
    return {
        "name": thing.ref.name,
        "kind": thing.kind,
        "namespace": thing.ref.namespace or "the system namespace",
        "region": _place(ground.region),
        "credential": ground.credential.name if ground.credential else "that it uses",
        "template": ground.template.name if ground.template else "its template",
        "host": host,
        "there": f"on {host}" if management else f"in {host}",
        "place": thing.ref.namespace,
        "missing": "that it names",
        "kindof": "the identity",
        "service": chart[1].rpartition("/")[2] if chart else "that it asks for",
    }


def _blamed(words: Words, thing: Thing, ground: Evidence, names: dict[str, str]) -> Ref:
    hosting = thing.ref.cluster if thing.kind in ("ClusterSummary",) else ground.region
    if words.blames == "credential" and ground.credential and thing.kind != "Credential":
        return ground.credential
    if words.blames == "template" and ground.template:
        return ground.template
    if words.blames == "region":
        return region_ref(ground.region)
    if words.blames == "identity":
        kind = names.get("kindof", "")
        group = "" if kind == "Secret" else INFRASTRUCTURE
        return Ref(ground.region, group, kind, names.get("place", ""), names.get("missing", ""))
    if words.blames == "Namespace":
        return Ref(hosting, "", "Namespace", "", names.get("missing", ""))
    if words.blames in ("ConfigMap", "Secret"):
        namespace = names.get("place") or thing.ref.namespace
        return Ref(hosting, "", words.blames, namespace, names.get("missing", ""))
    return thing.ref


def _shared(words: Words, at: Ref, ground: Evidence) -> Ref | None:
    region = region_ref(ground.region)
    common = {"credential": ground.credential, "template": ground.template, "region": region, "culprit": at}
    return common.get(words.shared)


def _place(region: str) -> str:
    """As sentences take it that say themselves that it is a region."""
    return in_words(region) if region == MANAGEMENT else region
