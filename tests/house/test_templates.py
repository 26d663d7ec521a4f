"""Templates are formatted by one tool, as Python is."""

import subprocess
import sys
from pathlib import Path

from tests.house.checkout import ROOT


def test_templates_are_formatted():
    files = sorted(str(file.relative_to(ROOT)) for file in (ROOT / "templates").rglob("*.html"))
    assert len(files) > 150
    djade = Path(sys.executable).parent / "djade"
    done = subprocess.run(
        [djade, "--check", "--target-version", "5.2", *files], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"run: djade --target-version 5.2 <file>\n{done.stderr or done.stdout}"


def test_few_lines_are_longer_than_those_of_python():
    """Some cannot be broken: white space between inline elements shows. Break between words, attributes and blocks."""
    lines = [line for file in (ROOT / "templates").rglob("*.html") for line in file.read_text().splitlines()]
    long = [line for line in lines if len(line) > 120]
    assert len(long) < len(lines) / 10, f"{len(long)} of {len(lines)}"
