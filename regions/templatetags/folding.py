"""Messages of controllers as pages show them: bullet lines become lists, and what is long folds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from regions.domain.bounds import cut

LONG = 220
"""From this many characters on, a message folds: its first sentence stays visible."""

_BULLET = re.compile(r"^(\s*)[*•-]\s+(.*)$")


def message(text: str | None, limit: int = LONG) -> SafeString:
    """A message as HTML: Cluster API's bullet lines as nested lists, long ones folded behind their first words."""
    text = cut((text or "").strip())
    if not text:
        return mark_safe("")
    lines = text.splitlines()
    if len(text) <= limit and len(lines) <= 4:
        return _body(lines)
    first = oneline(text)
    head = first if len(first) <= limit else first[: limit - 1].rsplit(" ", 1)[0] + " …"
    return format_html(
        '<details class="fold"><summary><span class="fold__head">{}</span></summary><div class="fold__body">{}</div>'
        "</details>",
        head,
        _body(lines),
    )


def oneline(text: str | None) -> str:
    """The message on one line, without its bullets: for rows and titles."""
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    bare = [match.group(2) if (match := _BULLET.match(line)) else line for line in lines]
    return "".join(
        line if place == len(bare) - 1 else f"{line} " if line.endswith(":") else f"{line} · "
        for place, line in enumerate(bare)
    )


@dataclass(frozen=True, slots=True)
class Alike:
    """Rows that say the same: shown once, with all of their names."""

    message: str  # empty when they are well: then nothing needs to be said
    row: Any  # the first of them
    members: tuple[Any, ...]


def alike(things: Iterable[Any]) -> list[Alike]:
    """Rows of one kind with the same health and message together, worst first. A thing is a Row or has one (`row`)."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for one in things:
        row = getattr(one, "row", one)
        well = row.health == "Ready" or row.last_health == "Ready"
        # Objects say their own names; without them the rest is the same.
        said = "" if well else row.message.replace(row.target.name, "it")
        found.setdefault((row.health.rank, row.target.kind, row.last_health or "", said), []).append(one)
    groups = sorted(found.items(), key=lambda group: group[0][0])
    return [
        Alike(
            message if len(members) > 1 else "" if not message else _row(members[0]).message,
            _row(members[0]),
            tuple(members),
        )
        for (_, _, _, message), members in groups
    ]


def _row(thing: Any) -> Any:
    return getattr(thing, "row", thing)


@dataclass(frozen=True, slots=True)
class Talk:
    """Routine changes of one kind and reason, said once."""

    what: str
    who: str
    said: str
    times: int


def talk(changes: Iterable[Any]) -> list[Talk]:
    """What is routine, by kind and reason, newest first: at most a dozen, with what one of each said."""
    found: dict[tuple[str, str], list[Any]] = {}
    for one in changes:
        found.setdefault((one.kind, one.reason), []).append(one)
    listed = []
    for (kind, reason), ones in list(found.items())[:12]:
        names = {one.name for one in ones}
        who = f"{kind} {ones[0].name}" if len(names) == 1 else f"{len(names)} × {kind}"
        words = ones[0].message if ones[0].source == "reported" else beside(reason, ones[0].message)
        what = reason if ones[0].source == "reported" else happened(reason)
        listed.append(Talk(what, who, _cut(oneline(words)), sum(one.count for one in ones)))
    if len(found) > len(listed):
        listed.append(Talk(f"{len(found) - len(listed)} other kinds of report", "", "", 1))
    return listed


def _cut(text: str) -> str:
    return text if len(text) <= 160 else text[:159] + "…"


_TURNED = re.compile(r"^(.+)Became(True|False|Unknown)$")
_SAID = re.compile(r"^\S+ became \w+(?: \(([^)]*)\))?(?:: |\. |\.?$)")
_FIELDS = re.compile(r"\. Status: [^.]*$")
_PLAIN = {
    "DeletionRequested": "is to be deleted",
    "PhaseChanged": "phase changed",
    "ServiceStateChanged": "services changed",
    "ComponentChanged": "components changed",
    "ReplicasChanged": "replicas changed",
    "TemplateChanged": "template changed",
    "VersionChanged": "version changed",
    "SpecChanged": "spec changed",
    "LabelsChanged": "labels changed",
    "DataChanged": "data changed",
    "StatusChanged": "status changed",
    "LinkSilent": "fell silent",
    "LinkRefused": "refused us",
    "LinkRestored": "answers again",
    "LinkUnsupported": "has no kubeconfig that Pane accepts",
    "LinkBroken": "is not followed: a fault of Pane",
    "NotRecorded": "told what could not be recorded",
    "LinkConnected": "connected",
    "ClusterReplaced": "is another cluster now",
    "Created": "created",
    "Deleted": "deleted",
    "Paused": "paused",
    "Resumed": "resumed",
}


def happened(reason: str) -> str:
    """What an observed change was, in words: `ReadyBecameFalse` is "Ready became False"."""
    if turned := _TURNED.match(reason):
        return f"{turned[1]} became {turned[2]}"
    if reason not in _PLAIN and reason.endswith(("Changed", "Removed")):
        return f"{reason[:-7]} {reason[-7:].lower()}"
    return _PLAIN.get(reason, reason)


def beside(reason: str, text: str) -> str:
    """The message of a change without what its row says already (the condition that turned, and how), and without the
    names of status fields where sentences say more."""
    text = _FIELDS.sub("", text)
    if _TURNED.match(reason) and (said := _SAID.match(text)):
        rest = text[said.end() :]
        return ": ".join(part for part in (said[1], rest) if part)
    return text


def _body(lines: list[str]) -> SafeString:
    parts: list[SafeString] = []
    bullets: list[tuple[int, str]] = []
    for line in lines:
        match = _BULLET.match(line)
        if match:
            bullets.append((len(match.group(1)), match.group(2)))
        elif bullets and line.startswith(" ") and line.strip():
            bullets[-1] = (bullets[-1][0], f"{bullets[-1][1]} {line.strip()}")
        else:
            if bullets:
                parts.append(_list(bullets))
                bullets = []
            if line.strip():
                parts.append(format_html("<p>{}</p>", line.strip()))
    if bullets:
        parts.append(_list(bullets))
    if len(parts) == 1 and not _BULLET.match(lines[0]):
        return conditional_escape(lines[0].strip())  # one plain line needs no paragraph of its own
    return format_html('<div class="prose">{}</div>', format_html_join("", "{}", ((part,) for part in parts)))


def _list(bullets: list[tuple[int, str]]) -> SafeString:
    """Bullets of one depth as a list; deeper ones become lists of their own inside the bullet above them."""
    floor = min(depth for depth, _ in bullets)
    items: list[SafeString] = []
    index = 0
    while index < len(bullets):
        _, text = bullets[index]
        index += 1
        start = index
        while index < len(bullets) and bullets[index][0] > floor:
            index += 1
        inner = _list(bullets[start:index]) if index > start else mark_safe("")
        items.append(format_html("<li>{}{}</li>", text, inner))
    return format_html("<ul>{}</ul>", format_html_join("", "{}", ((item,) for item in items)))
