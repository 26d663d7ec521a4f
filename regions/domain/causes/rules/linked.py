"""The way to the region: whether we hear it, whether k0rdent does, and with which kubeconfig."""

import re
from collections.abc import Iterator

from regions.domain import manifest as m
from regions.domain.causes.evidence import Evidence, Thing, region_ref
from regions.domain.causes.texts import clean, told
from regions.domain.causes.verdict import Finding, Tier
from regions.domain.components import installing
from regions.domain.health_scale import Health
from regions.domain.links import Link
from regions.domain.refs import MANAGEMENT, Ref, in_words
from regions.domain.words import clock, listed, one_line

_WHY = (
    (
        re.compile(r"x509|certificate|tls:", re.I),
        "Its certificate is not accepted: renew the kubeconfig in its Secret.",
    ),
    (
        re.compile(r"no such host|Name or service|getaddrinfo|resolve", re.I),
        "Its name cannot be looked up: check server in its kubeconfig, and DNS.",
    ),
    (re.compile(r"refused", re.I), "Nothing listens there: see whether its API server and load balancer run."),
    (
        re.compile(r"secret|kubeconfig|key", re.I),
        "Its kubeconfig cannot be used: put the Secret that the Region names right.",
    ),
    (
        re.compile(r"time|deadline|answer|unreach|route", re.I),
        "No packet comes back: check the network from here to it (firewall, VPN, load balancer), and whether it runs.",
    ),
)
UNHEARD = {"refused": "region-refuses", "unsupported": "region-unsupported", "broken": "region-broken"}
"""What it is called that a region is not heard, by the state of its link; in any other state it is silent."""
_NOT_ACCEPTED = re.compile(
    r"x509: certificate|Unauthorized|asked for the client to provide credentials|\b401\b|certificate has expired"
)


def unheard(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """We hear nothing of the region: what we know of it is old, and whatever was asked of it may not have happened."""
    if thing is not ground.subject:
        return
    for name in dict.fromkeys((ground.region, MANAGEMENT)):
        link = ground.links.get(name)
        if link is None or not link.quiet(ground.now):
            continue
        place = in_words(name)
        at = region_ref(name)
        yield Finding(
            UNHEARD.get(link.state, "region-silent"),
            Tier.HOLDS,
            _sentence(link, place, ground),
            _advice(link, place),
            at,
            thing.ref,
            one_line(clean(link.message), 300),
            link.since if link.state in UNHEARD else link.heard_at,
            Health.UNKNOWN,
            at,
        )


def _sentence(link: Link, place: str, ground: Evidence) -> str:
    since = f" since {clock(link.since, ground.now)}" if link.since else ""
    if link.state == "refused":
        return f"{place[0].upper()}{place[1:]} refuses us{since}"
    if link.state == "unsupported":
        return f"Pane has no kubeconfig for {place} that it accepts{since}"
    if link.state == "broken":
        return f"Pane fails at following {place}{since}"
    if link.heard_at is None:
        return f"{place[0].upper()}{place[1:]} has never answered"
    return f"{place[0].upper()}{place[1:]} has not answered since {clock(link.heard_at, ground.now)}"


def _advice(link: Link, place: str) -> str:
    if link.state == "refused":
        where = link.kubeconfig or "its kubeconfig"
        return f"What we show as proof is no longer accepted: renew the token or certificate in {where}."
    if link.state == "unsupported":
        return (
            "Its own words say what is wrong with the kubeconfig, and who can mend it; the region itself is not asked."
        )
    if link.state == "broken":
        return "This is a fault of Pane, not of the region: it is tried again by itself; report it with Pane's log."
    for pattern, advice in _WHY:
        if pattern.search(link.message):
            return advice
    return f"Check the network from here to {place}, and whether its API server runs."


def stale_copy(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """We reach the region and Flux does not: it uses a copy of the kubeconfig, and k0rdent makes copies only once."""
    name = m.text(m.part(thing.body, "spec", "kubeConfig", "secretRef", "name"))
    if thing.kind != "HelmRelease" or not name or not ground.hears(ground.region) or ground.link is None:
        return
    if thing.ref.namespace == ground.system:
        return
    for text, since in told(thing, ground.now):
        if _NOT_ACCEPTED.search(text):
            at = Ref(MANAGEMENT, "", "Secret", thing.ref.namespace, name)
            yield Finding(
                "kubeconfig-stale",
                Tier.BLOCKS,
                f"The copy of the kubeconfig of region {ground.region} in {thing.ref.namespace} is outdated",
                f"Delete Secret {at.namespace}/{at.name} on the management cluster: k0rdent copies the new one when "
                f"it next "
                "looks. It makes these copies only once.",
                at,
                thing.ref,
                one_line(clean(text), 300),
                since,
                thing.health,
                at,
                instead=("kubeconfig-refused",),
            )
            return


def lost_kubeconfig(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """The Secret that a Region names is gone: k0rdent shows nothing of it until something else happens."""
    if thing.kind != "Region":
        return
    name = m.text(m.part(thing.body, "spec", "kubeConfig", "name"))
    ref = Ref(MANAGEMENT, "", "Secret", ground.system, name)
    if not name:
        deployment = m.mapping(m.part(thing.body, "spec", "clusterDeployment"))
        name = m.text(deployment.get("name"))
        ref = Ref(MANAGEMENT, "", "Secret", m.text(deployment.get("namespace")), f"{name}-kubeconfig")
    if name and ground.lacks(ref):
        yield Finding(
            "kubeconfig-missing",
            Tier.BLOCKS,
            f"The kubeconfig of region {thing.ref.name} is missing",
            f"Put Secret {ref.namespace}/{ref.name} back on the management cluster. Until then k0rdent changes "
            f"nothing in the "
            "region and says nothing of it.",
            ref,
            thing.ref,
            f"There is no Secret {ref.namespace}/{ref.name}",
            None,
            Health.FAILED,
            region_ref(thing.ref.name),
        )


def provider_missing(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """The template needs a provider that the region does not have."""
    if thing.kind != "ClusterTemplate" or ground.subject.kind != "ClusterDeployment" or ground.subject.well:
        return
    region = ground.at(region_ref(ground.region))
    there = m.part(region.body, "status", "availableProviders") if region else None
    wanted = m.part(thing.body, "status", "providers")
    if not isinstance(there, list) or not there or not isinstance(wanted, list):
        return
    lacking = sorted(m.text(one) for one in wanted if one not in there and m.text(one) != "infrastructure-internal")
    if lacking and region:
        place = in_words(ground.region)
        coming = installing(region.body)
        behind = sorted({coming[one] for one in lacking if one in coming})
        advice = f"Add the provider to spec.providers of {place} and wait until it is Ready."
        if behind:
            said = listed(f"{component} ({words.rstrip('.')})" for component, words in behind)
            advice = f"k0rdent is installing it: {said}. Wait, or mend that."
        yield Finding(
            "provider-missing",
            Tier.BLOCKS,
            f"{place[0].upper()}{place[1:]} lacks {listed(lacking)}",
            advice,
            region_ref(ground.region),
            thing.ref,
            f"{thing.ref.name} needs {listed(lacking)}",
            region.since,
            Health.DEGRADED,
            region_ref(ground.region),
        )


RULES = (unheard, stale_copy, lost_kubeconfig, provider_missing)
