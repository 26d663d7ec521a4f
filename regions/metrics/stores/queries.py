"""The named queries: what is asked of the stores, with its unit and meaning. Data: queries.yaml beside this file."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

Tier = Literal["wall", "detail", "slow", "cost", "asked"]

LONGEST = 8000
"""Bytes of a merged query: they travel in the URL, and nothing on the way takes much more."""

KPI = "kpi"
"""The label that says which of the merged queries a row answers."""


@dataclass(frozen=True, slots=True)
class Query:
    """One named query. `promql()` is what a person may copy; the fields are explained in queries.yaml."""

    id: str
    src: str
    tier: Tier
    panel: str
    unit: str
    meaning: str
    q: str
    fb: str = ""
    over: str = "sum"
    by: str = "cluster"
    parts: tuple[str, ...] = ()
    fold: str = "sum"
    zero_if: str = ""
    absent: str = ""
    dialect: str = "promql"
    range_step: int = 0

    def promql(self, *, cluster: str | None = None, namespace: str | None = None, tenant: str | None = None) -> str:
        """The expression, of one cluster or tenant if one is named. Values are escaped: they come from people."""
        return scoped(self.q, cluster=cluster, namespace=None if self.by == "name" else namespace, tenant=tenant)

    def raw(self, *, cluster: str | None = None, namespace: str | None = None, tenant: str | None = None) -> str:
        """The same from raw series, which know the namespace; empty when there is no such way."""
        return scoped(self.fb, cluster=cluster, namespace=namespace, tenant=tenant)

    def safe(self, *, mixed: bool = False) -> str:
        """For all clusters of a store at once: rules where they are evaluated, raw series where they are not.

        `mixed`: the store has several clusters of one name. Rules lose the namespace, so only raw series can tell
        them apart; empty when this query has none.
        """
        if self.by == "name" and mixed:
            return self.raw()
        return f"({self.promql()}) or on (cluster) ({self.raw()})" if self.fb else self.promql()

    def for_cluster(self, cluster: str, namespace: str, *, mixed: bool = False, tenant: str | None = None) -> str:
        """For one cluster, as `safe` is for all."""
        if self.by == "name" and mixed:
            return self.raw(cluster=cluster, namespace=namespace, tenant=tenant)
        first = self.promql(cluster=cluster, namespace=namespace, tenant=tenant)
        second = self.raw(cluster=cluster, namespace=namespace, tenant=tenant)
        return f"({first}) or on (cluster) ({second})" if second else first

    def among(self, names: Sequence[str], *, mixed: bool = False) -> str:
        """For some clusters of a store, by their names; who asks must tell namespaces apart in the answer."""
        if len(names) == 1:
            scope = f"cluster={quoted(names[0])}"
        else:
            scope = f"cluster=~{quoted('|'.join(re.escape(name) for name in names))}"
        first, second = (template.replace("$}", scope + "}") for template in (self.q, self.fb))
        if self.by == "name" and mixed:
            return second
        return f"({first}) or on (cluster) ({second})" if second else first


def quoted(value: str) -> str:
    """A label value as PromQL writes it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def scoped(template: str, *, cluster: str | None, namespace: str | None, tenant: str | None) -> str:
    """Put what is asked for into every selector of a template."""
    wanted = {"cluster": cluster, "clusterNamespace": namespace, "tenant": tenant}
    matchers = ",".join(f"{label}={quoted(value)}" for label, value in wanted.items() if value is not None)
    if not matchers:
        return template.replace(",$}", "}").replace("{$}", "")
    return template.replace("$}", matchers + "}")


def _load() -> dict[str, Query]:
    rows: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "queries.yaml").read_text(encoding="utf-8"))
    found = {}
    for row in rows:
        row["parts"] = tuple(row.get("parts", ()))
        found[row["id"]] = Query(**row)
    return found


QUERIES: Mapping[str, Query] = _load()
"""By id, in the order of the file."""


def of_tier(tier: Tier, sources: str) -> list[Query]:
    """What is asked in this tier of a store that answers for these sources (`RS`, `M`, `A`)."""
    return [query for query in QUERIES.values() if query.tier == tier and query.src in sources]


def tagged(id: str, expression: str) -> str:
    """The expression, its rows marked with the id."""
    return f'label_replace({expression}, "{KPI}", "{id}", "", "")'


def merged(expressions: Mapping[str, str], longest: int = LONGEST) -> Iterator[tuple[str, tuple[str, ...]]]:
    """As few requests as possible: each a query and the ids that it answers, none longer than allowed in an address."""
    batch: list[tuple[str, str]] = []
    size = 0
    for id, expression in expressions.items():
        if not expression:
            continue
        text = tagged(id, expression)
        if batch and size + len(text) + 4 > longest:
            yield _joined(batch)
            batch, size = [], 0
        batch.append((id, text))
        size += len(text) + 4
    if batch:
        yield _joined(batch)


def _joined(batch: Iterable[tuple[str, str]]) -> tuple[str, tuple[str, ...]]:
    pairs = list(batch)
    return " or ".join(text for _, text in pairs), tuple(id for id, _ in pairs)
