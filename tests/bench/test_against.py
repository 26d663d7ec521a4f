"""Another revision beside this one: how it is fetched, and how what it uses is counted."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from dashboard.bench.against import Processor, checked_out, flat
from dashboard.bench.report import Unavailable


def test_a_revision_comes_into_a_folder_of_its_own_and_shares_an_equal_environment(tmp_path: Path):
    side = checked_out("HEAD", tmp_path, lambda line: None)
    assert (side.folder / "manage.py").is_file()
    assert side.folder != Path.cwd()
    assert side.python == sys.executable


def test_a_revision_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(Unavailable, match="git has no revision 'never-made'"):
        checked_out("never-made", tmp_path, lambda line: None)


def test_numbers_are_compared_by_path_and_lists_by_their_median():
    found = dict(flat({"quick": True, "many": {"p95": 2}, "ratios": [3, 1, 2], "name": "x", "none": []}))
    assert found == {"many/p95": 2.0, "ratios": 2}


def test_processor_seconds_are_those_of_programs_in_the_folder(tmp_path: Path):
    work = "import time\nwhile time.process_time() < 0.6: pass\ntime.sleep(60)"
    busy = [sys.executable, "-c", work, "watch"]
    with Processor(tmp_path) as used:
        inside = subprocess.Popen(busy, cwd=tmp_path)
        outside = subprocess.Popen(busy, cwd=tmp_path.parent)
        try:
            end = time.monotonic() + 60
            while used.seconds().get("processor_seconds/watch", 0) < 0.5 and time.monotonic() < end:
                time.sleep(0.05)
        finally:
            for process in (inside, outside):
                process.kill()
                process.wait()
    assert 0.5 <= used.seconds()["processor_seconds/watch"] < 1.1
