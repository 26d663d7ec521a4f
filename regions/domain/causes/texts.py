"""What objects say, made fit to be read: Go's artefacts and request numbers go, of bullets one stays, which matters."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from regions.domain import manifest as m
from regions.domain.causes.evidence import Thing
from regions.domain.words import one_line

RECENT = timedelta(hours=1)
"""How old a reported warning may be and still be taken as being about what an object is now."""

_GO = (
    (re.compile(r"%!\w\((?:[\w.*]+=)?((?:[^()]|\([^()]*\))*)\)"), r"\1"),  # %!w(string=no such host)
    (re.compile(r"%!\w\(<nil>\)|<nil>"), ""),
    (re.compile(r"rpc error: code = \w+ desc = "), ""),
    (re.compile(r",? ?(?:https )?response error StatusCode: (\d+)(?:, RequestID: [\w-]*)?"), r" (\1)"),
    (
        re.compile(
            r",? ?(?:request id|RequestID|Request ID|correlation ID|Trace ID|Timestamp)[:=] ?\"?[\w:. "
            r"-]*?[\w-]{8,}\"?",
            re.I,
        ),
        "",
    ),
    (re.compile(r"&\w+(?:\.\w+)*\{[^{}]*\}"), ""),  # a struct that was printed
    (re.compile(r"0x[0-9a-f]{8,}"), ""),
    (re.compile(r"^Cluster is not ready\. Check the provider logs for more details\.\s*"), ""),
    (re.compile(r"\\\""), '"'),
)
_NEUTRAL = frozenset({"Paused", "Deleting", "RollingOut", "ScalingUp", "ScalingDown", "Remediating", "Updating"})
_STEP = re.compile(r"^(?:\w+(?:Ready|Available|Initialized|Healthy|Probe)): ")


@lru_cache(maxsize=8192)  # many deployments say the same
def clean(text: str) -> str:
    """The text without what only a program wanted to know."""
    for pattern, instead in _GO:
        text = pattern.sub(instead, text)
    return text.strip()


@lru_cache(maxsize=8192)
def clause(text: str, start: int) -> str:
    """Of a text of several bullets the one at this place, with lines that go on with it, in one line."""
    lines, place = text.splitlines(keepends=True), 0
    for number, line in enumerate(lines):
        place += len(line)
        if start < place:
            said = line
            for after in lines[number + 1 :]:
                if re.match(r"\s*[*•-] |\s*\* ", after) and not line.rstrip().endswith(":"):
                    break
                said += after
            return _STEP.sub("", one_line(clean(said), 400))
    return one_line(clean(text), 400)


def told(thing: Thing, now: datetime) -> Iterator[tuple[str, datetime | None]]:
    """Everything that an object says about what is wrong, with when it began: the most telling first."""
    status = m.mapping(thing.body.get("status"))
    for place in (status, m.mapping(m.part(status, "deprecated", "v1beta1"))):
        if why := m.text(place.get("failureMessage")) or m.text(place.get("failureReason")):
            yield why, thing.since
    for one in m.items(status.get("featureSummaries")):
        if one.get("status") in ("Failed", "FailedNonRetriable") and one.get("failureMessage"):
            yield m.text(one["failureMessage"]), m.parse_time(one.get("lastAppliedTime")) or thing.since
    for one in m.items(status.get("services")):
        if one.get("state") == "Failed" and one.get("failureMessage"):
            yield m.text(one["failureMessage"]), m.parse_time(one.get("lastStateTransitionTime")) or thing.since
    for name, component in m.mapping(status.get("components")).items():
        if why := m.text(m.part(component, "error")):
            yield f"{name}: {why}", thing.since
    if why := m.text(status.get("validationError")):
        yield why, thing.since
    for found in m.conditions(thing.body):
        inverse = found["type"] in ("Stalled", "Deleting")
        wrong = found["status"] == "True" if inverse else found["status"] in ("False", "Unknown")
        if wrong and found["type"] not in (_NEUTRAL - {"Deleting"}) and (found["message"] or found["reason"]):
            yield found["message"] or found["reason"], found["changed_at"] or thing.since
    if thing.message:
        yield thing.message, thing.since
    for warning in thing.warned:
        if now - warning.at <= RECENT:
            yield warning.message, thing.since or warning.at
