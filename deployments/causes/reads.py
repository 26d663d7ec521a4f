"""Why things are not as they should be, what they have in common, what depends on what. Every call takes a `viewer`.

causes(kind, namespace, name, *, viewer) -> CauseChain       raises inventory.NotFound; a dozen queries, from the copy
shared_causes(*, viewer) -> tuple[SharedCause, ...]          those that hit most first; few queries for any number
sentences(rows, *, viewer) -> dict[label, str]               culprits of a page of deployments, in a sentence each
explained(rows, *, viewer) -> tuple[Row, ...]                the same rows, with the culprit as their message
dependents_of(kind, namespace, name, *, viewer) -> Dependents   raises inventory.NotFound
"""

from deployments.causes.chains import KINDS, causes
from deployments.causes.dependents import dependents_of
from deployments.causes.shared import explained, sentences, shared_causes
from deployments.causes.values import CauseChain, ChainLink, DependentGroup, Dependents, Other, SharedCause

__all__ = [
    "KINDS",
    "CauseChain",
    "ChainLink",
    "DependentGroup",
    "Dependents",
    "Other",
    "SharedCause",
    "causes",
    "dependents_of",
    "explained",
    "sentences",
    "shared_causes",
]
