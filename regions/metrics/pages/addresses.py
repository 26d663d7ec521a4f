"""Addresses of charts, figures and exports: what is asked for lies in the query, so every view of it can be linked."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse

from regions.domain.charts.spans import Span, span_of
from regions.domain.refs import short_name
from regions.metrics.pages.links import OutsideLink


@dataclass(frozen=True, slots=True)
class MetricsScope:
    """Of what figures are asked: a cluster, a region, or (neither) the fleet."""

    region: str = ""
    namespace: str = ""
    cluster: str = ""

    @property
    def title(self) -> str:
        if self.cluster:
            return f"{self.namespace}/{self.cluster}" if self.namespace else self.cluster
        if self.region:
            return short_name(self.region)
        return "the fleet"

    @property
    def url(self) -> str:
        """The page of metrics of this scope; of a name that nothing can have, that of the fleet."""
        try:
            if self.cluster and self.namespace:
                return reverse("deployments:metrics", args=[self.namespace, self.cluster])
            if self.region:
                return reverse("metrics:region", args=[self.region])
        except NoReverseMatch:
            pass
        return reverse("metrics:index")

    @property
    def parameters(self) -> dict[str, str]:
        if self.cluster:
            return {"cluster": f"{self.namespace}/{self.cluster}"}
        return {"region": self.region} if self.region else {}


def scope_of(data: QueryDict) -> MetricsScope:
    """What an address asks for."""
    namespace, slash, cluster = data.get("cluster", "").strip().partition("/")
    if cluster:
        return MetricsScope(namespace=namespace, cluster=cluster)
    return MetricsScope(region=data.get("region", "").strip(), cluster="" if slash else namespace)


def chart(key: str, scope: MetricsScope, span: Span, ending: str = "") -> str:
    """The page of a chart, or with an ending (csv, json) its data."""
    name = f"metrics:chart_{ending}" if ending else "metrics:chart"
    return f"{reverse(name)}?{urlencode({'query': key, **scope.parameters, 'span': span.key})}"


def figure(key: str, scope: MetricsScope) -> str:
    """The page that explains a figure."""
    found = reverse("metrics:figure", args=[key])
    return f"{found}?{urlencode(scope.parameters)}" if scope.parameters else found


def exports(table: str, **parameters: str) -> tuple[OutsideLink, ...]:
    """A table as CSV and as JSON."""
    wanted = {key: value for key, value in parameters.items() if value}
    query = f"?{urlencode(wanted)}" if wanted else ""
    return tuple(
        OutsideLink(ending.upper(), reverse("metrics:export", args=[table, ending]) + query)
        for ending in ("csv", "json")
    )


def span_asked(data: QueryDict, usual: str = "") -> Span:
    """The span that an address asks for."""
    return span_of(data.get("span", usual))
