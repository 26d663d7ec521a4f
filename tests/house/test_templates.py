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
