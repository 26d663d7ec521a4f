"""The README's table of variables is what the settings read."""

import re

from tests.house.checkout import ROOT, tracked

READ = re.compile(r"\b(?:text|flag|number|share|shard|items|choice|path)\(\s*\"([A-Z_]+)\"")
TABLE = re.compile(r"^\| `(PANE_[A-Z_]+)` \|", re.MULTILINE)


def test_every_variable_that_is_read_is_in_the_readme_and_no_other():
    read = {f"PANE_{name}" for _, text in tracked("dashboard/*.py") for name in READ.findall(text)}
    assert len(read) > 10
    assert set(TABLE.findall((ROOT / "README.md").read_text())) == read
