"""Providers whose identity is one Secret with one key: KubeVirt, Docker, adopted clusters, machines over SSH."""

from deployments.domain import paste_checks
from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.findings import Problem, warning
from deployments.domain.recipes.base import SECRET, Recipe, RecipeField, given
from deployments.domain.snapshot import ClusterSnapshot


def _look_kubeconfig(draft: CredentialDraft, snapshot: ClusterSnapshot) -> list[Problem]:
    text = given(draft, "kubeconfig").reveal()
    return paste_checks.kubeconfig("kubeconfig", text) if text else []


def _look_adopted(draft: CredentialDraft, snapshot: ClusterSnapshot) -> list[Problem]:
    found = _look_kubeconfig(draft, snapshot)
    known = snapshot.servers.get(paste_checks.server_of(given(draft, "kubeconfig").reveal()), "")
    if known:
        sentence = "Adopt it only if it shall be managed as a deployment as well."
        found.append(warning("kubeconfig", f"This is the API server of {known}, which Pane knows already. {sentence}"))
    return found


def _look_ssh(draft: CredentialDraft, snapshot: ClusterSnapshot) -> list[Problem]:
    text = given(draft, "private_key").reveal()
    return paste_checks.ssh_key("private_key", text) if text else []


def _with_line_end(secret: Secret) -> Secret:
    # OpenSSH reads no key whose last line does not end.
    return Secret(secret.reveal().replace("\r\n", "\n") + "\n") if secret else secret


KUBEVIRT_RECIPE = Recipe(
    key="kubevirt",
    title="KubeVirt",
    provider="infrastructure-kubevirt",
    help="A kubeconfig of the cluster whose virtual machines become nodes.",
    identity=SECRET,
    charts=("kubevirt-standalone-cp", "kubevirt-hosted-cp"),
    fields=(
        RecipeField(
            "kubeconfig",
            "Kubeconfig",
            "Of the cluster that runs KubeVirt; its user may make virtual machines.",
            secret=True,
            multiline=True,
        ),
    ),
    look=_look_kubeconfig,
    secret=lambda draft: {"kubeconfig": given(draft, "kubeconfig")},
    propagates=False,
)

DOCKER_RECIPE = Recipe(
    key="docker",
    title="Docker",
    provider="infrastructure-docker",
    help="For development only: it has no secret.",
    identity=SECRET,
    charts=("docker-hosted-cp",),
    fields=(),
    look=lambda draft, snapshot: [],
    secret=lambda draft: {},
)

ADOPTED_RECIPE = Recipe(
    key="adopted",
    title="Adopted cluster",
    provider="infrastructure-internal",
    help="A kubeconfig of an existing cluster that k0rdent shall put services on.",
    identity=SECRET,
    charts=("adopted-cluster",),
    fields=(
        RecipeField(
            "kubeconfig",
            "Kubeconfig",
            "With a token or a client certificate in it, and an address that the "
            "management cluster (or the region) can reach.",
            secret=True,
            multiline=True,
        ),
    ),
    look=_look_adopted,
    secret=lambda draft: {"value": given(draft, "kubeconfig")},
)

SSH_RECIPE = Recipe(
    key="remote",
    title="Machines over SSH",
    provider="infrastructure-k0sproject-k0smotron",
    help="A private key that opens the machines of a remote cluster.",
    identity=SECRET,
    charts=("remote-cluster",),
    fields=(
        RecipeField(
            "private_key",
            "Private key",
            "Without a passphrase.",
            secret=True,
            multiline=True,
            placeholder="-----BEGIN OPENSSH PRIVATE KEY-----",
        ),
    ),
    look=_look_ssh,
    secret=lambda draft: {"value": _with_line_end(given(draft, "private_key"))},
    propagates=False,
)
