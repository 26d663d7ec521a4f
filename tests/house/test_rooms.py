"""Finding a room: where a newcomer would look for a line, and what must stay where others know it to be.

`python -m tests.house.test_rooms` prints what a fresh reader is shown: every file, and the first line of each package.
"""

import ast
from collections.abc import Iterator

import yaml

from tests.house.checkout import ROOT, tracked

ROOMS = yaml.safe_load((ROOT / "tests/house/rooms.yaml").read_text())
STOREYS = ("regions", "deployments", "dashboard")
TOOLS = ("dashboard/demo/", "dashboard/bench/")  # beside the frame: nothing of the product imports them


def test_every_question_has_its_room():
    assert len(ROOMS) == 40
    assert [room["file"] for room in ROOMS if not (ROOT / room["file"]).is_file()] == []


def test_every_package_says_in_its_first_line_what_is_in_it():
    silent = [name for name, line in _packages() if not line and not _only_django(name)]
    assert silent == []


VIEWS = ("api.py", "urls.py")  # a view of the API is called as what it shows
TWICE = {
    "Behind": "of a figure; of a proxy",
    "Condition": "as a cluster sends it; as a page shows it",
    "Evidence": "of a cause; of a credential's life",
    "ListPage": "as it is decoded; as a stream tells it",
    "NotFound": "of a cluster; of the copy",
    "Query": "of a store; of an address",
    "Refused": "by a cluster; of a socket",
    "Step": "of a cause; of a Submission",
    "Turns": "of the poller; of a store's charts",
    "Upkeep": "the rule; its row",
}
"""Names with two meanings, each with why. Nothing is added here without thought: a reader knows a word once."""


def test_a_class_has_a_name_of_its_own():
    defined: dict[str, list[str]] = {}
    for name, text in tracked(*(f"{storey}/*.py" for storey in STOREYS)):
        if name.startswith((*TOOLS, "dashboard/management/")) or "/migrations/" in name or name.endswith(VIEWS):
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                defined.setdefault(node.name, []).append(name)
    twice = {name: files for name, files in defined.items() if len(files) > 1}
    assert {name: files for name, files in twice.items() if name not in TWICE} == {}
    assert [name for name in TWICE if name not in twice] == []


def _packages() -> Iterator[tuple[str, str]]:
    for name, text in tracked(*(f"{storey}/**/__init__.py" for storey in STOREYS)):
        yield name, (ast.get_docstring(ast.parse(text)) or "").split("\n")[0]


def _only_django(name: str) -> bool:
    """Packages whose name is Django's: it says what is in them."""
    return name.split("/")[-2] in {"migrations", "templatetags", "management", "commands"}


def tree() -> Iterator[str]:
    """What a newcomer sees of the product."""
    said = dict(_packages())
    for name, _ in tracked(*(f"{storey}/*" for storey in STOREYS)):
        if name.startswith(TOOLS) or "/migrations/" in name:
            continue
        yield f"{name.removesuffix('__init__.py')}  # {said[name]}" if said.get(name) else name


if __name__ == "__main__":
    print("\n".join(tree()))
