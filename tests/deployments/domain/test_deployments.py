"""Deployments: what is refused before anything is sent, what is made, and what an edit changes."""

from dataclasses import replace

import pytest

from deployments.domain.diffs import changes, merge_patch, unpatchable
from deployments.domain.drafts import DeploymentDraft, ServiceDraft
from deployments.domain.editing import draft_of, edited
from deployments.domain.findings import Severity
from deployments.domain.manifests import deployment_manifest, plan
from deployments.domain.patches import change, opening, rebased
from deployments.domain.problems import problems
from deployments.domain.risks import risks
from deployments.domain.snapshot import KnownCredential, KnownRegion, KnownTemplate
from deployments.domain.upgrades import allowed, changed_defaults
from regions.domain.refs import MANAGEMENT
from tests.deployments.domain.worlds import INTERFACES, SYSTEM, deployment, said, world


def fields(draft: DeploymentDraft, opened=None, **differently) -> list[str]:
    return [field for field, _ in said(problems(draft, world(**differently), opened))]


def sentences(draft: DeploymentDraft, opened=None, severity=Severity.ERROR, **differently) -> str:
    return "\n".join(sentence for _, sentence in said(problems(draft, world(**differently), opened), severity))


def service(name: str = "ingress", template: str = "ingress-1", **differently) -> ServiceDraft:
    return replace(ServiceDraft(name, template), **differently)


# What is made


def test_config_is_always_there_because_without_it_k0rdent_only_validates():
    assert deployment_manifest(deployment(config={}))["spec"]["config"] == {}


def test_only_what_is_asked_for_is_said():
    made = deployment_manifest(deployment(labels={"team": "shop"}))
    assert made == {
        "apiVersion": "k0rdent.mirantis.com/v1beta1",
        "kind": "ClusterDeployment",
        "metadata": {
            "name": "shop",
            "namespace": SYSTEM,
            "labels": {"team": "shop", "k0rdent.mirantis.com/component": "kcm"},
        },
        "spec": {"template": "station-1", "credential": "aws-fra1", "config": {"region": "eu-central-1"}},
    }


def test_every_switch_has_its_field():
    spec = deployment_manifest(
        deployment(
            validate_only=True,
            propagate_credentials=False,
            cleanup_on_deletion=True,
            services=(service(values="a: 1\n", depends_on=(("default", "dns"),)), service("dns")),
        )
    )["spec"]
    assert (spec["dryRun"], spec["propagateCredentials"], spec["cleanupOnDeletion"]) == (True, False, True)
    assert spec["serviceSpec"]["services"] == [
        {
            "name": "ingress",
            "namespace": "default",
            "template": "ingress-1",
            "values": "a: 1\n",
            "dependsOn": [{"name": "dns", "namespace": "default"}],
        },
        {"name": "dns", "namespace": "default", "template": "ingress-1"},
    ]


def test_it_is_one_object_on_management():
    assert [(one.cluster, one.ref.kind) for one in plan(deployment(), world())] == [(MANAGEMENT, "ClusterDeployment")]


# What is wrong with it


def test_a_right_draft_has_nothing_against_it():
    assert problems(deployment(), world()) == []


@pytest.mark.parametrize(
    ("differently", "field", "words"),
    [
        ({"name": ""}, "name", "Give it a name"),
        ({"name": "x" * 54}, "name", "This has 54 characters. At most 53"),
        ({"name": "Shop"}, "name", "lower case"),
        ({"name": "shop_1"}, "name", "lower case"),
        ({"name": "-shop"}, "name", "begin and end"),
        ({"name": "a..b"}, "name", "each part"),
        ({"name": "<script>"}, "name", "begin and end"),
        ({"name": "münchen"}, "name", "a to z"),
        ({"name": "shop\n"}, "name", "space before or after"),
        ({"namespace": ""}, "namespace", "Give it a name"),
        ({"namespace": "nope"}, "namespace", "There is no namespace nope"),
        ({"template": ""}, "template", "Choose a template"),
        ({"template": "gone-1"}, "template", "no template gone-1"),
        ({"template": "bad-1"}, "template", "invalid: chart not found"),
        ({"credential": ""}, "credential", "Choose a credential"),
        ({"credential": "gone"}, "credential", "no credential gone"),
        ({"credential": "kube"}, "credential", "this one is a Secret"),
        ({"template": "adopted-cluster-1"}, "credential", "needs a credential with a kubeconfig"),
        ({"labels": {"bad key": "v"}}, "labels", "bad key"),
        ({"labels": {"k": "a b"}}, "labels", "at most 63"),
        ({"labels": {"kubernetes.io/x": "v"}}, "labels", "belong to Kubernetes"),
        ({"labels": {"k0rdent.mirantis.com/kof-cluster-role": "boss"}}, "labels", "either child or regional"),
        ({"config": {}}, "config/region", "must be filled"),
        ({"config": {"region": "x", "size": 12}}, "config/size", "at most 9"),
        ({"config": {"region": "x", "net": {"memory": "4"}}}, "config/net/memory", "pattern"),
        ({"services": (service(""),)}, "services/0/name", "Give it a name"),
        ({"services": (service(), service())}, "services/1/name", "listed twice"),
        ({"services": (service(template="gone"),)}, "services/0/template", "no service template gone"),
        ({"services": (service(template="broken-1"),)}, "services/0/template", "invalid: no chart"),
        ({"services": (service(values="a: ["),)}, "services/0/values", "cannot be read"),
        ({"services": (service(values="- a"),)}, "services/0/values", "keys with values"),
        ({"services": (service(depends_on=(("default", "dns"),)),)}, "services/0/depends_on", "no service default/dns"),
        (
            {"services": (service("a", depends_on=(("default", "b"),)), service("b", depends_on=(("default", "a"),)))},
            "services",
            "default/a → default/b → default/a",
        ),
        ({"services": (service("a", depends_on=(("default", "a"),)),)}, "services", "wait for each other"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(differently, field, words):
    found = said(problems(deployment(**differently), world()))
    assert [sentence for at, sentence in found if at == field and words in sentence], found


def test_values_that_sveltos_renders_later_are_not_read_now():
    assert fields(deployment(services=(service(values="a: {{ .Cluster.metadata.name }}"),))) == []


def test_a_long_chain_of_services_is_no_circle():
    chain = [service(f"s{n}", depends_on=((("default", f"s{n - 1}"),) if n else ())) for n in range(300)]
    assert fields(deployment(services=tuple(reversed(chain)))) == []


def known(**differently) -> dict:
    made = KnownCredential(SYSTEM, "aws-fra1", "fra1", kind="AWSClusterStaticIdentity")
    return {(SYSTEM, "aws-fra1"): replace(made, **differently)}


@pytest.mark.parametrize(
    ("differently", "field", "words"),
    [
        ({"credentials": known(ready=False, message="not found")}, "credential", "not ready: not found"),
        ({"credentials": known(deleting=True)}, "credential", "being deleted"),
        ({"credentials": known(region="gone")}, "credential", "Its region gone does not exist"),
        ({"regions": {"fra1": KnownRegion("fra1", silent=True)}}, "credential", "does not answer now"),
        ({"regions": {"fra1": KnownRegion("fra1", deleting=True)}}, "credential", "being deleted"),
        ({"interfaces": {"fra1": {}}}, "template", "Enable cluster-api-provider-aws there"),
        (
            {
                "interfaces": {"fra1": {}},
                "installing": {"fra1": {"infrastructure-aws": ("cluster-api-provider-aws", "no.")}},
            },
            "template",
            "still installing cluster-api-provider-aws in region fra1 (no). Ask again later",
        ),
        ({"namespaces": {MANAGEMENT: {SYSTEM}, "fra1": set()}}, "namespace", "Create it there first"),
        (
            {"templates": {(SYSTEM, "station-1"): KnownTemplate(SYSTEM, "station-1", providers=("bootstrap-x",))}},
            "template",
            "no infrastructure provider",
        ),
    ],
)
def test_what_is_wrong_where_it_would_run_is_said_before(differently, field, words):
    found = said(problems(deployment(), world(**differently)))
    assert [sentence for at, sentence in found if at == field and words in sentence], found


def test_what_is_not_known_is_not_held_against_it():
    assert fields(deployment(), interfaces={"fra1": None}, namespaces={"fra1": None}) == []


@pytest.mark.parametrize(
    ("draft", "differently", "words"),
    [
        (deployment(), {"regions": {"fra1": KnownRegion("fra1", paused=True)}}, "paused"),
        (deployment(config={"region": "x", "controlPlaneNumber": 2}), {}, "odd number"),
        (deployment(config={"region": "x", "regoin": "y"}), {}, "Did you mean region?"),
        (deployment(name="shop.eu"), {}, "Some clouds refuse names with dots"),
        (deployment(labels={"k0rdent.mirantis.com/kof-tenant-id": "acme"}), {}, "Only a KOF child has a tenant"),
    ],
)
def test_what_may_be_a_mistake_is_warned_of(draft, differently, words):
    assert fields(draft, **differently) == []
    assert words in sentences(draft, severity=Severity.WARNING, **differently)


# Editing


def opened(**spec) -> dict:
    """A running deployment, as a cluster has it."""
    made = deployment_manifest(deployment(labels={"team": "shop"}))
    made["metadata"] |= {"uid": "u", "resourceVersion": "7", "finalizers": ["k0rdent.mirantis.com/cluster-deployment"]}
    made["spec"] |= {"clusterAuth": "corp", "dryRun": False, **spec}
    made["status"] = {"region": "fra1", "availableUpgrades": ["station-2"]}
    return made


def test_an_unchanged_edit_sends_nothing():
    services = {
        "services": [{"name": "a", "namespace": "default", "template": "t", "helmOptions": {"wait": True}}],
        "provider": {"name": "p"},
    }
    for live in (opened(), opened(serviceSpec=services, propagateCredentials=True)):
        wanted = edited(live, draft_of(live))
        assert merge_patch(live, wanted) == {}
        assert changes(live, wanted) == []


def test_an_edit_sends_only_what_changed_and_keeps_what_no_form_shows():
    live = opened()
    draft = replace(draft_of(live), config={"region": "eu-central-1", "size": 5}, labels={"stage": "prod"})
    wanted = edited(live, draft)
    assert wanted["spec"]["clusterAuth"] == "corp"
    assert merge_patch(live, wanted) == {
        "spec": {"config": {"size": 5}},
        "metadata": {"labels": {"team": None, "stage": "prod"}},
    }


def test_a_config_key_that_is_no_longer_wanted_is_removed():
    live = opened(config={"region": "x", "size": 5})
    assert merge_patch(live, edited(live, replace(draft_of(live), config={"region": "x"}))) == {
        "spec": {"config": {"size": None}}
    }


def test_a_null_that_a_merge_patch_cannot_say_is_told():
    live = opened(config={"region": "x", "tier": None})
    kept = edited(live, draft_of(live))
    assert unpatchable(live, kept) == []
    wanted = edited(live, replace(draft_of(live), config={"region": "x", "tier": None, "net": {"memory": None}}))
    assert unpatchable(live, wanted) == ["spec.config.net.memory"]


def test_a_validated_deployment_becomes_real():
    live = opened(dryRun=True)
    assert merge_patch(live, edited(live, replace(draft_of(live), validate_only=False))) == {"spec": {"dryRun": False}}


@pytest.mark.parametrize(
    ("differently", "field", "words"),
    [
        ({"credential": "aws-weu"}, "credential", "A deployment cannot move"),
        ({"template": "adopted-cluster-1"}, "template", "It can become station-2"),
        ({"name": "other"}, "name", "cannot be renamed"),
    ],
)
def test_an_edit_that_the_server_would_let_through_is_refused(differently, field, words):
    live = opened()
    found = said(problems(replace(draft_of(live), **differently), world(), live))
    assert [sentence for at, sentence in found if at == field and words in sentence], found


def test_services_are_never_dropped_in_silence():
    live = opened(serviceSpec={"services": [{"name": "a", "template": "ingress-1"}]})
    draft = replace(draft_of(live), services=())
    assert "default/a is no longer listed, so it would be uninstalled" in sentences(draft, live, Severity.ERROR)
    meant = replace(draft, may_uninstall=True)
    assert not sentences(meant, live, Severity.ERROR)
    assert "default/a will be uninstalled" in sentences(meant, live, Severity.WARNING)
    assert merge_patch(live, edited(live, draft)) == {"spec": {"serviceSpec": {"services": []}}}


# Upgrades


def chain(name: str, steps: dict[str, list[str]], namespace: str = SYSTEM, valid: bool = True) -> dict:
    supported = [{"name": at, "availableUpgrades": [{"name": to} for to in ways]} for at, ways in steps.items()]
    return {
        "kind": "ClusterTemplateChain",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"supportedTemplates": supported},
        "status": {"valid": valid},
    }


def test_upgrades_are_what_the_status_and_the_chains_of_the_namespace_allow():
    chains = [
        chain("a", {"station-1": ["station-3"], "other": ["no-1"]}),
        chain("b", {"station-1": ["no-2"]}, namespace="elsewhere"),
        chain("c", {"station-1": ["no-3"]}, valid=False),
    ]
    templates = {
        (SYSTEM, "station-2"): KnownTemplate(SYSTEM, "station-2"),
        (SYSTEM, "station-3"): KnownTemplate(SYSTEM, "station-3", valid=False, error="no chart"),
    }
    assert [(one.template, one.why_not) for one in allowed(opened(), chains, templates)] == [
        ("station-2", ""),
        ("station-3", "k0rdent calls it invalid: no chart."),
    ]


def test_what_an_upgrade_changes_in_the_defaults_is_told():
    before = {"k0s": {"version": "1", "arch": "amd64"}, "size": 3, "old": 1}
    after = {"k0s": {"version": "2", "arch": "amd64"}, "size": 5, "new": True}
    found = changed_defaults(before, after, {"size": 4})
    assert [(one.name, one.before, one.after, one.kept) for one in found] == [
        ("k0s.version", "1", "2", False),
        ("new", None, True, False),
        ("old", 1, None, False),
        ("size", 3, 5, True),
    ]


def test_the_world_of_these_tests_takes_every_kind_of_identity():
    assert set(INTERFACES) >= {"infrastructure-aws", "infrastructure-azure"}


# Changing what runs


def test_what_was_wrong_before_forbids_nothing_that_is_right():
    live = opened(template="gone-1")
    draft = replace(draft_of(live), labels={"stage": "prod"})
    assert not sentences(draft, live, Severity.ERROR)
    assert "There is no template gone-1" in sentences(draft, live, Severity.WARNING)
    assert "There is no template other-1" in sentences(replace(draft, template="other-1"), live, Severity.ERROR)


def test_changed_values_of_a_running_cluster_are_warned_about_but_not_their_number():
    before = {"region": "a", "workersNumber": 1, "worker": {"instanceType": "m"}, "k0s": {"version": "1"}}
    after = {
        "region": "b",
        "workersNumber": 2,
        "worker": {"instanceType": "l"},
        "k0s": {"version": "2"},
        "clusterLabels": {"a": "b"},
    }
    assert {one.field for one in risks(before, after)} == {
        "config/region",
        "config/worker/instanceType",
        "config/k0s/version",
    }
    assert not list(risks(before, before))


def test_what_was_opened_and_became_otherwise_takes_the_change_on_top():
    live = opened(config={"region": "x", "size": 5})
    wanted = edited(opening(live), replace(draft_of(live), config={"region": "x", "size": 7}))
    theirs = {**live, "spec": {**live["spec"], "config": {"region": "x", "size": 6, "tier": "b"}}}
    assert rebased(opening(live), wanted, theirs)["spec"]["config"] == {"region": "x", "size": 7, "tier": "b"}


def test_a_change_is_sent_only_while_all_that_was_opened_stands_and_nothing_where_it_adds():
    live = opened(config={"region": "x"})
    draft = replace(draft_of(live), config={"region": "x", "size": 7})
    planned = change(opening(live), edited(opening(live), draft), "")
    assert planned is not None
    assert planned.manifest["spec"] == {"config": {"size": 7}}
    assert planned.seen is not None
    assert planned.seen["spec"]["config"] == {"region": "x", "size": None}
    assert change(opening(live), edited(opening(live), draft_of(live)), "") is None
