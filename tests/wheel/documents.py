"""The commands of the documents on installing, operating and asking: each has to be run by a test."""

import re

from tests.house.checkout import ROOT

DOCUMENTS = ("docs/installing.md", "docs/operating.md", "docs/api.md")
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(*programs: str) -> list[str]:
    """Those that begin with one of these (all, without any), in the order in which they stand."""
    text = "\n".join((ROOT / name).read_text() for name in DOCUMENTS)
    found = [line.removeprefix("$ ") for block in BLOCK.findall(text) for line in block.splitlines()]
    return [line for line in found if not programs or line.split()[0] in programs]


def block(language: str) -> str:
    """The first block of a language in the first document."""
    found = re.search(rf"^```{language}\n(.*?)^```", (ROOT / DOCUMENTS[0]).read_text(), re.MULTILINE | re.DOTALL)
    assert found
    return found[1]
