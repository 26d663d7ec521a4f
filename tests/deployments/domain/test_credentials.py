"""Credentials: what is pasted is looked at, and every recipe makes exactly what its provider needs."""

import base64
import pickle
from dataclasses import replace

import pytest

from deployments.domain.drafts import MASK, CredentialDraft, Secret
from deployments.domain.findings import Severity
from deployments.domain.manifests import SUBMISSION, digest, plan, stamped, wire
from deployments.domain.problems import has_errors, problems
from deployments.domain.recipes import RECIPES, recipes_for_chart
from deployments.domain.rendering import public
from regions.domain.refs import MANAGEMENT, Ref
from tests.deployments.domain import pastes
from tests.deployments.domain.charts import shipped
from tests.deployments.domain.pastes import CANARY
from tests.deployments.domain.worlds import INTERFACES, SYSTEM, credential, said, world

REGIONS = [pytest.param(MANAGEMENT, id="management"), pytest.param("fra1", id="region")]
COMPONENT = "k0rdent.mirantis.com/component"


def objects(draft: CredentialDraft, **differently) -> list[str]:
    """`cluster kind namespace/name`, in order."""
    return [
        f"{one.cluster} {one.ref.kind} {one.ref.namespace}/{one.ref.name}" for one in plan(draft, world(**differently))
    ]


# What is made


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_rightly_answered_has_nothing_against_it(recipe, region):
    found = problems(credential(recipe, region=region), world())
    assert said(found) == []
    assert said(found, Severity.WARNING) == []


MADE = {
    "aws-static": ("Secret kcm-system/cred-secret", "AWSClusterStaticIdentity /cred", "cred"),
    "aws-role": ("", "AWSClusterRoleIdentity /cred", "cred"),
    "aws-controller": ("", "AWSClusterControllerIdentity /default", "default"),
    "azure": ("Secret kcm-system/cred-secret", "AzureClusterIdentity kcm-system/cred", "cred"),
    "vsphere": ("Secret kcm-system/cred-secret", "VSphereClusterIdentity /cred", "cred"),
}


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_regional_credential_is_made_on_management_but_its_template_in_the_region(recipe):
    secret, identity, name = MADE.get(recipe, ("Secret kcm-system/cred", "", "cred"))
    wanted = [f"{MANAGEMENT} {one}" for one in (secret, identity) if one]
    wanted += [f"fra1 ConfigMap kcm-system/{name}-resource-template", f"{MANAGEMENT} Credential kcm-system/cred"]
    assert objects(credential(recipe, region="fra1")) == wanted


@pytest.mark.parametrize("recipe", RECIPES)
def test_before_1_5_all_but_the_credential_is_made_in_the_region(recipe):
    made = objects(credential(recipe, region="fra1"), release="1.4.0")
    assert made[-1] == f"{MANAGEMENT} Credential kcm-system/cred"
    assert all(one.startswith("fra1 ") for one in made[:-1])
    assert len(made) == len(objects(credential(recipe, region="fra1")))


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_credential_of_management_is_made_there_alone(recipe):
    assert all(one.startswith(f"{MANAGEMENT} ") for one in objects(credential(recipe)))


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("release", ["1.4.0", "1.11.4", ""])
@pytest.mark.parametrize("namespace", [SYSTEM, "team-shop"])
def test_names_and_labels_keep_the_rules_of_k0rdent(recipe, region, release, namespace):
    made = plan(credential(recipe, region=region, namespace=namespace), world(release=release))
    by_kind = {one.ref.kind: one for one in made}
    spec = by_kind["Credential"].manifest["spec"]
    reference = spec["identityRef"]
    assert all(one.manifest["metadata"]["labels"][COMPONENT] == "kcm" for one in made)
    assert spec.get("region", MANAGEMENT) == region
    hosting = region
    template = by_kind["ConfigMap"]
    assert template.cluster == hosting
    assert template.ref.name == f"{reference['name']}-resource-template"
    assert template.ref.namespace == reference.get("namespace", namespace)
    assert template.manifest["metadata"]["annotations"]["projectsveltos.io/template"] == "true"
    kind = RECIPES[recipe].identity
    if kind.namespaced:
        assert reference["namespace"] == namespace
    if not kind.is_secret:
        assert by_kind[kind.kind].manifest["spec"]["allowedNamespaces"] is not None
    if "Secret" in by_kind:
        secret = by_kind["Secret"].ref
        assert secret.name == (reference["name"] if kind.is_secret else f"{reference['name']}-secret")
        copied = region != MANAGEMENT and release != "1.4.0"
        cluster_scoped = not kind.namespaced
        assert secret.namespace == (SYSTEM if copied or cluster_scoped else namespace)


def test_an_identity_names_the_secret_that_is_made_with_it():
    for recipe, path in (("aws-static", "secretRef"), ("vsphere", "secretName")):
        by_kind = {one.ref.kind: one.manifest for one in plan(credential(recipe, region="fra1"), world())}
        assert by_kind[RECIPES[recipe].identity.kind]["spec"][path] == by_kind["Secret"]["metadata"]["name"]
    by_kind = {
        one.ref.kind: one.manifest for one in plan(credential("azure", region="weu", namespace="team-shop"), world())
    }
    assert by_kind["AzureClusterIdentity"]["spec"]["clientSecret"] == {"name": "cred-secret", "namespace": SYSTEM}


KEYS = {
    "aws-static": {"AccessKeyID", "SecretAccessKey"},
    "azure": {"clientSecret"},
    "azure-aks": {"AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_SUBSCRIPTION_ID", "AZURE_TENANT_ID"},
    "gcp": {"credentials"},
    "gcp-gke": {"credentials"},
    "openstack": {"clouds.yaml"},
    "vsphere": {"username", "password"},
    "kubevirt": {"kubeconfig"},
    "adopted": {"value"},
    "remote": {"value"},
    "docker": set(),
}


@pytest.mark.parametrize("recipe", KEYS)
def test_the_secret_has_the_keys_that_the_provider_reads(recipe):
    secret = next(one.manifest for one in plan(credential(recipe), world()) if one.ref.kind == "Secret")
    assert set(secret.get("stringData", {})) == KEYS[recipe]


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ("azure", ["azure-cloud-provider", "cloud-config", "StorageClass"]),
        ("gcp", ["gcp-cloud-sa", "cloud-sa.json"]),
        ("openstack", ["openstack-cloud-config", "cloud.conf"]),
        ("vsphere", ["vsphere-cloud-secret", "vcenter-config-secret", "cloud-config", '"DC 1"']),
    ],
)
def test_new_clusters_get_of_a_credential_what_their_cloud_needs(recipe, words):
    data = next(one.manifest for one in plan(credential(recipe), world()) if one.ref.kind == "ConfigMap")["data"]
    text = "\n".join(data.values())
    assert [word for word in words if word not in text] == []
    assert CANARY not in text
    assert all(text.count("{{") == text.count("}}") > 0 for text in data.values() if "StorageClass" not in text)


def test_a_namespace_that_the_region_lacks_is_made_before_what_lies_in_it():
    namespaces = {MANAGEMENT: {SYSTEM, "team-shop"}, "fra1": {SYSTEM}}
    made = objects(credential("azure", region="fra1", namespace="team-shop"), namespaces=namespaces)
    assert made[0] == "fra1 Namespace /team-shop"
    unknown = objects(credential("azure", region="fra1", namespace="team-shop"), namespaces={"fra1": None})
    assert not any("Namespace" in one for one in unknown)


@pytest.mark.parametrize("chart", shipped())
def test_every_shipped_template_has_a_recipe(chart):
    assert recipes_for_chart(chart.name)


# Secrets are kept


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_secret_is_in_what_is_sent_and_in_nothing_that_is_shown(recipe):
    draft = credential(recipe, region="fra1")
    planned = plan(draft, world())
    values = [secret.reveal() for secret in draft.secrets.values()]
    shown = public(planned)
    found = problems(draft, world())
    for text in (
        repr(draft),
        repr(planned),
        f"{draft}",
        repr(shown),
        repr(found),
        *(file.yaml for file in shown.files),
    ):
        assert CANARY not in text
        assert not any(value in text for value in values)
    sent = repr([wire(one.manifest) for one in planned])
    assert all(repr(value.strip())[1:20] in sent for value in values)
    assert bool(shown.note) == (RECIPES[recipe].secret is not None)


def test_a_secret_does_not_show_itself():
    secret = Secret(CANARY)
    assert [str(secret), repr(secret), f"{secret}", f"{secret:>9}", f"{secret}"] == [MASK] * 5
    assert secret == Secret(CANARY) != Secret("other")
    assert (bool(secret), bool(Secret(""))) == (True, False)
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_the_digest_knows_every_word_and_the_key():
    draft, known = credential(region="fra1"), world()
    same = digest(plan(draft, known), b"key")
    assert same == digest(plan(credential(region="fra1"), known), b"key")
    assert same == digest(stamped(plan(draft, known), "s-1"), b"key")
    others = [
        digest(plan(draft, known), b"other"),
        digest(plan(replace(draft, region="weu"), known), b"key"),
        digest(plan(replace(draft, description="x"), known), b"key"),
        digest(plan(credential(region="fra1", secret={"secret_access_key": pastes.AWS_SECRET[::-1]}), known), b"key"),
        digest(plan(draft, known)[1:], b"key"),
    ]
    assert len({same, *others}) == 6


def test_what_is_sent_names_the_submission_and_what_is_shown_does_not():
    planned = stamped(plan(credential("openstack", region="fra1"), world()), "s-1")
    assert all(one.manifest["metadata"]["annotations"][SUBMISSION] == "s-1" for one in planned)
    assert not any("s-1" in file.yaml for file in public(planned).files)
    single = stamped(plan(credential("aws-controller"), world()), "s-1")
    assert [one.ref.kind for one in single if one.shared] == ["AWSClusterControllerIdentity", "ConfigMap"]
    assert all(SUBMISSION not in one.manifest["metadata"].get("annotations", {}) for one in single if one.shared)


def test_a_file_for_each_cluster_says_how_it_is_sent():
    files = public(plan(credential("azure", region="fra1"), world())).files
    assert [(file.cluster, file.name) for file in files] == [(MANAGEMENT, "management.yaml"), ("fra1", "fra1.yaml")]
    assert "apply -f fra1.yaml" in files[1].command
    assert files[0].yaml.count("\n---\n") == 2
    assert "clientSecret: <clientSecret>" in files[0].yaml


# What is wrong with it


def test_names_are_checked_where_k0rdent_does_not():
    long = credential(region="fra1", name="a" * 42)
    assert said(problems(long, world()))[0][0] == "name"
    assert said(problems(replace(long, region=MANAGEMENT), world())) == []
    assert said(problems(replace(long, name="a" * 41), world())) == []


@pytest.mark.parametrize(
    "name", ["", "Upper", "under_score", "-dash", "dash-", "dot.ted", "ümlaut", "a b", "<b>", "x" * 64, " a"]
)
def test_a_name_that_kubernetes_refuses_is_refused_before(name):
    assert "name" in {field for field, _ in said(problems(credential(name=name), world()))}


@pytest.mark.parametrize(
    ("differently", "field", "words"),
    [
        ({"region": "nowhere"}, "region", "There is no region nowhere."),
        ({"recipe": "ibm"}, "recipe", "Choose a provider."),
        ({"namespace": "nope"}, "namespace", "There is no namespace nope"),
    ],
)
def test_what_is_not_there_is_said_at_its_field(differently, field, words):
    draft = replace(credential(), **differently)
    assert [sentence for at, sentence in said(problems(draft, world())) if at == field and words in sentence]


def test_a_provider_that_is_not_enabled_is_said_before_with_what_to_enable():
    less = {name: kinds for name, kinds in INTERFACES.items() if name != "infrastructure-aws"}
    for where, words in (("fra1", "in region fra1"), (MANAGEMENT, "in the Management object")):
        known = world(interfaces={MANAGEMENT: INTERFACES, "fra1": INTERFACES, where: less})
        found = said(problems(credential(region="fra1"), known))
        assert [field for field, _ in found] == ["region"]
        assert f"Enable cluster-api-provider-aws {words}" in found[0][1]
    unknown = world(interfaces={})
    assert said(problems(credential(region="fra1"), unknown)) == []


def test_what_exists_already_is_said_with_its_place():
    taken = frozenset({Ref("fra1", "", "ConfigMap", SYSTEM, "cred-resource-template")})
    found = said(problems(credential(region="fra1"), world(taken=taken)))
    assert found == [
        ("name", "A ConfigMap cred-resource-template exists already in kcm-system in region fra1. Choose another name.")
    ]


def test_the_region_of_a_credential_stays_what_it_was():
    opened = {"spec": {"region": "weu"}}
    assert said(problems(credential(region="fra1"), world(), opened))[0][0] == "region"


K8S = pastes.kubeconfig
BAD: list[tuple[str, dict, dict, str, str]] = [
    ("aws-static", {}, {"access_key_id": ""}, "access_key_id", "Enter the access key ID"),
    ("aws-static", {}, {"access_key_id": "AROAC4N4RYC4N4RYC4N4"}, "access_key_id", "the ID of a role"),
    ("aws-static", {}, {"access_key_id": "AKIA short"}, "access_key_id", "begins with AKIA or ASIA"),
    ("aws-static", {}, {"access_key_id": "ASIAC4N4RYC4N4RYC4N4"}, "session_token", "needs its session token"),
    ("aws-static", {}, {"secret_access_key": pastes.AWS_ID}, "secret_access_key", "This is an access key ID"),
    ("aws-static", {}, {"secret_access_key": "has spaces in it, so it is none"}, "secret_access_key", "no spaces"),
    ("aws-static", {"extra": "x"}, {}, "extra", "has no field of this name"),
    ("aws-role", {"role_arn": "pane"}, {}, "role_arn", "A role is named like"),
    ("aws-role", {"duration_seconds": "60"}, {}, "duration_seconds", "between 900 and 43200"),
    ("aws-role", {"source_kind": "AWSClusterStaticIdentity"}, {}, "source_name", "Name the identity"),
    ("aws-role", {"source_kind": "Root"}, {}, "source_kind", "Choose one of those offered"),
    ("aws-role", {"source_name": "mine"}, {}, "source_name", "only one controller identity"),
    ("aws-role", {"policy_arns": "ReadOnly"}, {}, "policy_arns", "one a line"),
    ("aws-role", {"session_name": "a b"}, {}, "session_name", "2 to 64"),
    ("azure", {"tenant_id": "contoso"}, {}, "tenant_id", "is a UUID"),
    ("azure", {}, {"client_secret": pastes.UUID}, "client_secret", "This is the ID of a client secret"),
    ("azure", {}, {"client_secret": "a b"}, "client_secret", "no spaces"),
    ("azure-aks", {"subscription_id": ""}, {}, "subscription_id", "Enter the subscription ID"),
    ("gcp", {}, {"credentials": "{"}, "credentials", "it is not JSON (line 1)"),
    ("gcp", {}, {"credentials": "[]"}, "credentials", "not a JSON object"),
    (
        "gcp",
        {},
        {"credentials": pastes.service_account(type="authorized_user")},
        "credentials",
        "the sign-in of a person",
    ),
    ("gcp", {}, {"credentials": pastes.service_account(project_id=None)}, "credentials", "project_id is missing"),
    ("gcp", {}, {"credentials": pastes.service_account(private_key="x")}, "credentials", "private_key"),
    ("gcp", {}, {"credentials": base64.b64encode(pastes.service_account().encode()).decode()}, "credentials", "base64"),
    ("gcp", {}, {"credentials": "[" * 50_000}, "credentials", "not JSON"),
    ("openstack", {}, {"clouds": pastes.clouds("lund")}, "clouds", "the cloud named openstack"),
    ("openstack", {}, {"clouds": "export OS_USERNAME=me"}, "clouds", "OpenStack RC file"),
    ("openstack", {}, {"clouds": "a: &a [*a]"}, "clouds", "anchor or an alias"),
    (
        "openstack",
        {},
        {"clouds": pastes.clouds(auth={"auth_url": "keystone"})},
        "clouds",
        "no auth_url that is an address",
    ),
    ("openstack", {}, {"clouds": pastes.clouds(auth={"auth_url": "https://k/v3"})}, "clouds", "neither an application"),
    (
        "openstack",
        {},
        {"clouds": pastes.clouds(auth={"auth_url": "https://k", "username": "u", "password": "p"})},
        "clouds",
        "needs a project",
    ),
    ("openstack", {}, {"cacert": "no certificate"}, "cacert", "This is not a certificate"),
    ("openstack", {}, {"cacert": pastes.ssh_key()}, "cacert", "This holds a private key"),
    ("vsphere", {"datacenter": 'DC"\n'}, {}, "datacenter", "no line breaks"),
    ("vsphere", {"datacenter": "{{ .x }}"}, {}, "datacenter", "braces"),
    ("vsphere", {}, {"password": "a\nb"}, "password", "one line"),
    ("adopted", {}, {"kubeconfig": "hello"}, "kubeconfig", "This is not a kubeconfig"),
    ("adopted", {}, {"kubeconfig": K8S(user={"exec": {"command": "aws"}})}, "kubeconfig", "runs a program"),
    ("adopted", {}, {"kubeconfig": K8S(user={"auth-provider": {"name": "oidc"}})}, "kubeconfig", "auth-provider"),
    ("adopted", {}, {"kubeconfig": K8S(user={"tokenFile": "/etc/passwd"})}, "kubeconfig", "tokenFile"),
    (
        "adopted",
        {},
        {"kubeconfig": K8S(user={"client-certificate": "/a", "client-key": "/b"})},
        "kubeconfig",
        "file (client-certificate)",
    ),
    ("adopted", {}, {"kubeconfig": K8S(user={"client-key-data": "eA=="})}, "kubeconfig", "without its key"),
    (
        "adopted",
        {},
        {"kubeconfig": K8S(user={"client-key-data": "%", "client-certificate-data": "eA=="})},
        "kubeconfig",
        "not base64",
    ),
    ("adopted", {}, {"kubeconfig": K8S(user={})}, "kubeconfig", "neither a token nor"),
    ("adopted", {}, {"kubeconfig": K8S(user={"token": "t", "as": "root"})}, "kubeconfig", "acts as somebody else"),
    ("adopted", {}, {"kubeconfig": K8S(user={"token": "t", "as-groups": ["ops"]})}, "kubeconfig", "(as-groups)"),
    ("adopted", {}, {"kubeconfig": K8S("http://a.example")}, "kubeconfig", "https://"),
    ("adopted", {}, {"kubeconfig": K8S("https://me:pw@a.example")}, "kubeconfig", "a user or a password"),
    ("adopted", {}, {"kubeconfig": K8S("https://a.example:99999")}, "kubeconfig", "no server"),
    ("adopted", {}, {"kubeconfig": K8S(**{"certificate-authority": "/ca"})}, "kubeconfig", "(certificate-authority)"),
    ("kubevirt", {}, {"kubeconfig": K8S() + "---\na: b\n"}, "kubeconfig", "more than one YAML document"),
    (
        "kubevirt",
        {},
        {"kubeconfig": K8S().replace("current-context: x", "current-context: y")},
        "kubeconfig",
        "current-context",
    ),
    ("remote", {}, {"private_key": pastes.public_key()}, "private_key", "the public half"),
    ("remote", {}, {"private_key": pastes.locked_openssh_key()}, "private_key", "has a passphrase"),
    ("remote", {}, {"private_key": pastes.ssh_key("pkcs8", "secret")}, "private_key", "has a passphrase"),
    ("remote", {}, {"private_key": pastes.ssh_key("pem", "secret")}, "private_key", "has a passphrase"),
    ("remote", {}, {"private_key": "PuTTY-User-Key-File-3: ssh-rsa"}, "private_key", "PuTTY"),
    ("remote", {}, {"private_key": pastes.ssh_key().replace("b3Bl", "%%%%", 1)}, "private_key", "damaged"),
    ("remote", {}, {"private_key": pastes.ssh_key()[:80]}, "private_key", "not a private key"),
    ("remote", {}, {"private_key": "x" * 300_000}, "private_key", "256 KiB"),
    ("remote", {}, {"private_key": "a\x00b"}, "private_key", "zero byte"),
]


@pytest.mark.parametrize(
    ("recipe", "plain", "secret", "field", "words"), BAD, ids=[f"{one[0]}-{one[4]}" for one in BAD]
)
def test_what_is_wrong_with_an_answer_is_said_at_its_field(recipe, plain, secret, field, words):
    draft = credential(recipe, plain=plain, secret=secret)
    found = problems(draft, world())
    assert any(at == field and words in sentence for at, sentence in said(found)), found
    assert has_errors(found)
    assert CANARY not in repr(found)


def test_a_role_in_a_region_with_an_access_key_as_source_never_becomes_ready_and_is_refused():
    plain = {"source_kind": "AWSClusterStaticIdentity", "source_name": "key"}
    assert said(problems(credential("aws-role", plain=plain), world())) == []
    assert [field for field, _ in said(problems(credential("aws-role", plain=plain, region="fra1"), world()))] == [
        "source_kind"
    ]


@pytest.mark.parametrize(
    ("recipe", "secret", "words"),
    [
        ("gcp", {}, "a service-account key for project shop-prod of pane@shop-prod.iam.gserviceaccount.com"),
        ("openstack", {}, "an application credential for keystone.lund.example.net"),
        ("adopted", {}, "a kubeconfig for api.fra1.example.net:6443, signing in with a token"),
        ("remote", {}, "an Ed25519 private key in OpenSSH's format"),
        ("remote", {"private_key": pastes.ssh_key("pem")}, "an RSA private key"),
        ("remote", {"private_key": pastes.ssh_key("pkcs8")}, "a private key"),
    ],
)
def test_what_was_pasted_is_recognised(recipe, secret, words):
    notes = said(problems(credential(recipe, secret=secret), world()), Severity.NOTE)
    assert [sentence for _, sentence in notes if words in sentence]


@pytest.mark.parametrize(
    ("kubeconfig", "words"),
    [
        (K8S("https://127.0.0.1:6443"), "cannot reach it"),
        (K8S("https://localhost:6443"), "cannot reach it"),
        (K8S("https://[::1]:6443"), "cannot reach it"),
        (K8S(**{"insecure-skip-tls-verify": True}), "does not verify"),
        (K8S(**{"proxy-url": "http://proxy:3128"}), "through a proxy"),
        (K8S("https://known.example"), "API server of weu"),
    ],
)
def test_what_may_go_wrong_later_is_warned_of(kubeconfig, words):
    known = world(servers={"https://known.example": "weu"})
    found = problems(credential("adopted", secret={"kubeconfig": kubeconfig}), known)
    assert said(found) == []
    assert [sentence for _, sentence in said(found, Severity.WARNING) if words in sentence]


def test_a_key_ends_its_last_line_whatever_the_paste_did():
    pasted = pastes.ssh_key().strip().replace("\n", "\r\n")
    secret = plan(credential("remote", secret={"private_key": pasted}), world())[0].manifest["stringData"]["value"]
    assert secret.reveal() == pastes.ssh_key().strip() + "\n"
