"""Every part of `bench` runs and finds numbers that can be true. How large they are is for no test to judge."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from dashboard.bench.report import Line, Part, percentile, summary, table
from tests.conftest import need
from tests.rig import binaries


def quick(folder: Path, name: str, **environment: str) -> dict[str, Any]:
    """What a quick run of one part says."""
    return run(folder, name, **environment)[name]


def run(folder: Path, *names: str, **environment: str) -> dict[str, dict[str, Any]]:
    """What a quick run of these parts says, by name."""
    file = folder / "figures.json"
    done = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench", *names, "--quick", "--json", str(file)],
        env={**os.environ, "PANE_DATA": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(file.read_text())
    assert found["quick"] is True
    assert found["machine"]["python"]
    for part in found["parts"]:
        for line in part["lines"]:
            assert line["what"] in done.stdout
    return {part["name"]: part for part in found["parts"]}


@pytest.mark.real
def test_what_needs_real_api_servers_is_timed_beside_kubectl(tmp_path: Path):
    need(binaries.find(), binaries.HOW)
    parts = run(tmp_path, "sync", "latency", "memory")

    figures = parts["sync"]["figures"]
    assert figures["objects"] == 300
    for seconds in (*figures["pane_seconds"], *figures["kubectl_kinds_seconds"], *figures["kubectl_clusters_seconds"]):
        assert 0.1 < seconds < 280
    assert figures["ratio"] == pytest.approx(figures["kubectl_kinds_seconds"][0] / figures["pane_seconds"][0])

    figures = parts["latency"]["figures"]
    assert 0 < figures["kubectl"]["median"] < 60
    way, later = figures["socket"]["way"], figures["socket"]["later_than_kubectl"]
    assert way["count"] > 20
    assert 0 < way["min"] <= way["median"] <= way["p95"] <= way["p99"] <= way["max"] < 60
    assert later["median"] < way["max"]

    figures = parts["memory"]["figures"]
    assert all(20 * 2**20 < size < 2**31 for size in (*figures["few_bytes"], *figures["many_bytes"]))
    assert figures["bytes_an_object"] == pytest.approx(
        (figures["many_bytes"][0] - figures["few_bytes"][0]) / (figures["many"] - figures["few"])
    )


@pytest.mark.real
def test_causes_are_timed_and_right(tmp_path: Path):
    figures = quick(tmp_path, "causes")["figures"]
    assert set(figures) == {"40", "200"}
    for one in figures["200"].values():
        assert 0 < one["median"] <= one["p95"] < 60


@pytest.mark.real
def test_a_long_list_is_timed_beside_a_short_one(tmp_path: Path):
    parts = run(tmp_path, "list", "narrowing")
    assert all(0 < one["many"]["p95"] < 60 for one in parts["narrowing"]["figures"].values())
    figures = parts["list"]["figures"]
    assert figures["many"]["count"] == figures["few"]["count"] == 30
    assert 0 < figures["few"]["median"] < 60
    assert figures["ratio"] == pytest.approx(figures["many"]["median"] / figures["few"]["median"])


@pytest.mark.real
def test_every_socket_hears_as_much_as_from_a_plain_broadcast(tmp_path: Path):
    figures = quick(tmp_path, "fanout")["figures"]
    for name in ("pages", "programs"):
        found = figures[name]
        assert found["bytes"] > 100
        assert 0 < found["sent"]["median"] <= found["whole"]["max"] < 60
        assert found["plain"]["count"] >= 20 * 10  # sockets, and events in three seconds at the least
    assert figures["programs"]["messages"] >= 20 * 10


@pytest.mark.real
def test_walls_are_timed_beside_some_that_do_not_read_and_one_is_left_open_in_a_browser(tmp_path: Path):
    figures = quick(tmp_path, "wall")["figures"]
    assert 0 < figures["whole"]["median"] <= figures["whole"]["p95"] < 60
    assert figures["stuck"] == 1
    assert figures["beside_stuck"]["count"] > 20
    assert all(20 * 2**20 < size < 2**31 for size in figures["resident"])
    if "soak" in figures:  # where there is a Chromium
        assert figures["soak"]["drops"] > 0
        assert len({sample["listeners"] for sample in figures["soak"]["samples"]}) == 1


def test_without_api_servers_a_part_says_what_is_missing(tmp_path: Path):
    nowhere = dict.fromkeys(("XDG_CACHE_HOME", "KUBEBUILDER_ASSETS"), str(tmp_path / "nothing"))
    unnamed = {f"TEST_ASSET_{name}": "" for name in ("KUBE_APISERVER", "ETCD", "KUBECTL")}
    part = quick(tmp_path, "sync", **nowhere, **unnamed)
    assert "make apiserver" in part["skipped"]
    assert part["lines"] == []


def test_a_percentile_is_a_value_that_was_measured():
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [percentile(values, percent) for percent in (0, 20, 21, 50, 95, 100)] == [1.0, 1.0, 2.0, 3.0, 5.0, 5.0]
    assert summary([2.0])["p99"] == 2.0


def test_a_table_says_which_aims_were_missed_and_what_was_not_measured():
    missed = Part("list", "a list", [Line("median", "30 ms", "10 ms", "3.00 ×", "≤ 1.3 ×", False)], notes=["noisy"])
    text = table([missed, Part("sync", "", skipped="no kube-apiserver here")])
    assert "| median" in text
    assert "| no" in text
    assert "not measured: no kube-apiserver here" in text
    assert "- list: noisy" in text


def test_the_meter_is_timed_beside_curl_and_hanging_stores_are_named(tmp_path: Path):
    need(shutil.which("curl"), "There is no curl to compare with.")
    figures = quick(tmp_path, "meter")["figures"]
    assert len(figures["ours"]) == len(figures["curl"]) == 3
    assert all(0 < seconds < 60 for seconds in (*figures["ours"], *figures["curl"], *figures["while_some_hang"]))
    assert 0 < figures["named"] < 280
    assert 0 < figures["back"] < 280
    assert figures["idle"] >= 1
