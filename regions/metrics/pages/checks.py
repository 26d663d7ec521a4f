"""What KOF itself raises no alert for, looked at by Pane: who vanished, and whether the way of the samples is free."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from regions.domain.charts.units import say
from regions.domain.metrics.measures import Figure, Missing, Reading, Why
from regions.domain.metrics.spending import Budget
from regions.domain.words import listed
from regions.metrics.pages.overview import held
from regions.metrics.pages.panels import PANELS
from regions.metrics.pages.place import rung
from regions.metrics.reads.values import ClusterMeasures, FleetMeasures


@dataclass(frozen=True, slots=True)
class KofCheck:
    """One thing that was looked at. `state`: good, warn, bad, or unknown; unknown is never good."""

    key: str
    title: str
    state: str
    sentence: str
    fix: str = ""

    @property
    def health(self) -> str:
        """The word on the scale of all objects."""
        return {"good": "Ready", "warn": "Degraded", "bad": "Failed"}.get(self.state, "Unknown")


_ORDER = ("bad", "warn", "unknown", "good")


def checks(found: FleetMeasures, budgets: Iterable[Budget] = ()) -> tuple[KofCheck, ...]:
    """All of them, worst first."""
    clusters = [one for region in found.regions for one in region.clusters] + list(found.others)
    made = [
        _vanished(clusters),
        _regions(found),
        *_stores(found),
        _queues(clusters),
        _failures(clusters),
        _watchdog(found),
        *_money(budgets),
    ]
    return tuple(sorted(made, key=lambda one: _ORDER.index(one.state)))


def _vanished(clusters: list[ClusterMeasures]) -> KofCheck:
    title = "Clusters that vanished"
    wanted = [one for one in clusters if one.role]
    gone = [one for one in wanted if not one.reporting]
    if not wanted:
        return KofCheck(
            "vanished", title, "unknown", "None is to be measured: no cluster has the label kof-cluster-role."
        )
    if not gone:
        return KofCheck("vanished", title, "good", f"All {len(wanted)} clusters that should report do.")
    # A cluster whose store is not heard may well report: that is not its fault.
    unheard = [one for one in gone if one.store is not None and not one.store.answers]
    lost = [one for one in gone if one.store is None or one.store.answers]
    if not lost:
        said = f"Of {len(unheard)} of {len(wanted)} clusters nobody can tell: their stores do not answer."
        return KofCheck("vanished", title, "unknown", said)
    first = next((f" {step.sentence}." for one in lost if (step := rung(one).failing)), "")
    said = f"{len(lost)} of {len(wanted)} do not report: {listed(one.label for one in lost)}."
    return KofCheck("vanished", title, "bad", said, f"{first} The ladder says for each where it stops.".strip())


def _regions(found: FleetMeasures) -> KofCheck:
    title = "Stores that answer"
    if not found.coverage.of:
        return KofCheck("stores", title, "unknown", "No store is known.")
    if found.coverage.whole:
        return KofCheck("stores", title, "good", f"{found.coverage.coverage} answer.")
    silent = listed([*found.coverage.missing, *found.coverage.stale])
    said = f"{found.coverage.coverage} answer; not {silent}. promxy hides this: it answers without them"
    said += " and says nothing."
    return KofCheck("stores", title, "bad", said, "The table of stores says what each one said at the last try.")


def _stores(found: FleetMeasures) -> Iterator[KofCheck]:
    stores = held(found.stores)
    if not stores:
        return
    used = {one.name: one.figures.get("store_used") for one in stores}
    yield _worst_of(
        "disk",
        "Disks of stores",
        "store_used",
        used,
        "used",
        "Let its volume grow, or shorten the retention: a full store takes in nothing more.",
    )
    eta = {one.name: one.figures.get("store_eta") for one in stores}
    yield _worst_of("eta", "Days until a store is full", "store_eta", eta, "left", "Let its volume grow before then.")
    closed = [one.name for one in stores if isinstance(ro := one.figures.get("store_ro"), Reading) and ro.value > 0]
    if closed:
        yield KofCheck(
            "read-only",
            "Stores that take in nothing",
            "bad",
            f"Read-only: {listed(closed)}.",
            "Its disk is full: samples are being lost until there is room.",
        )


def _worst_of(key: str, title: str, query: str, figures: dict[str, Figure | None], word: str, fix: str) -> KofCheck:
    panel = PANELS[query]
    known = {name: figure for name, figure in figures.items() if isinstance(figure, Reading)}
    quiet = [name for name in figures if name not in known]
    if not known:
        return KofCheck(key, title, "unknown", f"Not told by {listed(quiet)}." if quiet else "Nobody tells.")
    pick = min if panel.least else max
    name = pick(known, key=lambda one: known[one].value)
    value, unit = known[name].value, known[name].unit
    said = f"{name}: {'more than 999 days' if unit == 'd' and value > 999 else say(value, unit)} {word}."
    if quiet:
        said += f" Not told by {listed(quiet)}."
    tone = panel.tone(value) or ("unknown" if quiet else "good")
    return KofCheck(key, title, tone, said, fix if panel.tone(value) else "")


def _queues(clusters: list[ClusterMeasures]) -> KofCheck:
    figures = {one.label: one.figures.get("collector_queue") for one in clusters if one.role}
    fix = "Metrics wait in memory only: when it is full they are lost. Is its store slow, or out of reach?"
    return _worst_of("queues", "Queues of collectors", "collector_queue", figures, "full", fix)


def _failures(clusters: list[ClusterMeasures]) -> KofCheck:
    title = "Samples that could not be delivered"
    figures = {one.label: one.figures.get("collector_failures") for one in clusters if one.role}
    known = {name: figure.value for name, figure in figures.items() if isinstance(figure, Reading)}
    # A point now and then is delivered at the next try; what matters is a steady loss.
    panel = PANELS["collector_failures"]
    losing = sorted((name for name in known if panel.tone(known[name])), key=lambda name: -known[name])
    if losing:
        said = listed(f"{name} ({say(known[name], 'points/s')})" for name in losing) + "."
        return KofCheck("failures", title, "warn", said, "Look at the exporter of its collectors.")
    if not known:
        return KofCheck("failures", title, "unknown", "No collector tells.")
    return KofCheck("failures", title, "good", f"None, of {len(known)} of {len(figures)} clusters.")


def _watchdog(found: FleetMeasures) -> KofCheck:
    title = "The alerts themselves"
    dog = found.whole.get("watchdog")
    if isinstance(dog, Reading):
        return KofCheck("watchdog", title, "good", "Watchdog fires, so rules are evaluated and stored.")
    if isinstance(dog, Missing) and dog.reason is Why.NO_DATA:
        fix = "Look at promxy in namespace kof, and at its rules in ConfigMap kof-mothership-promxy-rules."
        said = "Watchdog does not fire: no rule is evaluated, so no alert can come."
        return KofCheck("watchdog", title, "bad", said, fix)
    why = dog.sentence if isinstance(dog, Missing) else "Nobody was asked."
    return KofCheck("watchdog", title, "unknown", why)


def _money(budgets: Iterable[Budget]) -> Iterator[KofCheck]:
    for one in budgets:
        name = "the fleet" if one.name == "*" else one.name
        title = f"Budget of {name}"
        if one.spent is None:
            yield KofCheck(f"budget-{one.name}", title, "unknown", "What it costs is not known.")
        elif one.crossed:
            yield KofCheck(
                f"budget-{one.name}",
                title,
                "warn",
                f"{one.spent:,.0f} of {one.amount:,.0f} a day.",
                "The page of costs says where it goes.",
            )
        else:
            state = "good" if one.whole else "unknown"
            rest = "" if one.whole else " by those that were heard"
            yield KofCheck(f"budget-{one.name}", title, state, f"{one.spent:,.0f} of {one.amount:,.0f} a day{rest}.")
