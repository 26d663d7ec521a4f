"""What servers refuse, in plain words at its field: every sentence of k0rdent's admission that is known."""

import pytest

from deployments.domain.denials import explain, field_of, heed
from deployments.domain.findings import Severity

CLD, RGN, CRED = "ClusterDeployment", "Region", "Credential"
INVALID = "the ClusterDeployment is invalid: "


def webhook(kind: str, text: str) -> str:
    return f'admission webhook "validation.{kind.lower()}.k0rdent.mirantis.com" denied the request: {text}'


DENIED: list[tuple[str, str, str, str]] = [
    (CLD, 'ClusterTemplate.k0rdent.mirantis.com "aws-9" not found', "template", "no template aws-9"),
    (CLD, 'Credential.k0rdent.mirantis.com "aws" not found', "credential", "no credential aws"),
    (CLD, 'Region.k0rdent.mirantis.com "fra1" not found', "credential", "a region fra1 that does not exist"),
    (
        CLD,
        INVALID + "the ClusterTemplate kcm-system/aws-2 is invalid with the error: chart not found",
        "template",
        "calls the template kcm-system/aws-2 invalid: chart not found",
    ),
    (
        CLD,
        "failed to validate required providers: incompatible providers in Region fra1: one or more required providers "
        "are not deployed yet: [infrastructure-azure]",
        "template",
        "fra1 does not have yet what this template needs: infrastructure-azure",
    ),
    (
        CLD,
        "failed to validate required providers: incompatible providers in Management kcm: one or more "
        "required provider "
        "contract versions does not satisfy deployed: [provider infrastructure-aws does not support v1beta2]",
        "template",
        "too old or too new",
    ),
    (
        CLD,
        "failed to validate k8s compatibility: k8s version 1.31.0 of the ClusterTemplate "
        "kcm-system/aws does not satisfy "
        "k8s constraint >=1.32 from the ServiceTemplate kcm-system/ingress referred in the ClusterDeployment a/b",
        "services",
        "Kubernetes 1.31.0 of the template is not what the service kcm-system/ingress asks for (>=1.32)",
    ),
    (
        CLD,
        INVALID + "no providers have been found in the ClusterTemplate a/b",
        "template",
        "no infrastructure provider",
    ),
    (
        CLD,
        INVALID + "no infrastructure providers have been found in the ClusterTemplate a/b",
        "template",
        "Choose another",
    ),
    (CLD, INVALID + "the Credential kcm-system/aws is not Ready", "credential", "kcm-system/aws is not ready"),
    (CLD, INVALID + "the Credential kcm-system/aws does not have identityRef", "credential", "names no identity"),
    (
        CLD,
        INVALID + 'failed to get client for fra1 region: Secret "x" not found',
        "credential",
        "cannot reach the region fra1",
    ),
    (
        CLD,
        INVALID + "provider infrastructure-aws does not support ClusterIdentity Kind Secret from the Credential a/b",
        "credential",
        "needs a credential for infrastructure-aws; a/b is a Secret",
    ),
    (
        CLD,
        INVALID + "unsupported infrastructure provider infrastructure-aws",
        "credential",
        "does not reach that region now",
    ),
    (CLD, INVALID + "some services have invalid templates\nServiceTemplate a/b not found", "services", "a/b not found"),
    (
        CLD,
        INVALID
        + "some services have invalid dependencies\ndependency default/x of service default/y is not defined as a "
        "service",
        "services",
        "wait for others that are not there",
    ),
    (
        CLD,
        INVALID + "some services have invalid dependencies\ndependency cycle detected at default/y",
        "services",
        "wait for each other: default/y",
    ),
    (CLD, INVALID + "cluster upgrade is forbidden", "template", "way of upgrading"),
    (CLD, INVALID + "spec.dataSource cannot be added or removed after creation", "", "neither added nor removed"),
    (CLD, 'ClusterDeployment cannot be deleted: referenced by Region "lund"', "", "This cluster is the region lund"),
    (RGN, 'Secret "rgn" not found', "secret_name", "no Secret rgn"),
    (RGN, "kubeConfig Secret does not have admin.conf key defined", "secret_key", "no key admin.conf"),
    (RGN, 'ClusterDeployment.k0rdent.mirantis.com "lund" not found', "cluster_deployment", "no deployment lund"),
    (
        RGN,
        "the Region fra1 is invalid: contract v1beta1 of x",
        "providers",
        "do not fit together: contract v1beta1 of x",
    ),
    (RGN, "region deletion is forbidden", "", "Deployments still run"),
    (
        "ClusterAuthentication",
        "cannot delete ClusterAuthentication a/b: it is still referenced by one or more ClusterDeployments",
        "",
        "a/b is still used",
    ),
    ("ClusterTemplate", "template deletion is forbidden", "", "still in use"),
    (CRED, 'namespaces "team" not found', "namespace", "no namespace team"),
]


@pytest.mark.parametrize(("kind", "text", "field", "words"), DENIED, ids=[f"{one[0]}-{one[3][:40]}" for one in DENIED])
@pytest.mark.parametrize("prefixed", [True, False])
def test_a_denial_lands_on_its_field_in_plain_words_with_the_servers_own_beside(kind, text, field, words, prefixed):
    message = webhook(kind, text) if prefixed else text
    (problem,) = explain(kind, message, status=403, reason="Forbidden")
    assert (problem.field, problem.severity, problem.detail) == (field, Severity.ERROR, message)
    assert words in problem.sentence
    assert "admission webhook" not in problem.sentence
    assert ".." not in problem.sentence


@pytest.mark.parametrize(
    ("kind", "path", "sentence", "field", "words"),
    [
        (
            RGN,
            "spec.providers",
            "Forbidden: provider cluster-api-provider-aws is required by at least one ClusterDeployment "
            "and cannot be removed from the Region fra1",
            "providers",
            "cluster-api-provider-aws cannot be removed",
        ),
        (
            RGN,
            "spec",
            "Invalid value: exactly one of kubeConfig or clusterDeployment must be set",
            "kubeconfig",
            "Give either",
        ),
        (RGN, "spec.kubeConfig", "Invalid value: kubeConfig is immutable", "secret_name", "cannot be changed"),
        (
            RGN,
            "spec.clusterDeployment",
            "Invalid value: clusterDeployment is immutable",
            "cluster_deployment",
            "cannot be",
        ),
        (CRED, "spec.region", "Invalid value: Region is immutable", "region", "Copy the credential"),
        (CRED, "spec.identityRef", "Required value", "recipe", "Required value."),
        (CLD, "spec.template", "Too long: may not be longer than 253", "template", "Too long"),
        (CLD, "spec.serviceSpec.services[1]", 'Duplicate value: {"name":"a"}', "services/1", "listed twice"),
        (
            CLD,
            "spec.serviceSpec.services[0].template",
            "Invalid value: should be at least 1 chars long",
            "services/0/template",
            "at least 1 chars",
        ),
        (CLD, "metadata.name", "Invalid value: a lowercase RFC 1123 subdomain", "name", "RFC 1123"),
        ("AzureClusterIdentity", "spec.tenantID", "Required value", "tenant_id", "Required"),
        ("AWSClusterRoleIdentity", "spec.sourceIdentityRef.kind", "Unsupported value", "source_kind", "Unsupported"),
    ],
)
def test_causes_go_to_the_fields_that_they_name(kind, path, sentence, field, words):
    message = f'{kind}.k0rdent.mirantis.com "x" is invalid: {path}: {sentence}'
    (problem,) = explain(kind, message, status=422, reason="Invalid", causes={path: sentence})
    assert (problem.field, problem.detail) == (field, message)
    assert words in problem.sentence


@pytest.mark.parametrize(
    ("message", "status", "reason", "field", "words"),
    [
        (
            'clusterdeployments.k0rdent.mirantis.com "shop" already exists',
            409,
            "AlreadyExists",
            "name",
            "of this name already",
        ),
        ("Operation cannot be fulfilled: the object has been modified", 409, "Conflict", "", "changed this meanwhile"),
        ("Unauthorized", 401, "Unauthorized", "", "the sign-in has ended"),
        (
            'credentials.k0rdent.mirantis.com is forbidden: User "pane:anna" cannot create resource '
            '"credentials" in API group "k0rdent.mirantis.com" in the namespace "x"',
            403,
            "Forbidden",
            "",
            "pane:anna may not create credentials there",
        ),
        (
            'failed calling webhook "validation.clusterdeployment.k0rdent.mirantis.com": context deadline exceeded',
            500,
            "",
            "",
            "did not answer in time",
        ),
        (
            'failed calling webhook "validation.region.k0rdent.mirantis.com": connection refused',
            500,
            "",
            "",
            "does not answer",
        ),
        (
            "unable to create new content in namespace team because it is being terminated",
            403,
            "",
            "namespace",
            "being deleted",
        ),
        ('no matches for kind "AWSClusterStaticIdentity" in version "v1beta2"', 404, "", "", "not installed there"),
        ("the server could not find the requested resource", 404, "NotFound", "", "does not know this kind"),
    ],
)
def test_what_the_api_server_itself_refuses_is_plain_too(message, status, reason, field, words):
    (problem,) = explain(CLD, message, status=status, reason=reason)
    assert (problem.field, problem.detail) == (field, message)
    assert words in problem.sentence


@pytest.mark.parametrize(
    "message",
    [
        "",
        "the flux capacitor is empty",
        "x" * 5000,
        "{braces} {0}",
        "<b>html</b>",
        "a\nb\tc",
        "ümlaut ✓",
        "%s %(x)s",
        webhook(CLD, ""),
        "not found",
        '"" not found',
    ],
)
@pytest.mark.parametrize("kind", [CLD, RGN, CRED, "Secret", ""])
@pytest.mark.parametrize("causes", [{}, {"": "for no reason"}, {"spec.nobody.knows[3].this": "odd"}])
def test_an_unknown_denial_is_a_problem_of_the_form_in_the_servers_own_words(message, kind, causes):
    found = explain(kind, message, status=403, causes=causes)
    assert found
    assert {problem.field for problem in found} == {""}
    assert all(problem.sentence and problem.severity is Severity.ERROR for problem in found)
    words = " ".join(message.split())
    if not causes and words and not message.startswith("admission"):
        assert found[0].sentence.lower().startswith(words.lower())


def test_two_causes_are_two_problems_and_the_summary_is_not_a_third():
    causes = {"spec.template": "Required value", "spec.credential": "Too long"}
    assert [problem.field for problem in explain(CLD, "invalid", status=422, causes=causes)] == [
        "template",
        "credential",
    ]


def test_warnings_are_shown_each_once_beside_what_was_refused():
    denied = explain(
        CLD,
        webhook(CLD, INVALID + "cluster upgrade is forbidden"),
        status=403,
        warnings=[
            "Cluster can't be upgraded from a-1 to a-9. This upgrade sequence is not allowed",
            "something new",
            "something new",
        ],
    )
    assert [(problem.field, problem.severity) for problem in denied] == [
        ("template", Severity.ERROR),
        ("template", Severity.WARNING),
        ("", Severity.WARNING),
    ]
    assert denied[1].sentence == "k0rdent allows no way from a-1 to a-9."
    assert denied[2].sentence == "Something new."
    assert (
        heed(['unknown field "spec.confg"'])[0].sentence
        == "The cluster does not know the field spec.confg and drops it."
    )


@pytest.mark.parametrize(
    ("kind", "path", "field"),
    [
        (CLD, "spec.config.controlPlane.instanceType", "config/controlPlane/instanceType"),
        (CLD, "spec.serviceSpec.services[12].dependsOn[0].name", "services/12/depends_on"),
        (CLD, "spec.serviceSpec.provider.name", "services"),
        (RGN, "spec.providers[2].name", "providers/2"),
        (CLD, "status.x", ""),
        ("Secret", "metadata.name", "name"),
        (CLD, "", ""),
        (CLD, "metadata.labels[x]", "labels"),
    ],
)
def test_a_path_in_an_object_is_a_field_in_its_form(kind, path, field):
    assert field_of(kind, path) == field
