"""Numbers, why there are none, and small lines: `{% load panels %}`."""

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from regions.domain.alerts import ordering
from regions.domain.charts import geometry
from regions.domain.charts.units import counts, parts, say
from regions.domain.metrics.measures import Aggregate, Figure, Missing, Reading, Why
from regions.domain.refs import short_name
from regions.inventory import targets
from regions.metrics.pages import links
from regions.metrics.reads import measures
from regions.metrics.reads.values import Alert

register = template.Library()

WORDS = {
    Why.NOT_INSTALLED: "KOF is not there.",
    Why.NO_ENDPOINT: "Nowhere to ask.",
    Why.NO_CREDENTIALS: "No credentials.",
    Why.REFUSED: "The store refused.",
    Why.UNREACHABLE: "The store does not answer.",
    Why.SLOW: "The store is too slow.",
    Why.BROKEN: "The answer made no sense.",
    Why.NO_DATA: "No data.",
    Why.TOO_LARGE: "Too large a query.",
    Why.NO_VALUE: "No usable number.",
    Why.AMBIGUOUS: "Whose is not known.",
    Why.NOT_ASKED: "Not asked yet.",
    Why.STALE: "Too old.",
    Why.NOT_APPLICABLE: "n/a.",
    Why.NOT_PERMITTED: "Not permitted.",
}
ICONS = {
    Why.NOT_INSTALLED: "info",
    Why.NO_DATA: "dash",
    Why.NO_VALUE: "dash",
    Why.NOT_APPLICABLE: "dash",
    Why.NOT_ASKED: "clock",
    Why.STALE: "clock",
    Why.SLOW: "clock",
    Why.AMBIGUOUS: "unknown",
    Why.REFUSED: "forbidden",
    Why.NO_CREDENTIALS: "forbidden",
    Why.NOT_PERMITTED: "forbidden",
}
SHORT = {
    Why.NOT_INSTALLED: "not measured",
    Why.NO_ENDPOINT: "no store",
    Why.NO_CREDENTIALS: "no access",
    Why.REFUSED: "refused",
    Why.UNREACHABLE: "unreachable",
    Why.SLOW: "too slow",
    Why.BROKEN: "broken",
    Why.NO_DATA: "no data",
    Why.TOO_LARGE: "too large",
    Why.NO_VALUE: "no number",
    Why.AMBIGUOUS: "ambiguous",
    Why.NOT_ASKED: "not asked yet",
    Why.STALE: "stale",
    Why.NOT_APPLICABLE: "n/a",
    Why.NOT_PERMITTED: "not permitted",
}


@register.filter
def figure(value: float | None, unit: str) -> str:
    """A number with its unit; of none, the words "no data"."""
    return "no data" if value is None else say(value, unit)


@register.filter
def told(value: float | None, drawing: geometry.ChartDrawing) -> str:
    """A value of a chart, on the chart's own scale; of none, the words "no data"."""
    return "no data" if value is None else drawing.scale.tell(value)


@register.filter
def missing_word(missing: Missing) -> str:
    """Why there is no number, in two or three words."""
    return WORDS.get(missing.reason, "Not known.")


@register.filter
def missing_brief(missing: Missing) -> str:
    """The same in one word or two, for a narrow column."""
    return SHORT.get(missing.reason, "not known")


@register.filter
def missing_icon(missing: Missing) -> str:
    """The icon for why there is no number."""
    return ICONS.get(missing.reason, "unlinked")


@register.filter
def is_missing(found: Reading | Missing | None) -> bool:
    """Whether this is no number."""
    return not isinstance(found, Reading)


@register.simple_tag
def measured(found: Reading | Missing | None, bare: bool = False, money: bool = False) -> SafeString:
    """A figure inside a line or a cell: the number, or the reason for none with its sentence as title. `bare`: without
    its unit where the heading says what is counted; `money`: nor the currency."""
    if isinstance(found, Reading):
        alone = (bare and counts(found.unit)) or (money and found.unit.startswith("USD"))
        text = parts(found.value, found.unit)[0] if alone else say(found.value, found.unit)
        if found.lacks:
            return format_html('<span class="measured" title="At least: {}">≥\u202f{}</span>', found.lacks, text)
        return format_html('<span class="measured">{}</span>', text)
    if found is None:
        return format_html('<span class="measured measured--none" title="{}">—</span>', "Nothing was ever read")
    return format_html(
        '<span class="measured measured--none" title="{}">{}</span>', found.sentence, SHORT.get(found.reason, "unknown")
    )


@register.simple_tag
def spark(points: Sequence[float | None], low: float = 0.0, high: float = 1.0, label: str = "") -> SafeString:
    """A small line on a scale that it shares with its neighbours; decoration unless it has a label."""
    path, area = geometry.spark(points, (low, high))
    if not path:
        return format_html('<svg class="spark spark--none" {}></svg>', _named(label))
    return format_html(
        '<svg class="spark" viewBox="0 0 1000 1000" preserveAspectRatio="none" {}>'
        '<path class="chart__area s-1" d="{}"/><path class="chart__line s-1" d="{}"/></svg>',
        _named(label),
        area,
        path,
    )


def _named(label: str) -> SafeString:
    if label:
        return format_html('role="img" aria-label="{}"', label)
    return format_html('aria-hidden="{}"', "true")


@register.filter
def lacking(found: Aggregate | None) -> str:
    """Who is not part of an aggregate, in words; empty when it is whole."""
    said: list[str] = []
    if found is None:
        return ""
    if found.missing:
        said.append(f"not heard: {_listed(found.missing)}")
    if found.stale:
        said.append(f"stale: {_listed(found.stale)}")
    if found.least:
        said.append(f"known in part: {_listed(found.least)}")
    return "; ".join(said)


def _listed(names: Sequence[str], most: int = 4) -> str:
    shown = ", ".join(short_name(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


@register.simple_tag
def number(value: float, unit: str, bare: bool = False, least: object = "") -> SafeString:
    """A number that stands large, its unit smaller. `bare`: without a unit that the title says; `least`: it is known to
    be too small."""
    figure_, suffix = parts(value, unit)
    if bare and counts(unit):
        suffix = ""
    return format_html('<span class="measured">{}{}</span>{}', "≥\u202f" if least else "", figure_, _suffix(suffix))


def _suffix(suffix: str) -> SafeString:
    return format_html('<span class="measured__unit">\u202f{}</span>', suffix) if suffix else SafeString("")


@register.simple_tag
def change(found: Figure | None) -> SafeString:
    """How much more or less, with its sign; up is not red by itself: whether it is bad is for the reader to say."""
    if not isinstance(found, Reading):
        return measured(found)
    if abs(found.value) < 0.0005:
        return format_html('<span class="measured">{}</span>', say(0.0, found.unit))
    sign = "+" if found.value > 0 else ""
    return format_html('<span class="measured">{}{}</span>', sign, say(found.value, found.unit))


@register.simple_tag
def meter(share: float | None) -> SafeString:
    """A share as a bar; more than all of it is drawn full, in the colour of what asks for attention."""
    if share is None:
        return format_html('<svg class="share share--none" aria-hidden="{}"></svg>', "true")
    width = f"{100 * min(max(share, 0.0), 1.0):.1f}%"
    over = " share--over" if share > 1 else ""
    return format_html('<svg class="share{}" aria-hidden="true"><rect width="{}" height="100%"/></svg>', over, width)


_SEVERITY = {"critical": "failed", "error": "failed", "warning": "degraded", "info": "progressing"}


@register.filter
def severity_class(severity: str) -> str:
    """The CSS class of a severity; the colours are those of health."""
    return f"h-{_SEVERITY.get(severity.lower(), 'unknown')}"


@register.filter
def severity_icon(severity: str) -> str:
    """The icon of a severity, by name."""
    return _SEVERITY.get(severity.lower(), "info") if severity.lower() != "info" else "info"


@register.filter
def alert_url(alert: Alert) -> str:
    """The page of what an alert speaks of: its deployment, else its region."""
    if alert.deployment:
        namespace, _, name = alert.deployment.partition("/")
        return targets.url("ClusterDeployment", namespace, name)
    return targets.url("Region", "", alert.region) if alert.region else ""


@register.simple_tag(takes_context=True)
def firing(context: template.Context, region: str | None = None, deployment: str | None = None) -> dict[str, int]:
    """How many alerts fire by severity, worst first: of the fleet, a region or a deployment. Empty when none does."""
    viewer = context["request"].viewer
    return ordering.counts(ordering.once(measures.alerts(viewer=viewer, region=region, deployment=deployment)))


_OBJECTS = ("node", "pod", "deployment", "statefulset", "daemonset", "job_name", "persistentvolumeclaim", "name")


@register.filter
def alert_object(alert: Alert) -> str:
    """What in the cluster an alert speaks of, as kubectl would name it."""
    kind = next((one for one in _OBJECTS if alert.labels.get(one)), "")
    if not kind:
        return alert.labels.get("namespace", "")
    namespace = alert.labels.get("namespace", "")
    name = alert.labels[kind]
    word = "" if kind == "name" else f"{kind.removesuffix('_name')} "
    return f"{word}{namespace}/{name}" if namespace and kind != "node" else f"{word}{name}"


@register.filter
def silence_link(alert: Alert) -> links.OutsideLink | None:
    """Where Alertmanager silences this alert; None when no address of it is set."""
    keep = ("cluster", "clusterNamespace", "namespace", *_OBJECTS)
    return links.silence(alert.name, {key: alert.labels[key] for key in keep if alert.labels.get(key)})


@register.filter
def is_ahead(at: datetime | None) -> bool:
    """Whether this moment is still to come."""
    return at is not None and at > timezone.now()


@register.filter
def is_web(address: str) -> bool:
    """Whether this may be linked: alerts come from clusters, and might bring anything."""
    return address.startswith(("https://", "http://"))
