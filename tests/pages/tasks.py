"""What a stranger wants to know or do, counted in clicks from the overview: docs/tasks.md is made of this table.

`python -m tests.pages.tasks` writes it.
"""

from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/tasks.md"
BEGIN, END = "<!-- made by tests/pages/tasks.py -->\n", "<!-- until here -->\n"
MOST = 3

Step = tuple[str, ...]
"""`("click", selector, what a person would call it)`, or `("type", selector, text)`: keys are no clicks."""


def click(selector: str, name: str) -> Step:
    return "click", selector, name


def menu(name: str) -> Step:
    return click(f'.nav a:has-text("{name}")', name)


def way(name: str) -> Step:
    return click(f'.ways a:text-is("{name}")', name)


def type_(selector: str, text: str) -> Step:
    return "type", selector, text


@dataclass(frozen=True)
class Task:
    """`shows`: what then stands on the page. `kubectl`: the same without Pane; empty where it cannot be had so."""

    wish: str
    steps: tuple[Step, ...]
    shows: str
    kubectl: tuple[str, ...]
    besides: str = ""

    @property
    def clicks(self) -> int:
        return sum(step[0] == "click" for step in self.steps)

    @property
    def path(self) -> str:
        """The way as a person tells it."""
        said = [f"“{text}”" if kind == "type" else text for kind, _, text in self.steps]
        return " › ".join(said) or "the overview itself"


FAILED = '#needs a[href^="/deployments/"]'
TICK = 'tbody input[name="chosen"] >> nth={}'

TASKS = (
    Task(
        "Which region is sick, and why?",
        (),
        r"Components not ready|context deadline exceeded|is not yet ready",
        ("get regions", "describe region NAME", "--kubeconfig REGION get --raw /readyz"),
    ),
    Task(
        "Why does a cluster fail, and what to do?",
        (click(f"{FAILED} >> nth=0", "its name under Needs you"),),
        r"What to do",
        (
            "get cld -A",
            "describe cld NAME",
            "get secret REGION-kubeconfig -o jsonpath=…",
            "--kubeconfig REGION get machines,awsmachines",
            "--kubeconfig REGION describe awsmachine NAME",
        ),
    ),
    Task(
        "A credential of AWS",
        (
            menu("Credentials"),
            click('a[href="/new/credential/"]', "New credential"),
            click('main a[href*="aws"]', "AWS"),
        ),
        r"[Ss]ecret access key",
        (
            "apply -f secret.yaml",
            "apply -f identity.yaml",
            "apply -f resource-template.yaml",
            "apply -f credential.yaml",
        ),
    ),
    Task(
        "… and a cluster in a region with it",
        (menu("Deployments"), click('a[href="/new/deployment/"]', "New deployment")),
        r"[Cc]redential",
        ("get credentials", "get clustertemplates", "apply --dry-run=server -f cld.yaml", "apply -f cld.yaml"),
    ),
    Task(
        "Register a region",
        (menu("Regions"), click('main a[href="/new/region/"]', "New region")),
        r"[Kk]ubeconfig",
        ("create secret generic NAME --from-file=kubeconfig", "apply -f region.yaml", "get region NAME -w"),
    ),
    Task(
        "Scale a cluster",
        (
            menu("Deployments"),
            click("#deployments .table__name a >> nth=0", "its name"),
            click('a[href$="/scale/"]', "Scale"),
        ),
        r"[Ww]orkers",
        ("get cld NAME -o yaml", "patch cld NAME --type=merge -p '{…}'"),
    ),
    Task(
        "Upgrade three clusters",
        (
            menu("Deployments"),
            click(TICK.format(0), "tick"),
            click(TICK.format(1), "tick"),
            click(TICK.format(2), "tick"),
            click('button[value="upgrade"]', "Upgrade chosen"),
        ),
        r"[Uu]pgrade",
        ("get clustertemplatechains -o yaml", "patch cld A …", "patch cld B …", "patch cld C …"),
        "three of the clicks say which",
    ),
    Task(
        "What happened at 03:00?",
        (
            menu("Feed"),
            click(".feed-more summary", "More"),
            type_("#feed-since", "03:00"),
            click('.filters button:text-is("Apply")', "Apply"),
        ),
        r"since=03%3A00",
        (),
        "Events are kept for an hour, and nothing keeps what objects were",
    ),
    Task(
        "What does a region cost this week?",
        (way("The week"),),
        r"Cost by region|Cost",
        (),
        "PromQL against OpenCost's series, a store after the other",
    ),
    Task(
        "The wall on a TV",
        (
            menu("Wall"),
            click('.wall__ways a:text-is("Screens")', "Screens"),
            type_("#id_name", "Hall"),
            click('button:text-is("Make the link")', "Make the link"),
        ),
        r"The code of Hall",
        (),
    ),
    Task(
        "Tell the team chat",
        (way("Who is told"), click('a[href="/notices/rules/new/"]', "New rule")),
        r"Slack",
        (),
        "Alertmanager tells of metrics alone",
    ),
    Task(
        "All clusters of team X",
        (
            menu("Deployments"),
            type_("#deployments-label", "team=checkout"),
            click('.filters > button:text-is("Apply")', "Apply"),
        ),
        r"label=team%3Dcheckout",
        ("get cld -A -l team=checkout",),
    ),
    Task("Export a report", (way("The week"), click('a:text-is("CSV")', "CSV")), r"", ()),
)


def table() -> str:
    """The table of the document."""
    rows = ["| wish | clicks | the way from the overview | by kubectl |", "|---|---|---|---|"]
    for task in TASKS:
        commands = "; ".join(f"`{one}`" for one in task.kubectl)
        count = f"{len(task.kubectl)}: " if task.kubectl else "not to be had"
        besides = f" ({task.besides})" if task.besides else ""
        shown = f"{task.clicks}{besides if task.kubectl else ''}"
        rows.append(f"| {task.wish} | {shown} | {task.path} | {count}{commands}{besides if not task.kubectl else ''} |")
    return "\n".join(rows) + "\n"


def write() -> None:
    text = PAGE.read_text(encoding="utf-8")
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    PAGE.write_text(text[:begin] + table() + text[end:], encoding="utf-8")


if __name__ == "__main__":
    write()
