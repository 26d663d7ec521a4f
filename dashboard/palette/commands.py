"""What the palette knows: pages, and what can be done with an object, each with the right that it takes."""

from collections.abc import Iterator
from dataclasses import dataclass

from regions.domain.roles import Right


@dataclass(frozen=True, slots=True)
class Command:
    """`route` is the name of a page's address; of an action the object's namespace and name fill it."""

    title: str
    route: str
    icon: str
    words: str = ""  # what else somebody may type for it
    right: Right = Right.SEE
    arguments: tuple[str, ...] = ()  # before the object's own, such as the name of an action
    query: str = ""  # `{}` is namespace/name


PAGES = (
    Command("Overview", "overview", "overview", "home start"),
    Command("Regions", "regions:list", "regions", "clusters"),
    Command("Deployments", "deployments:list", "deployments", "clusterdeployments clusters"),
    Command("Map", "map", "regions", "world geography where"),
    Command("Topology", "topology:fleet", "regions", "tree graph picture"),
    Command("Credentials", "credentials:list", "credentials", "identities"),
    Command("Originals and copies", "credentials:matrix", "credentials", "credentials identities accounts matrix"),
    Command("Templates", "deployments:templates", "templates", "catalog versions"),
    Command("Services", "deployments:services", "services", "multiclusterservices"),
    Command("Metrics", "metrics:index", "metrics", "kof capacity"),
    Command("Alerts", "metrics:alerts", "metrics", "firing"),
    Command("Cost", "metrics:cost", "metrics", "opencost money"),
    Command("Backups", "deployments:backups", "backups", "velero"),
    Command("Objects of k0rdent", "deployments:object_kinds", "object", "accessmanagement releases ipam kinds"),
    Command("Saved views", "saved:list", "filter", "lists filters columns"),
    Command("Reliability", "reliability", "metrics", "availability slo budget flapping incidents uptime"),
    Command("The week", "reports:this_week", "metrics", "report weekly incidents upgrades cost"),
    Command("Feed", "feed", "feed", "changes events log"),
    Command("Wall", "wall:regions", "wall", "tv screen"),
    Command("Glossary", "glossary", "info", "words terms help meaning"),
    Command("Notices", "notices:list", "bell", "alerts webhooks rules"),
    Command("Access", "people:access", "info", "rights rbac roles"),
    Command("Audit trail", "people:audit", "feed", "who did what", Right.AUDIT),
    Command("Account", "people:account", "info", "tokens password theme"),
    Command("New deployment", "deployments:new", "plus", "create make cluster", Right.DEPLOYMENTS),
    Command("New credential", "credentials:choose", "plus", "create add", Right.CREDENTIALS),
    Command("Register a region", "deployments:new_region", "plus", "create new add", Right.REGIONS),
)

SHORTEST = 3
"""Letters of a verb: two begin too many names."""
_ACT = "deployments:act"
ACTIONS: dict[str, tuple[Command, ...]] = {
    "ClusterDeployment": (
        Command("Edit", "deployments:edit", "deployments", "change yaml", Right.DEPLOYMENTS),
        Command("Scale", _ACT, "deployments", "workers size nodes", Right.DEPLOYMENTS, ("scale",)),
        Command("Upgrade", _ACT, "deployments", "template version", Right.DEPLOYMENTS, ("upgrade",)),
        Command("Retry", _ACT, "deployments", "reconcile again", Right.DEPLOYMENTS, ("retry",)),
        Command("Pause or resume", _ACT, "deployments", "suspend", Right.DEPLOYMENTS, ("pause",)),
        Command("Clone", "deployments:new", "plus", "copy", Right.DEPLOYMENTS, query="from={}"),
        Command("Compare", "deployments:compare", "deployments", "diff then now", query="of={}%401d&of={}"),
        Command("Metrics of", "deployments:metrics", "metrics", "cpu memory"),
        Command("Reliability of", "deployments:reliability", "metrics", "availability slo"),
        Command("Kubeconfig of", "deployments:kubeconfig", "credentials", "kubectl access login", Right.CREDENTIALS),
        Command("Timeline of", "deployments:timeline", "clock", "history"),
        Command("Topology of", "topology:deployment", "regions", "tree graph picture parts"),
        Command("Delete", "deployments:delete", "cross", "remove destroy", Right.DEPLOYMENTS),
    ),
    "Credential": (
        Command("Rotate", "credentials:rotate", "credentials", "renew secret key", Right.CREDENTIALS),
        Command("Copy", "credentials:copy", "credentials", "region namespace", Right.CREDENTIALS),
        Command("Delete", "credentials:delete", "cross", "remove", Right.CREDENTIALS),
    ),
    "Region": (
        Command("Reliability of", "regions:reliability", "metrics", "availability slo"),
        Command("Metrics of", "metrics:region", "metrics", "cpu memory"),
        Command("Topology of", "topology:region", "regions", "tree graph picture"),
        Command("Providers of", "deployments:region_providers", "regions", "enable capi", Right.REGIONS),
        Command("Kubeconfig of", "deployments:region_kubeconfig", "credentials", "rotate access", Right.REGIONS),
        Command("Pause or resume", "deployments:region_pause", "regions", "suspend", Right.REGIONS),
        Command("Give up", "deployments:region_delete", "cross", "delete remove deregister", Right.REGIONS),
    ),
}


def matching(text: str, commands: tuple[Command, ...]) -> Iterator[Command]:
    """Those of which every word typed begins a word, in title or beside it; the title's own first."""
    typed = text.lower().split()
    for near in (True, False):
        for one in commands:
            title = one.title.lower().split()
            words = (*title, *one.words.split())
            fits = all(any(word.startswith(part) for word in words) for part in typed)
            if fits and (bool(typed) and title[0].startswith(typed[0])) is near:
                yield one


def split(text: str) -> tuple[str, str]:
    """What is to be done, and of what: `scale orders-prod`, or `orders-prod scale`. The verb is empty where none is."""
    words = text.split()
    if len(words) < 2:
        return "", text.strip()
    for verb, rest in ((words[0], words[1:]), (words[-1], words[:-1])):
        if len(verb) >= SHORTEST and any(next(matching(verb, each), None) for each in ACTIONS.values()):
            return verb.lower(), " ".join(rest)
    return "", text.strip()
