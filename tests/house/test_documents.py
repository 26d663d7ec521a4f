"""What documents name is there: modules, what is in them, files, Make's targets; and no journey passes a file twice."""

import importlib
import re
from itertools import chain

import pytest

from tests.house.checkout import ROOT, tracked

DOCUMENTS = {
    name: text
    for name, text in tracked("*.md", "docs/*.md", "docs/**/*.md", "templates/**/*.md")
    if name != "CHANGELOG.md"  # it tells of what was
}
TOPS = ("regions", "deployments", "dashboard", "tests", "docs", "static", "templates", "deploy", ".ci", ".github")
PATH = re.compile(rf"(?<![\w./-])(?:{'|'.join(map(re.escape, TOPS))})(?:/[\w.*-]*\w)+/?")
DOTTED = re.compile(r"(?<![\w./-])(?:regions|deployments|dashboard|tests)(?:\.\w+)+")
SPAN = re.compile(r"`([^`\n]+)`")
TARGET = re.compile(r"^\$ make (\w[\w-]*)|`make (\w[\w-]*)", re.MULTILINE)
HOSTED = re.compile(r"^[\w-]+\.[\w.-]+/")  # an API group with a name, such as pane.k0rdent.dev/submission


def there(path: str) -> bool:
    """A file, a folder, a module without its ending, or a pattern that fits some."""
    place = path.rstrip("/")
    return bool(list(ROOT.glob(place)) or (ROOT / f"{place}.py").is_file())


def imported(dotted: str) -> bool:
    """A module, or something in one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:length])
        if place.is_dir() or place.with_suffix(".py").is_file():
            found: object = importlib.import_module(".".join(parts[:length])) if length < len(parts) else None
            for name in parts[length:]:
                if not hasattr(found, name) and name not in getattr(found, "__annotations__", {}):
                    return False
                found = getattr(found, name, None)
            return True
    return False


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_and_module_that_a_document_names_is_there(document: str):
    text = DOCUMENTS[document]
    assert [path for path in dict.fromkeys(PATH.findall(text)) if not there(path)] == []
    names = (name for name in dict.fromkeys(DOTTED.findall(text)) if not name.endswith((".py", ".md")))
    assert [name for name in names if not imported(name)] == []


@pytest.mark.parametrize("document", ["docs/architecture.md", "docs/journeys.md", "CONTRIBUTING.md"])
def test_paths_are_written_in_full_so_that_they_can_be_looked_for(document: str):
    spans = SPAN.findall(DOCUMENTS[document])
    shaped = [span for span in spans if re.fullmatch(r"[\w.*-]+(/[\w.*-]+)+/?", span) and not HOSTED.match(span)]
    assert shaped
    assert [span for span in shaped if span.split("/")[0] not in TOPS] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_target_of_make_that_a_document_names_is_there(document: str):
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(filter(None, chain.from_iterable(TARGET.findall(DOCUMENTS[document])))) <= targets


def test_every_link_between_documents_leads_somewhere():
    broken = [
        f"{document}: {link}"
        for document, text in DOCUMENTS.items()
        for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
        if not (ROOT / document).parent.joinpath(link).exists()
    ]
    assert broken == []


def test_the_architecture_is_short_enough_to_be_read():
    assert len(DOCUMENTS["docs/architecture.md"].splitlines()) <= 200


STOREYS = {"regions": 0, "deployments": 1, "dashboard": 2, "templates": 3, "static": 3}


def test_the_journeys_of_data_pass_no_file_twice_and_go_one_way():
    """A journey is a numbered list; each step begins with its file. Its arrow says whether it goes up or down."""
    journeys = re.split(r"^## ", DOCUMENTS["docs/journeys.md"], flags=re.MULTILINE)[1:]
    assert len(journeys) == 4
    every: list[str] = []
    for journey in journeys:
        title = journey.splitlines()[0]
        files = re.findall(r"^\d+\. `([^`]+)`", journey, re.MULTILINE)
        assert len(files) >= 10, title
        floors = [STOREYS[file.split("/")[0]] for file in files]
        assert floors == sorted(floors, reverse="⭣" in title), title
        assert ("⭡" in title or "⭣" in title) == (len(set(floors)) > 1), title
        every += files
    assert [file for file in every if not (ROOT / file).is_file()] == []
    assert len(every) == len(set(every)), [file for file in set(every) if every.count(file) > 1]
