"""What clusters say, fit to be shown and kept: on the fields of the form, and without the secrets that were sent."""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from deployments.domain import denials
from deployments.domain.drafts import MASK, Secret
from deployments.domain.findings import Problem
from deployments.domain.manifests import Planned
from regions.domain.redact import without_credentials
from regions.kube.errors import Invalid, KubeError

_MISSING = re.compile(r'"([^"]+)" not found')
_LEAST = 4  # shorter values are words that any sentence has


class SecretMask:
    """Hides in any text the secrets of a plan, in every shape in which a server may say them back."""

    def __init__(self, planned: Sequence[Planned]) -> None:
        found: set[str] = set()
        for one in planned:
            for value in _secrets(one.manifest):
                found |= {value, base64.b64encode(value.encode()).decode(), json.dumps(value)[1:-1]}
                found |= {line.strip() for line in value.splitlines() if len(line.strip()) > 7}
        self._secrets = sorted((value for value in found if len(value) >= _LEAST), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for value in self._secrets:
            text = text.replace(value, MASK)
        return without_credentials(text)


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, Secret):
        yield value.reveal()
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _secrets(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _secrets(inner)


def problems_from(failure: KubeError, one: Planned, mask: SecretMask) -> tuple[Problem, ...]:
    """A refusal as problems of the form."""
    fields = failure.fields if isinstance(failure, Invalid) else {}
    return tuple(
        denials.explain(
            one.ref.kind,
            mask(failure.message),
            status=failure.status,
            reason=failure.reason,
            causes={path: mask(text) for path, text in fields.items()},
            warnings=[mask(text) for text in failure.warnings],
        )
    )


def waits_for(failure: KubeError, one: Planned, planned: Sequence[Planned]) -> str:
    """What this plan itself would make before, and the cluster therefore did not find; empty when it is not that."""
    before = planned[: planned.index(one)]
    for name in _MISSING.findall(failure.message):
        for other in before:
            if other.ref.name == name and other.cluster == one.cluster:
                return f"{other.ref.kind} {name}"
    return ""
