"""Credentials: what they need, and is not there. k0rdent reports little of it."""

from collections.abc import Iterator

from regions.domain import manifest as m
from regions.domain.causes.evidence import Evidence, Thing
from regions.domain.causes.verdict import Finding, Tier
from regions.domain.health_scale import Health
from regions.domain.references import named_objects
from regions.domain.refs import MANAGEMENT, Ref, located


def gone(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """The Credential does not exist. While the deployment is being deleted nothing goes on, and nobody says so."""
    if thing is not ground.subject or ground.credential is None or not ground.lacks(ground.credential):
        return
    ref = ground.credential
    deleting = thing.deleting_at is not None
    found = m.condition(thing.body, "CredentialReady")
    yield Finding(
        "credential-gone",
        Tier.BLOCKS,
        f"Its credential {ref.name} was deleted" + (", so it cannot be deleted itself" if deleting else ""),
        f"Create Credential {ref.namespace}/{ref.name} again (the same name, region and identity): k0rdent then "
        + ("finishes the deletion by itself." if deleting else "goes on by itself."),
        ref,
        thing.ref,
        found["message"] if found else "",
        found["changed_at"] if found else thing.since,
        Health.FAILED,
        ref,
        instead=("credential-gone", "credential-not-ready"),
    )


def secret_missing(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """The Secret behind the credential's identity is not there."""
    if ground.subject.well and ground.subject.kind != "Credential":
        return
    identity = m.mapping(m.part(thing.body, "spec", "identityRef"))
    if thing.kind == "Credential" and identity.get("kind") == "Secret" and identity.get("name"):
        name = m.text(identity["name"])
        wanted = {Ref(MANAGEMENT, "", "Secret", ground.system, name)}
    elif thing.kind.endswith("Identity") and thing.ref.cluster == MANAGEMENT:
        wanted = {
            Ref(MANAGEMENT, "", kind, namespace, name)
            for kind, namespace, name in named_objects(thing.body, ground.system)
        }
    else:
        return
    for ref in sorted(wanted):
        if ground.lacks(ref):
            yield Finding(
                "secret-missing",
                Tier.BLOCKS,
                f"Secret {ref.name} is missing on the management cluster",
                f"Create Secret {ref.namespace}/{ref.name} there with the keys of the account; k0rdent copies it to "
                f"the "
                "region within 15 minutes.",
                ref,
                thing.ref,
                f"There is no Secret {ref.namespace}/{ref.name}",
                None,
                Health.FAILED,
                ground.credential,
            )


def template_missing(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """The ConfigMap that hands the credential on to clusters is not there. Nothing on management tells of it."""
    if thing.kind != "Credential" or (ground.subject.well and ground.subject is not thing):
        return
    if not ground.handed_on or m.part(ground.subject.body, "spec", "propagateCredentials") is False:
        return
    identity = m.mapping(m.part(thing.body, "spec", "identityRef"))
    name, namespace = m.text(identity.get("name")), m.text(identity.get("namespace")) or thing.ref.namespace
    ref = Ref(ground.region, "", "ConfigMap", namespace, f"{name}-resource-template")
    if name and ground.lacks(ref):
        place = located(ground.region)
        yield Finding(
            "resource-template",
            Tier.PLAIN,
            f"ConfigMap {ref.name} is missing {place}",
            f"Create it in namespace {namespace} there (k0rdent never copies it to a region), or set "
            "spec.propagateCredentials to false when the clusters need nothing of the credential.",
            ref,
            thing.ref,
            f"There is no ConfigMap {namespace}/{ref.name} {place}",
            None,
            Health.DEGRADED,
            ref,
        )


def unchecked(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """A Credential of which k0rdent says nothing: a failing copy to its region leaves no condition at all."""
    if thing.kind != "Credential" or thing.created_at is None or m.condition(thing.body, "CredentialReady"):
        return
    minutes = (ground.now - thing.created_at).total_seconds() / 60
    if thing.body and minutes >= 5 and thing.deleting_at is None:
        length = len(thing.ref.namespace) + len(thing.ref.name)
        advice = (
            f"Namespace and name have {length} characters together, and over 51 k0rdent cannot label its copies: "
            f"make it "
            "anew under a shorter name."
            if length > 51 and m.part(thing.body, "spec", "region")
            else "k0rdent fails to copy it to its region and reports that nowhere: check that the region answers, "
            "that the "
            "provider is installed there, and that the original identity and Secret are in the system namespace."
        )
        yield Finding(
            "credential-silent",
            Tier.BLOCKS,
            f"k0rdent has said nothing of credential {thing.ref.name}",
            advice,
            thing.ref,
            thing.ref,
            thing.message,
            thing.created_at,
            Health.DEGRADED,
            thing.ref,
        )


RULES = (gone, secret_missing, template_missing, unchecked)
