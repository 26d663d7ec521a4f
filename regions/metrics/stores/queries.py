"""The named queries: what is asked of the stores, with its unit and meaning. Data: queries.yaml beside this file."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

Tier = Literal["wall", "detail", "slow", "cost", "asked"]
Dialect = Literal["promql", "metricsql"]

LONGEST = 8000
"""Bytes of a merged query: they travel in the URL, and nothing on the way takes much more."""

MOST_TWINS = 1500
"""Bytes of the names that are left out of a query of recorded series: beyond, none is left out, and none is told."""

USABLE = "> -1e24 < 1e24"
"""What lets pass what is a number. Else a NaN of a recorded series stands in the way of what `or` would give."""

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
    dialect: Dialect = "promql"
    range_step: int = 0
    series: str = ""
    counted: tuple[str, ...] = ()
    of_silent: bool = False
    proven: tuple[str, ...] = ()

    def promql(self, *, cluster: str | None = None, namespace: str | None = None, tenant: str | None = None) -> str:
        """The expression, of one cluster or tenant if one is named. Values are escaped: they come from people."""
        return scoped(self.q, cluster=cluster, namespace=None if self.by == "name" else namespace, tenant=tenant)

    def raw(self, *, cluster: str | None = None, namespace: str | None = None, tenant: str | None = None) -> str:
        """The same from raw series, which know the namespace; empty when there is no such way."""
        return scoped(self.fb, cluster=cluster, namespace=namespace, tenant=tenant)

    def safe(self, twins: Collection[str] = ()) -> str:
        """For all clusters of a store at once: rules where they are evaluated, raw series where they are not.

        `twins`: names that several clusters of the store have. Rules lose the namespace, so for these only raw series
        can tell; where this query has none, it has nothing of them.
        """
        return self._either(self._without(twins) if self.by == "name" else self.promql(), self.raw())

    def for_cluster(
        self, cluster: str, namespace: str, *, twins: Collection[str] = (), tenant: str | None = None
    ) -> str:
        """For one cluster, as `safe` is for all; empty where nothing can tell it from its twins."""
        second = self.raw(cluster=cluster, namespace=namespace, tenant=tenant)
        if self.by == "name" and cluster in twins:
            return second
        return self._either(self.promql(cluster=cluster, namespace=namespace, tenant=tenant), second)

    def among(self, names: Sequence[str], twins: Collection[str] = ()) -> str:
        """For some clusters of a store, by their names; who asks must tell namespaces apart in the answer."""
        alone = [name for name in names if name not in twins] if self.by == "name" else list(names)
        second = self.fb.replace("$}", _among(names) + "}")
        return self._either(self.q.replace("$}", _among(alone) + "}"), second) if alone else second

    def _either(self, first: str, second: str) -> str:
        return f"({first}) {USABLE} or on (cluster) ({second})" if second else first

    def _without(self, twins: Collection[str]) -> str:
        names = _pattern(sorted(twins))
        if not twins or len(names) > MOST_TWINS:
            return self.promql()
        return self.q.replace("$}", f"cluster!~{quoted(names)}}}")


def metricsql(promql: str) -> str:
    """The same in MetricsQL. There, `increase` and `changes` count a series' first sample as growth from nothing."""
    return re.sub(r"\b(increase|changes)\(", r"\1_prometheus(", promql)


def spoken(promql: str, dialect: Dialect) -> str:
    """The expression as this store is asked."""
    return metricsql(promql) if dialect == "metricsql" else promql


def _among(names: Sequence[str]) -> str:
    return f"cluster={quoted(names[0])}" if len(names) == 1 else f"cluster=~{quoted(_pattern(names))}"


def _pattern(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in names)


def quoted(value: str) -> str:
    """A label value as PromQL writes it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def scoped(
    template: str, *, cluster: str | None = None, namespace: str | None = None, tenant: str | None = None
) -> str:
    """Put what is asked for into every selector of a template."""
    wanted = {"cluster": cluster, "clusterNamespace": namespace, "tenant": tenant}
    matchers = ",".join(f"{label}={quoted(value)}" for label, value in wanted.items() if value is not None)
    if not matchers:
        return template.replace(",$}", "}").replace("{$}", "")
    return template.replace("$}", matchers + "}")


def _load() -> dict[str, Query]:
    text = (Path(__file__).parent / "queries.yaml").read_text(encoding="utf-8")
    # In C where there is one: this is read whenever anything of Pane starts.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows: list[dict[str, Any]] = yaml.load(text, Loader=loader)  # noqa: S506 a safe one
    found = {}
    for row in rows:
        row |= {name: tuple(row.get(name, ())) for name in ("parts", "counted", "proven")}
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
