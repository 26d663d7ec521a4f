"""CONTRIBUTING.md's worked examples, followed: each block goes where its first line says, and does what is promised."""

import importlib
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
import yaml
from django.test import Client
from django.utils import timezone

from dashboard.demo.kof.promql.evaluate import instant
from dashboard.demo.kof.promql.source import Listed, Samples
from dashboard.models import Delivery, NoticeRule
from dashboard.notices import making
from dashboard.notices.addresses import address_of
from dashboard.notices.sending import wrong_address
from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.manifests import plan, wire
from deployments.domain.problems import problems
from deployments.domain.recipes import RECIPES
from deployments.domain.rendering import public
from regions import journal
from regions.domain.causes import Evidence, Thing, explain
from regions.domain.causes import message_patterns as patterns
from regions.domain.health_scale import Health
from regions.domain.kinds import KINDS, Kind, Where
from regions.domain.notes import Put
from regions.domain.refs import MANAGEMENT, Ref
from regions.metrics.pages import panels
from regions.metrics.stores.queries import QUERIES, Query
from regions.models import Resource
from tests.dashboard.notices.conftest import boss, hook, seeded
from tests.dashboard.notices.test_delivering import deliver
from tests.deployments.domain.worlds import SYSTEM, said, world
from tests.house.checkout import ROOT

__all__ = ["boss", "hook", "seeded"]

TEXT = (ROOT / "CONTRIBUTING.md").read_text()
BLOCK = re.compile(r"^```(python|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"# (?P<path>[\w/.]+)(?:, in (?P<table>\w+))?\n")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def blocks(heading: str) -> list[tuple[str, str]]:
    """Language and text of the blocks below this heading."""
    section = TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    found = BLOCK.findall(section)
    assert found, heading
    return found


class Follower:
    """Who does what the guide says, in memory."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch

    def follow(self, heading: str) -> dict[str, Any]:
        """By table: the entries that it got. YAML blocks by their file, or as `said`."""
        added: dict[str, Any] = {}
        for language, text in blocks(heading):
            place = PLACE.match(text)
            if language == "yaml":
                added[place["path"] if place else "said"] = yaml.safe_load(text)
                continue
            assert place, f"says no file: {text[:60]}"
            assert (ROOT / place["path"]).is_file(), place["path"]
            module = importlib.import_module(
                place["path"].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            )
            if place["table"]:
                added[place["table"]] = self._entries(module, place["table"], text)
            else:
                self._write(module, text)
        return added

    def _write(self, module: ModuleType, text: str) -> None:
        names = dict(vars(module))
        exec(compile(text, f"{module.__name__} (CONTRIBUTING.md)", "exec"), names)
        for name, value in names.items():
            if vars(module).get(name) is not value:
                self.patch.setattr(module, name, value, raising=False)

    def _entries(self, module: ModuleType, table: str, text: str) -> Any:
        known = getattr(module, table)
        left, right = ("{", "}") if isinstance(known, dict) else ("(", ")")
        entries = eval(left + "\n" + text + right, dict(vars(module)))
        if isinstance(known, dict):
            assert not set(entries) & set(known), "it is there already: take another example"
            for key, value in entries.items():
                self.patch.setitem(known, key, value)
            return list(entries.values())
        assert not set(entries) & set(known), "it is there already: take another example"
        for holder in list(sys.modules.values()):
            for name in [name for name, value in list(vars(holder).items()) if value is known]:
                self.patch.setattr(holder, name, (*known, *entries))
        return list(entries)


@pytest.fixture
def follower(monkeypatch: pytest.MonkeyPatch) -> Iterator[Follower]:
    yield Follower(monkeypatch)
    patterns.recognise.cache_clear()


@pytest.mark.django_db
def test_a_kind(follower: Follower):
    before = {one.stream for one in KINDS}
    added = follower.follow("A new kind that is watched")
    (kind,) = added["KINDS"]
    assert isinstance(kind, Kind)
    assert kind.stream not in before
    assert kind in KINDS, "whoever walks the table meets it"
    assert {"list", "watch"} <= verbs(kind, "rbac-region.yaml" if kind.where is Where.HOSTS else "rbac-management.yaml")
    term = journal.claim("test", NOON)
    journal.record(term, [Put("fra1", kind, added["said"], NOON)], NOON)
    row = Resource.objects.get(kind=kind.name)
    assert (row.health, row.name) == (Health.DEGRADED.value, "checkout")
    assert row.message.startswith("It repairs nothing: 3 of 4 machines")
    well = added["said"] | {"metadata": added["said"]["metadata"] | {"resourceVersion": "8"}, "status": {}}
    journal.record(term, [Put("fra1", kind, well, NOON)], NOON)
    assert Resource.objects.get(kind=kind.name).health == Health.READY.value


def verbs(kind: Kind, file: str) -> set[str]:
    """What the shipped role lets Pane do with this kind."""
    return {
        verb
        for role in yaml.safe_load_all((ROOT / "deploy" / file).read_text())
        for rule in (role or {}).get("rules") or ()
        if kind.group in rule.get("apiGroups", ()) and {kind.plural, "*"} & set(rule.get("resources", ()))
        for verb in rule["verbs"]
    }


@pytest.mark.django_db
def test_a_provider(follower: Follower, boss: Client):
    (recipe,) = follower.follow("A new provider")["RECIPES"]
    token = "a1B2" * 16
    draft = CredentialDraft(recipe.key, SYSTEM, "cred", secrets={"token": Secret(token)})
    known = world(interfaces={MANAGEMENT: {recipe.provider: frozenset({"Secret"})}})
    assert said(problems(draft, known)) == []
    made = {one.ref.kind: one for one in plan(draft, known)}
    assert set(made) == {"Secret", "ConfigMap", "Credential"}
    assert wire(made["Secret"].manifest)["stringData"] == {"hcloud": token}
    assert token not in repr(public(plan(draft, known)))
    short = CredentialDraft(recipe.key, SYSTEM, "cred", secrets={"token": Secret("a1B2")})
    assert any("64 letters" in one.sentence for one in problems(short, known))
    assert [field for field, _ in said(problems(CredentialDraft(recipe.key, SYSTEM, "cred"), known))] == ["token"]
    assert RECIPES[recipe.key] is recipe
    page = boss.get(f"/new/credential/{recipe.key}/").content.decode()
    assert "API token" in page
    assert recipe.help in page


def test_a_cause(follower: Follower):
    message = "OptInRequired: In order to use this AWS Marketplace product you need to accept terms and subscribe."
    patterns.recognise.cache_clear()
    assert patterns.recognise(message, "AWSMachine") is None
    patterns.recognise.cache_clear()
    (cause,) = follower.follow("A new cause")["TABLE"]
    machine = {"apiVersion": "v1", "kind": "AWSMachine", "metadata": {"name": "a"}, "spec": {}, "status": {}}
    condition = {"type": "Ready", "status": "False", "reason": "CreateError", "message": message, "severity": "Error"}
    machine["status"] = {"conditions": [condition]}
    group = "infrastructure.cluster.x-k8s.io"
    thing = Thing(
        Ref("fra1", group, "AWSMachine", "team", "a"), Health.DEGRADED, message, NOON, NOON, NOON, NOON, {}, machine
    )
    verdict = explain(Evidence(thing, (), NOON, "fra1", {}))
    assert verdict.key == cause.key
    assert "{" not in verdict.sentence
    assert cause.advice.endswith(".")


def test_a_figure_and_its_panel(follower: Follower):
    added = follower.follow("A new figure, and its panel")
    (row,) = added["regions/metrics/stores/queries.yaml"]
    query = Query(**row)
    assert query.id not in QUERIES
    follower.patch.setitem(QUERIES, query.id, query)  # type: ignore[arg-type]
    (panel,) = added["_ALL"]
    assert panel.key == query.id
    assert (panel.unit, panel.tone(0), panel.tone(3), panel.tone(10)) == ("pods", "", "warn", "bad")
    assert panels.panel(query.id).title == query.panel
    now = 6000.0
    store = Listed([waiting("a", pod, instance) for pod in "xyz" for instance in ("1", "2")] + [waiting("b", "x", "1")])
    found = instant(store, query.promql(), now)
    assert {labels["cluster"]: value for labels, value in found} == {"a": 3, "b": 1}, "twice told is once counted"
    assert [value for _, value in instant(store, query.for_cluster("b", "team"), now)] == [1]


def waiting(cluster: str, pod: str, instance: str) -> Samples:
    labels = {"cluster": cluster, "clusterNamespace": "team", "namespace": "shop", "pod": pod, "instance": instance}
    return Samples({"__name__": "kube_pod_status_unschedulable"} | labels, [5940.0, 6000.0], [1.0, 1.0])


def test_a_notice_channel(follower: Follower, seeded: object, boss: Client, hook: Any, settings: Any):
    url = f"ntfy+{hook.url}"
    assert "no channel “ntfy”" in wrong_address(url, allow_loopback=True)
    follower.follow("A new notice channel")
    form = {"name": "On call", "url": url, "turns": ["region_lost"], "severity": "info", "enabled": "on"}
    assert boss.post("/notices/rules/new/", form).status_code == 302
    rule = NoticeRule.objects.get()
    assert address_of(rule) == url
    making.test(rule, "boss", timezone.now())
    deliver(timezone.now())
    headers, content = hook.got[0]
    assert (headers["title"], headers["priority"]) == ("Pane: On call", "default")
    assert content.decode() == "This is a test of the rule “On call”, asked for by boss."
    assert Delivery.objects.get().state == Delivery.State.DELIVERED
