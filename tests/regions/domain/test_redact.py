"""What may not reach the database does not."""

import json

import pytest

from regions.domain.events import reported
from regions.domain.redact import HIDDEN, redact, without_credentials
from tests.regions.domain.files import every_manifest, manifest, manifests

CANARY = "Canary7fQz"


def _planted():
    return [pytest.param(one, id=f"{one['kind']}-{one['metadata']['name']}") for one in manifests("secrets")]


@pytest.mark.parametrize("one", _planted())
def test_a_secret_is_not_found_wherever_it_was_put(one):
    assert CANARY in json.dumps(one)
    assert CANARY not in json.dumps(redact(one))


@pytest.mark.parametrize("one", _planted())
def test_redacting_twice_changes_nothing(one):
    assert redact(redact(one)) == redact(one)


@pytest.mark.parametrize("one", _planted())
def test_the_manifest_given_is_not_touched(one):
    before = json.dumps(one)
    redact(one)
    assert json.dumps(one) == before


def test_of_a_secret_its_type_labels_version_and_key_names_are_kept():
    kept = redact(manifest("secrets", "aws-dublin-secret"))
    assert kept["type"] == "Opaque"
    assert kept["data"] == {"AccessKeyID": HIDDEN, "SecretAccessKey": HIDDEN, "SessionToken": HIDDEN}
    assert kept["metadata"]["labels"] == {"k0rdent.mirantis.com/component": "kcm"}
    assert kept["metadata"]["resourceVersion"] == "4711"
    applied = "kubectl.kubernetes.io/last-applied-configuration"
    assert kept["metadata"]["annotations"] == {applied: HIDDEN}  # that there is one, and nothing of it
    assert "Q2FuYXJ5" not in json.dumps(kept)


def test_harmless_settings_stay_readable_in_a_config():
    config = redact(manifest("clusterdeployments", "checkout-prod"))["spec"]["config"]
    assert config == {
        "region": "eu-west-1",
        "controlPlaneNumber": 3,
        "workersNumber": 5,
        "controlPlane": {"instanceType": "m6i.large"},
        "worker": {"instanceType": "m6i.2xlarge"},
    }


def test_what_is_hidden_in_a_config_keeps_its_key():
    config = redact(manifest("secrets", "config-everywhere"))["spec"]["config"]
    assert config["sshPublicKey"] == HIDDEN
    assert config["k0s"]["version"] == "v1.36.3+k0s.2"
    assert config["machines"] == [
        {"address": HIDDEN, "user": HIDDEN, "preK0sCommands": [HIDDEN], "files": [{"content": HIDDEN}]}
    ]


def test_references_to_secrets_are_no_secrets():
    identity = redact(manifest("catalog", "AzureClusterIdentity azure-ams"))
    assert identity["spec"]["clientSecret"] == {"name": "azure-ams-secret", "namespace": "kcm-system"}
    release = redact(manifest("secrets", "HelmRelease with-values"))
    assert release["spec"]["valuesFrom"] == [{"kind": "Secret", "name": "more-values", "valuesKey": "values.yaml"}]


def test_the_values_of_a_label_selector_are_no_helm_values():
    service = redact(manifest("secrets", "MultiClusterService with-values"))
    assert service["spec"]["clusterSelector"]["matchExpressions"][0]["values"] == ["shop", "data"]


def test_the_defaults_of_a_chart_stay_for_the_form_but_for_passwords():
    config = redact(manifest("catalog", "aws-standalone-cp-1-0-43"))["status"]["config"]
    assert config["worker"] == {"instanceType": "", "rootVolumeSize": 8}
    assert config["bastion"] == {"password": HIDDEN}


def test_where_the_metrics_of_a_region_are_stays_without_the_password_in_the_address():
    data = redact(manifest("secrets", "kof-dublin"))["data"]
    assert data["regional_cluster_name"] == "dublin-ground"
    assert data["read_metrics_endpoint"] == f"https://{HIDDEN}@vmauth.dublin.example.net/vm/select/0/prometheus"
    assert json.loads(data["kof_http_config"]) == {
        "dial_timeout": "5s",
        "tls_config": {"insecure_skip_verify": True},
        "basic_auth": {"credentials_secret_name": "kof-creds", "username_key": "username"},
    }
    assert data["something_else"] == HIDDEN


def test_the_schema_of_a_template_stays():
    schema = '{"type": "object", "properties": {"region": {"type": "string"}}}'
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "schema-ct-aws"}}
    assert redact({**config_map, "data": {"schema": schema}})["data"]["schema"] == schema


def test_what_health_and_lists_need_is_the_same_after_redaction():
    for one in every_manifest():
        if CANARY not in json.dumps(one):
            kept = redact(one)
            assert kept.get("status", {}).get("conditions") == one.get("status", {}).get("conditions")
            assert kept["metadata"]["name"] == one["metadata"]["name"]
            assert kept["metadata"].get("labels") == one["metadata"].get("labels")


def test_a_config_made_to_break_its_reader_is_hidden_from_some_depth_on():
    deep: object = "bottom"
    for _ in range(5000):
        deep = {"a": deep}
    redacted = redact({"kind": "ClusterDeployment", "spec": {"config": deep, "other": deep}})
    assert "bottom" not in json.dumps(redacted)


@pytest.mark.parametrize(
    "message",
    [
        "Helm install succeeded for release team-shop/checkout-prod.v1 with chart aws-standalone-cp@1.0.43",
        "failed to pull oci://ghcr.io/k0rdent/kcm/charts/kcm@sha256:0123456789abcdef: not found",
        'Get "https://10.7.0.4:6443/version": dial tcp 10.7.0.4:6443: i/o timeout',
        "the server has asked for the client to provide credentials; Bearer authentication is required",
        "invalid token: unauthorized",
    ],
)
def test_ordinary_messages_stay_as_they_are(message):
    assert without_credentials(message) == message


def test_the_message_of_an_event_is_cleaned_too():
    message = reported(manifest("events", "telling.187f3b2a1c9d0e05")).message
    assert "hunter22" not in message
    assert message.startswith("Invalid configuration provided: cannot reach https://")
