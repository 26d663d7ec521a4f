"""Why one service is not deployed, by its own words."""

from dataclasses import dataclass

from deployments.services.values import DeployedService
from regions.domain.causes.message_patterns import recognise
from regions.domain.causes.texts import clause


@dataclass(frozen=True, slots=True)
class ServiceCause:
    """A known cause of a failed service."""

    key: str
    sentence: str
    advice: str
    said: str


def of_service(service: DeployedService) -> ServiceCause | None:
    """What is wrong with it, and what to do next; None when it is well, or its words are not known."""
    if not service.message:
        return None
    found = recognise(service.message, "ServiceSet")
    if found is None:
        return None
    words, start, names = found
    known = {
        "name": service.name,
        "kind": "service",
        "namespace": service.namespace,
        "region": "its region",
        "credential": "that it uses",
        "template": service.template,
        "host": "the cluster",
        "missing": "that it names",
        "place": service.namespace,
        "there": "on the cluster",
        "kindof": "",
        "service": service.name,
        **dict(names),
    }
    said = clause(service.message, start)
    return ServiceCause(words.key, words.sentence.format(**known), words.advice.format(**known), said)
