"""What k0rdent's admission says, and what it means: (kinds, pattern, field, sentence). First match wins.

`{0}` in a sentence is the first group of the pattern. An empty field keeps the one that the server named.
"""

Rule = tuple[tuple[str, ...], str, str, str]

_D = ("ClusterDeployment",)
_R = ("Region",)
_C = ("Credential",)

RULES: tuple[Rule, ...] = (
    # ClusterDeployment: template, credential, region
    (
        _D,
        r"ClusterTemplate (\S+) is (?:invalid with the error|not marked as valid): (.*)",
        "template",
        "k0rdent calls the template {0} invalid: {1}.",
    ),
    (
        _D,
        r"incompatible providers in (?:Region|Management) (\S+): .*not deployed yet: \[([^\]]*)\]",
        "template",
        "{0} does not have yet what this template needs: {1}. While it is being installed there, ask again later; else "
        "enable it, or choose another credential.",
    ),
    (
        _D,
        r"incompatible providers in (?:Region|Management) (\S+): .*contract versions.*: \[([^\]]*)\]",
        "template",
        "The providers on {0} are too old or too new for this template: {1}.",
    ),
    (
        _D,
        r"k8s version (\S+) of the ClusterTemplate (\S+) does not satisfy k8s constraint (.+?) from the "
        r"ServiceTemplate (\S+)",
        "services",
        "Kubernetes {0} of the template is not what the service {3} asks for ({2}).",
    ),
    (
        _D,
        r"no (?:infrastructure )?providers have been found in the ClusterTemplate",
        "template",
        "This template names no infrastructure provider. Choose another.",
    ),
    (
        _D,
        r"(?:the )?Credential (\S+) is not [Rr]eady",
        "credential",
        "The credential {0} is not ready. Repair it first, or choose another.",
    ),
    (_D, r"Credential (\S+) does not have identityRef", "credential", "The credential {0} names no identity."),
    (
        _D,
        r"failed to get client for (\S+) region",
        "credential",
        "k0rdent cannot reach the region {0}: the Secret with its kubeconfig is missing or cannot be read.",
    ),
    (
        _D,
        r"provider (\S+) does not support ClusterIdentity Kind (\S+) from the Credential (\S+)",
        "credential",
        "This template needs a credential for {0}; {2} is a {1}.",
    ),
    (
        _D,
        r"unsupported infrastructure provider (\S+)",
        "credential",
        "{0} is not installed where this credential leads, or k0rdent does not reach that region now.",
    ),
    # ClusterDeployment: services
    (
        _D,
        r"some services have invalid templates\s*(.*)",
        "services",
        "Some services have templates that cannot be used: {0}",
    ),
    (_D, r"dependency cycle detected at (.*)", "services", "Services wait for each other: {0}."),
    (
        _D,
        r"some services have invalid dependencies\s*(.*)",
        "services",
        "Some services wait for others that are not there: {0}",
    ),
    # ClusterDeployment: editing and deleting
    (
        _D,
        r"cluster upgrade is forbidden",
        "template",
        "k0rdent does not allow this way of upgrading. Choose one that is offered.",
    ),
    (
        _D,
        r"spec\.dataSource cannot be added or removed after creation",
        "",
        "A data source can be neither added nor removed once the cluster exists.",
    ),
    (
        _D,
        r'cannot be deleted: referenced by Region "([^"]+)"',
        "",
        "This cluster is the region {0}. Deregister the region first.",
    ),
    (_D, r"Provider name is immutable once set", "services", "The provider of services cannot be changed."),
    # Region
    (
        _R,
        r"exactly one of kubeConfig or clusterDeployment must be set",
        "kubeconfig",
        "Give either a kubeconfig or a deployment.",
    ),
    (_R, r"kubeConfig is immutable", "secret_name", "Which Secret holds a region's kubeconfig cannot be changed."),
    (_R, r"clusterDeployment is immutable", "cluster_deployment", "The deployment of a region cannot be changed."),
    (_R, r"failed to get Secret (\S+)", "secret_name", "There is no Secret {0}."),
    (_R, r"kubeConfig Secret does not have (\S*) ?key defined", "secret_key", "The Secret has no key {0}."),
    (
        _R,
        r"provider (\S+) is required by at least one ClusterDeployment and cannot be removed",
        "providers",
        "{0} cannot be removed: a deployment in the region uses it.",
    ),
    (_R, r"the Region (\S+) is invalid: (.*)", "providers", "These provider templates do not fit together: {1}."),
    (
        _R,
        r"region deletion is forbidden",
        "",
        "Deployments still run in this region. Delete them, or move them, first.",
    ),
    # Credential
    (
        _C,
        r"Region is immutable",
        "region",
        "The region of a credential cannot be changed. Copy the credential instead.",
    ),
    (_C, r"identityRef.*[Rr]equired", "recipe", "A credential names an identity."),
    # Others
    ((), r"cannot delete (\w+) (\S+): it is still referenced", "", "{1} is still used by a deployment."),
    ((), r"template deletion is forbidden", "", "This template is still in use."),
    ((), r"management deletion is forbidden", "", "Regions or deployments still exist."),
    ((), r"AccessManagement object already exists", "", "There is an AccessManagement object already."),
    # The API server itself
    ((), r'namespaces "([^"]+)" not found', "namespace", "There is no namespace {0} there."),
    (
        (),
        r"unable to create new content in namespace (\S+) because it is being terminated",
        "namespace",
        "The namespace {0} is being deleted.",
    ),
    (
        (),
        r'failed calling webhook "([^"]+)": .*(?:deadline exceeded|[Tt]imeout)',
        "",
        "k0rdent did not answer in time whether this is allowed. A region that does not answer may be the reason.",
    ),
    (
        (),
        r'failed calling webhook "([^"]+)"',
        "",
        "k0rdent cannot say now whether this is allowed: its webhook {0} does not answer.",
    ),
    ((), r'User "([^"]*)" cannot (\w+) resource "([^"]*)"', "", "{0} may not {1} {2} there."),
    ((), r"no matches for kind \"?(\w+)", "", "The cluster knows no {0}: the provider is not installed there."),
    (
        (),
        r"the server could not find the requested resource",
        "",
        "The cluster does not know this kind: the provider, or k0rdent, is not installed there.",
    ),
    ((), r"exceeded quota: (\S+?),", "", "The quota {0} of the namespace is used up."),
    ((), r"[Dd]uplicate value", "", "The same is listed twice."),
)

WARNINGS: tuple[tuple[str, str, str], ...] = (
    (
        r"Cluster can't be upgraded from (\S+) to (\S+)\. This upgrade sequence is not allowed",
        "template",
        "k0rdent allows no way from {0} to {1}.",
    ),
    (r"Failed to validate required providers", "template", "The providers that this template needs are not all there."),
    (
        r"Some of the providers cannot be removed",
        "providers",
        "Some of the providers are in use and cannot be removed.",
    ),
    (
        r"incompatible CAPI contract versions in ProviderTemplates",
        "providers",
        "The provider templates do not fit the installed Cluster API.",
    ),
    (
        r"Region object can't be removed while any ClusterDeployment",
        "",
        "The region cannot be removed while deployments run in it.",
    ),
    (r'unknown field "([^"]+)"', "", "The cluster does not know the field {0} and drops it."),
)
"""Warnings that we know: pattern, field, sentence."""
