"""kubectl cannot tell the two apart, for what people do with it."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.conformance.conftest import Subject
from tests.conftest import need
from tests.rig import binaries

ONE = """
apiVersion: conformance.example.org/v1
kind: Widget
metadata: {name: one, labels: {team: shop}}
spec: {template: a, count: COUNT}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {count: "COUNT"}
"""


@pytest.fixture
def kubectl(subject: Subject, space: str, tmp_path: Path):
    need(binaries.kubectl(), binaries.HOW_KUBECTL)

    def run(*arguments: str, stdin: str | None = None, fine: bool = True) -> subprocess.CompletedProcess[str]:
        done = subject.kubectl(tmp_path, "-n", space, *arguments, stdin=stdin)
        assert not fine or done.returncode == 0, done.stderr
        return done

    return run


def test_apply_creates_then_changes_then_has_nothing_to_do(kubectl):
    first = kubectl("apply", "-f", "-", stdin=ONE.replace("COUNT", "2")).stdout
    assert first.splitlines() == ["widget.conformance.example.org/one created", "configmap/settings created"]
    second = kubectl("apply", "-f", "-", stdin=ONE.replace("COUNT", "3")).stdout
    assert second.splitlines() == ["widget.conformance.example.org/one configured", "configmap/settings configured"]
    third = kubectl("apply", "-f", "-", stdin=ONE.replace("COUNT", "3")).stdout
    assert third.splitlines() == ["widget.conformance.example.org/one unchanged", "configmap/settings unchanged"]
    found = json.loads(kubectl("get", "wd,cm", "one", "settings", "-o", "json", "--ignore-not-found").stdout)
    kinds = {item["kind"]: item for item in found["items"]}
    assert kinds["Widget"]["spec"]["count"] == 3
    assert kinds["ConfigMap"]["data"] == {"count": "3"}


def test_get_prints_the_columns_of_the_kind(kubectl):
    kubectl("apply", "-f", "-", stdin=ONE.replace("COUNT", "2"))
    header, row = kubectl("get", "widgets").stdout.splitlines()
    assert header.split() == ["NAME", "READY", "TEMPLATE", "AGE"]
    assert row.split()[:2] == ["one", "a"]
    assert kubectl("get", "wd", "-l", "team=shop", "-o", "name").stdout == "widget.conformance.example.org/one\n"
    assert kubectl("get", "wd", "-l", "team=other").stdout == ""


def test_describe_shows_fields_and_events(kubectl, space: str, subject: Subject):
    kubectl("apply", "-f", "-", stdin=ONE.replace("COUNT", "2"))
    uid = json.loads(kubectl("get", "wd", "one", "-o", "json").stdout)["metadata"]["uid"]
    subject.api.create(
        f"/api/v1/namespaces/{space}/events",
        {
            "metadata": {"name": "one.1"},
            "reason": "Tested",
            "type": "Normal",
            "message": "seen by describe",
            "count": 1,
            "involvedObject": {
                "apiVersion": "conformance.example.org/v1",
                "kind": "Widget",
                "name": "one",
                "namespace": space,
                "uid": uid,
            },
            "firstTimestamp": "2026-11-20T10:00:00Z",
            "lastTimestamp": "2026-11-20T10:00:00Z",
            "source": {"component": "test"},
        },
    )
    told = kubectl("describe", "widget", "one").stdout
    assert "Template:" in told
    assert "seen by describe" in told


def test_what_is_wrong_is_said_before_it_is_made(kubectl):
    refused = kubectl("apply", "-f", "-", stdin=ONE.replace("COUNT", "0"), fine=False)
    assert refused.returncode != 0
    assert "spec.count in body should be greater than or equal to 1" in refused.stderr
    unknown = kubectl("apply", "-f", "-", stdin=ONE.replace("count: COUNT", "colour: red"), fine=False)
    assert 'unknown field "spec.colour"' in unknown.stderr


def test_delete_waits_until_it_is_gone(kubectl):
    kubectl("apply", "-f", "-", stdin=ONE.replace("COUNT", "2"))
    gone = kubectl("delete", "wd", "one", "--timeout=20s").stdout
    assert gone.startswith('widget.conformance.example.org "one" deleted')
    assert "NotFound" in kubectl("get", "wd", "one", fine=False).stderr


def test_watch_prints_what_happens(subject: Subject, space: str, tmp_path: Path, kubectl):
    kubectl("apply", "-f", "-", stdin=ONE.replace("COUNT", "2"))
    program = binaries.kubectl()
    assert program
    watching = subprocess.Popen(
        [
            program,
            f"--kubeconfig={tmp_path / 'kubeconfig'}",
            f"--cache-dir={tmp_path / 'cache'}",
            "-n",
            space,
            "get",
            "wd",
            "-w",
            "-o",
            "jsonpath={.spec.count}{'\\n'}",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert watching.stdout
        assert watching.stdout.readline() == "2\n"
        kubectl("patch", "wd", "one", "--type=merge", "-p", '{"spec": {"count": 7}}')
        assert watching.stdout.readline() == "7\n"
    finally:
        watching.kill()
        watching.wait()


def test_people_make_things_without_a_file(kubectl, space: str):
    kubectl("create", "configmap", "made", "--from-literal=a=b")
    assert kubectl("get", "cm", "made", "-o", "jsonpath={.data.a}").stdout == "b"
    kubectl("create", "secret", "generic", "hidden", "--from-literal=key=value")
    assert kubectl("get", "secret", "hidden", "-o", "jsonpath={.data.key}").stdout == "dmFsdWU="
    kubectl("create", "namespace", f"{space}-more")
    assert kubectl("get", "ns", f"{space}-more", "-o", "jsonpath={.status.phase}").stdout == "Active"
    assert kubectl("auth", "can-i", "create", "widgets").stdout.strip() == "yes"
    assert kubectl("label", "cm", "made", "x=y").stdout.startswith("configmap/made labeled")
    assert kubectl("annotate", "cm", "made", "n=1").stdout.startswith("configmap/made annotated")


def test_explain_knows_the_fields(kubectl):
    assert "template" in kubectl("explain", "widget.spec").stdout
