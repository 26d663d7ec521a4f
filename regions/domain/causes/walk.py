"""From what is asked about down to what is to blame: every object is looked at by every rule, and the deepest answer of
the most important kind is taken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from regions.domain.causes import rules
from regions.domain.causes.edges import below
from regions.domain.causes.evidence import Evidence, Thing
from regions.domain.causes.messages import heard
from regions.domain.causes.texts import clean
from regions.domain.causes.verdict import Finding, Step, Tier, Verdict
from regions.domain.health_scale import Health
from regions.domain.kinds import CAPI
from regions.domain.refs import Ref
from regions.domain.rules.common import stalled
from regions.domain.words import one_line

Rule = Callable[[Thing, Evidence], Iterator[Finding]]
MOST_OTHERS = 4


@dataclass(slots=True)
class _Node:
    thing: Thing
    depth: int
    parent: "_Node | None"
    under: list["_Node"] = field(default_factory=list)
    found: list[tuple[Finding, bool]] = field(default_factory=list)  # with whether the object speaks of itself

    @property
    def deeper(self) -> Iterator["_Node"]:
        for node in self.under:
            yield node
            yield from node.deeper


def explain(ground: Evidence) -> Verdict:
    """Say why the subject is not as it should be, or that nothing is wrong with it. Never raises for what it reads."""
    nodes = _walk(ground)
    for node in nodes.values():
        told = (finding for rule in rules.RULES for finding in rule(node.thing, ground))
        node.found = [(finding, finding.tier < Tier.STUCK) for finding in told]
        better = {key for finding, _ in node.found for key in finding.instead}
        node.found += [(one.finding, one.own) for one in heard(node.thing, ground) if one.finding.key not in better]
    candidates = [
        (finding, node)
        for node in nodes.values()
        for finding, own in node.found
        if own or not _explained(finding, node)
    ]
    plain = [
        _plain(node) for node in nodes.values() if node.thing.bad and not node.found and not stalled(node.thing.message)
    ]
    candidates += [
        (finding, nodes[finding.evidence])
        for finding in plain
        if not any(deep.found or deep.thing.bad for deep in nodes[finding.evidence].deeper)
    ]
    if any(finding.tier < Tier.STUCK for finding, _ in candidates):
        candidates = [(finding, node) for finding, node in candidates if finding.tier < Tier.STUCK]
    candidates.sort(key=lambda pair: _order(*pair))
    if not candidates or candidates[0][0].tier is Tier.WAITS:
        return _nothing_wrong(ground, nodes, candidates)
    best, node = candidates[0]
    others: dict[str, Finding] = {}  # said once, however many objects say it
    for finding, _ in candidates[1:]:
        if finding.sentence != best.sentence and (finding.key, finding.at) != (best.key, best.at):
            others.setdefault(finding.sentence, finding)
    steps = _steps(node, best)
    return Verdict(
        best.key,
        best.sentence,
        best.advice,
        best.said,
        steps,
        steps[-1],
        best.tier,
        tuple(others.values())[:MOST_OTHERS],
        best.shared,
    )


def _explained(finding: Finding, node: _Node) -> bool:
    """Whether something below says more: then this only repeats it."""
    least = max(Tier.PLAIN, finding.tier)
    return any(other.tier <= least for deep in node.deeper for other, _ in deep.found)


def _walk(ground: Evidence) -> dict[Ref, _Node]:
    """Every thing once, at the place where it is first met; what nothing leads to stands right below the subject."""
    top = _Node(ground.subject, 0, None)
    nodes, waiting = {ground.subject.ref: top}, [top]
    while waiting:
        node = waiting.pop(0)
        for thing in below(node.thing, ground):
            if thing.ref not in nodes:
                nodes[thing.ref] = found = _Node(thing, node.depth + 1, node)
                node.under.append(found)
                waiting.append(found)
        if not waiting:
            for thing in ground.things:
                if thing.ref not in nodes:
                    nodes[thing.ref] = found = _Node(thing, 1, top)
                    top.under.append(found)
    return nodes


def _order(finding: Finding, node: _Node) -> tuple[int, int, int, int, float, str]:
    since = finding.since.timestamp() if finding.since else 0.0
    return finding.tier, _stage(node.thing), -node.depth, finding.health.rank, since, node.thing.ref.key


def _stage(thing: Thing) -> int:
    """In the order in which a cluster comes up: what fails early keeps all that follows from coming."""
    kind, group = thing.kind, thing.ref.group
    if kind in ("ServiceSet", "ClusterSummary", "ServiceTemplate", "SveltosCluster"):
        return 3
    if kind == "MachineDeployment" or (group.endswith(CAPI) and kind.endswith(("Machine", "MachinePool"))):
        return 2 if f"{CAPI}/control-plane" not in thing.labels else 1
    return 1 if kind.endswith("ControlPlane") else 0


def _plain(node: _Node) -> Finding:
    """Nobody knows better: what the object itself says."""
    thing = node.thing
    said = one_line(clean(thing.message), 300)
    warned = next((one.message for one in thing.warned), "")
    return Finding(
        "unknown",
        Tier.PLAIN,
        f"{thing.kind} {thing.ref.name} is {thing.health.value.lower()}",
        "Read its own words: Pane knows no advice for this. Its events and the logs of its controller tell more.",
        thing.ref,
        thing.ref,
        said or one_line(clean(warned), 300),
        thing.since,
        thing.health,
    )


def _steps(node: _Node, finding: Finding) -> tuple[Step, ...]:
    path: list[Step] = []
    at: _Node | None = node
    while at:
        thing = at.thing
        path.insert(0, Step(thing.ref, thing.health, one_line(clean(thing.message), 300), thing.since))
        at = at.parent
    own = path[-1]
    if finding.at == own.ref:
        # Since when something is held back only the finding knows: the object itself may be well for long.
        since = finding.since if finding.since or finding.tier is Tier.HOLDS else own.since
        path[-1] = Step(own.ref, finding.health, finding.said or own.message, since)
        return tuple(path)
    for place, step in enumerate(path):
        if step.ref == finding.at:  # on the way already: what is below it only told of it
            return (*path[:place], Step(step.ref, finding.health, finding.said or step.message, finding.since))
    return (*path, Step(finding.at, finding.health, finding.said, finding.since, _missing(finding)))


def _missing(finding: Finding) -> bool:
    """Whether what is to blame is not there: the sentence says so, and the object is none that was looked at."""
    return finding.key.endswith(("-missing", "-gone", "resource-template")) and finding.at.kind != "Region"


def _nothing_wrong(ground: Evidence, nodes: dict[Ref, _Node], found: list[tuple[Finding, _Node]]) -> Verdict:
    """It is well, or on its way: then the deepest object that is still waited for, and what that says."""
    subject = ground.subject
    if subject.well:
        return Verdict("well", "Nothing is wrong with it", "", "", _alone(nodes[subject.ref]), None)
    waiting = [node for node in nodes.values() if node.thing.health in (Health.PROGRESSING, Health.DELETING)]
    waiting.sort(key=lambda node: (_stage(node.thing), -node.depth, node.thing.ref.key))
    node = waiting[0] if waiting else nodes[subject.ref]
    if found:
        finding, node = found[0]
        return Verdict(finding.key, finding.sentence, finding.advice, finding.said, _chain(node), None, Tier.WAITS)
    what = f"{node.thing.kind} {node.thing.ref.name}"
    said = one_line(clean(node.thing.message), 300)
    if subject.health in (Health.PROGRESSING, Health.DELETING):
        how = "being deleted" if subject.health is Health.DELETING else "on its way"
        verb = f"It is {how} and waits for"
        advice = rules.DELETING_WORDS if subject.health is Health.DELETING else rules.PATIENCE_WORDS
        return Verdict("under-way", f"{verb} {what}", advice, said, _chain(node), None, Tier.WAITS)
    if subject.health is Health.UNKNOWN:
        return Verdict("unknown", "Nothing says why", "", said, _alone(nodes[subject.ref]), None, Tier.PLAIN)
    return Verdict("under-way", "Nothing below it is wrong", "", said, _alone(nodes[subject.ref]), None, Tier.WAITS)


def _chain(node: _Node) -> tuple[Step, ...]:
    steps: list[Step] = []
    at: _Node | None = node
    while at:
        steps = [*_alone(at), *steps]
        at = at.parent
    return tuple(steps)


def _alone(node: _Node) -> tuple[Step, ...]:
    thing = node.thing
    return (Step(thing.ref, thing.health, one_line(clean(thing.message), 300), thing.since),)
