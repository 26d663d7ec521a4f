"""Causes that a message gives away. One line is one cause: the first pattern that fits a message is its cause.

Sentences and advice may name `{name}` and `{kind}` of the object, `{namespace}`, `{region}`, `{credential}`,
`{template}`, `{host}` (the cluster that holds it), and what the pattern itself has named.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from regions.domain.causes.verdict import Tier


@dataclass(frozen=True, slots=True)
class Words:
    """One cause. `blames` is what is to blame: self, or credential, template, region, or an object that is missing."""

    key: str
    pattern: re.Pattern[str]
    sentence: str
    advice: str
    tier: Tier = Tier.BREAKS
    blames: str = "self"
    shared: str = ""  # what others with this cause have in common: credential, template, region, or culprit
    kinds: frozenset[str] = frozenset()  # only what these say; empty: anything
    not_kinds: frozenset[str] = frozenset()
    instead: frozenset[str] = frozenset()  # of the same object: causes that this one says better
    after: timedelta = timedelta(0)  # so long it may say this before it is one: some words pass by themselves


_CLOUD = frozenset({"HelmRelease", "ClusterTemplate", "ServiceTemplate", "ServiceSet", "ClusterSummary"})
"""What never speaks for a cloud."""
_FLUX = frozenset({"HelmRelease", "ClusterDeployment", "Region", "Management"})
_SERVICES = frozenset({"ServiceSet", "ClusterSummary", "ClusterDeployment", "MultiClusterService", "HelmRelease"})


def _re(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts))


TABLE: tuple[Words, ...] = (
    # -- what k0rdent refuses before anything is made -------------------------------------------------------------
    Words(
        "config",
        _re(
            r"values don't meet the specifications of the schema",
            r"failed to validate template with provided configuration",
            r"Invalid configuration provided",
        ),
        "Its configuration is rejected by the chart of {template}",
        "Correct spec.config as the chart's schema asks; nothing is changed on the cluster until it fits.",
        tier=Tier.BLOCKS,
    ),
    Words(
        "name-too-long",
        _re(
            r"must be no more than (?:53|63) characters",
            r"exceeds (?:the )?max(?:imum)? length",
            r"invalid release name",
            r"Too long: may not be (?:more|longer)",
            r"metadata\.labels: Invalid value.*must be no more than",
        ),
        "A name is too long: {name}",
        "Names cannot be changed. Make it anew under a shorter one: a deployment has at most 53 characters, a "
        "region 21.",
        tier=Tier.BLOCKS,
    ),
    Words(
        "services-invalid",
        _re(
            r"some services have invalid (?:templates|dependencies)",
            r"dependency cycle detected",
            r"is not defined as a service",
            r"multiclusterservice dependency",
        ),
        "A service depends on what is not there",
        "Mend dependsOn of its services, or add the service that they wait for.",
        tier=Tier.BLOCKS,
    ),
    Words(
        "k8s-constraint",
        _re(r"does not satisfy k8s constraint"),
        "A service does not fit the Kubernetes version of the cluster",
        "Choose a version of the service that fits, or upgrade the cluster first.",
        tier=Tier.BLOCKS,
    ),
    Words(
        "contracts",
        _re(
            r"contract versions? does not satisfy",
            r"does not support v1(?:alpha|beta)\d",
            r"[Ii]ncompatible (?:CAPI )?contract",
            r"incompatible contracts",
        ),
        "Versions do not fit: the template needs another contract of Cluster API than {host} has",
        "Upgrade the providers of {region} to the Release that the template belongs to, or use the template of "
        "the version that is installed.",
        tier=Tier.BLOCKS,
        shared="region",
    ),
    Words(
        "provider-missing",
        _re(
            r'no matches for kind "?\w+"?',
            r"required providers are not deployed",
            r"unsupported infrastructure provider",
            r"the server could not find the requested resource",
        ),
        "A provider that it needs is not installed in {region}",
        "Add the provider to spec.providers of region {region} (for the management cluster: of Management kcm) "
        "and wait until it is Ready.",
        tier=Tier.BLOCKS,
        blames="region",
        shared="region",
        not_kinds=frozenset({"Machine"}),
    ),
    Words(
        "template-gone",
        _re(r"failed to get ClusterTemplate", r'ClusterTemplate\.k0rdent\.mirantis\.com "[^"]+" not found'),
        "Its template {template} does not exist",
        "Choose a template that is in its namespace, or let AccessManagement share this one with it.",
        tier=Tier.BLOCKS,
        blames="template",
        shared="template",
    ),
    Words(
        "template-invalid",
        _re(r"is not marked as valid", r"ClusterTemplate .* is invalid"),
        "Its template {template} is not valid",
        "See what the template says and mend its chart, or move to a valid one.",
        tier=Tier.BLOCKS,
        blames="template",
        shared="template",
        kinds=frozenset({"ClusterDeployment"}),
    ),
    Words(
        "chart",
        _re(
            r"failed to (?:download|get) HelmChart",
            r"no artifact available",
            r"chart pull error",
            r"failed to fetch .*chart",
            r'chart "[^"]+" .*not found',
            r"HelmChart '[^']+' is not ready",
        ),
        "The chart of {template} cannot be fetched",
        "Look at the HelmChart and HelmRepository on the management cluster: address, credentials, and whether "
        "the version was published.",
        tier=Tier.BLOCKS,
        shared="template",
        after=timedelta(minutes=3),
    ),
    Words(
        "credential-gone",
        _re(r"failed to get Credential"),
        "Its credential {credential} does not exist",
        "Create the Credential again under the same name: k0rdent can neither change nor delete a cluster without it.",
        tier=Tier.BLOCKS,
        blames="credential",
        shared="credential",
    ),
    Words(
        "credential-not-ready",
        _re(r"the Credential \S+ is not ready", r"Credential \S+ is not ready"),
        "Its credential {credential} is not ready",
        "Mend the credential first; k0rdent takes up the deployment again by itself.",
        tier=Tier.BLOCKS,
        blames="credential",
        shared="credential",
        kinds=frozenset({"ClusterDeployment"}),
    ),
    Words(
        "identity-missing",
        _re(r"Kind=(?P<kindof>\w+) (?:(?P<place>[\w.-]*)/)?(?P<missing>[\w.-]+) not found"),
        "Identity {missing} does not exist",
        "Create {kindof} {missing} in the system namespace of the management cluster (of a region: k0rdent copies it "
        "there), or correct spec.identityRef.",
        tier=Tier.BLOCKS,
        blames="identity",
        shared="culprit",
        kinds=frozenset({"Credential"}),
    ),
    Words(
        "region-missing",
        _re(r'Region\.k0rdent\.mirantis\.com "?[^" ]+"? not found', r"region \S+ is deleted"),
        "Its region does not exist",
        "Register the region again under this name, or make the credential anew for another one.",
        tier=Tier.BLOCKS,
        shared="culprit",
    ),
    Words(
        "namespace-missing",
        _re(r'namespaces? "(?P<missing>[^"]+)" not found'),
        "Namespace {missing} is missing {there}",
        "Create it there: kubectl create namespace {missing}. Flux tries again by itself.",
        tier=Tier.BLOCKS,
        blames="Namespace",
        shared="culprit",
    ),
    Words(
        "resource-template",
        _re(r"[Rr]eferenced resource: ConfigMap (?P<place>\S+)/(?P<missing>\S+) does not exist"),
        "ConfigMap {missing} is missing {there}",
        "Create it in namespace {place} there (k0rdent never copies it to a region), or set "
        "spec.propagateCredentials to false when the clusters need nothing of the credential.",
        tier=Tier.BREAKS,
        blames="ConfigMap",
        shared="culprit",
    ),
    Words(
        "secret-missing",
        _re(
            r"[Rr]eferenced resource: Secret (?P<place>\S+)/(?P<missing>\S+) does not exist",
            r'[Ss]ecrets? "(?P<missing2>[^"]+-secret)" not found',
            r"[Ss]ecret (?P<place3>[\w.-]+)/(?P<missing3>[\w.-]+-secret) (?:does not exist|not found)",
        ),
        "Secret {missing} is missing {there}",
        "k0rdent looks for a Secret called as the identity with -secret: create it in the system namespace of "
        "the management cluster; it is copied to the region within 15 minutes.",
        tier=Tier.BREAKS,
        blames="Secret",
        shared="culprit",
    ),
    # -- the way to the region --------------------------------------------------------------------------------
    Words(
        "kubeconfig-missing",
        _re(
            r"KubeConfig .*[Ss]ecret.*not found",
            r'[Ss]ecrets? "(?P<missing>[^"]*kubeconfig[^"]*)" not found',
            r"failed to get KubeConfig",
            r"does not have \S+ key defined",
            r"failed to get clients? for (?:the )?\S+ region",
        ),
        "The kubeconfig of region {region} is missing or unreadable",
        "Put the Secret with the region's kubeconfig back, under the name and key that the Region names.",
        tier=Tier.BLOCKS,
        blames="region",
        shared="region",
        kinds=_FLUX,
    ),
    Words(
        "kubeconfig-copy",
        _re(r"Failed to copy regional KubeConfig"),
        "k0rdent cannot copy the kubeconfig of region {region} to {namespace}",
        "Its Helm release can only use a Secret of its own namespace: copy the region's kubeconfig Secret there "
        "by hand.",
        tier=Tier.BLOCKS,
        blames="region",
        shared="region",
    ),
    Words(
        "kubeconfig-refused",
        _re(
            r"x509: certificate has expired",
            r"asked for the client to provide credentials",
            r"x509: certificate signed by unknown authority",
            r"\bUnauthorized\b",
        ),
        "k0rdent's kubeconfig for region {region} is no longer accepted",
        "Renew the kubeconfig in the region's Secret, and delete its copies in the namespaces of deployments: "
        "k0rdent makes them only once.",
        tier=Tier.BLOCKS,
        blames="region",
        shared="region",
        kinds=frozenset({"HelmRelease", "ClusterDeployment", "Region"}),
    ),
    Words(
        "webhook",
        _re(r"failed calling webhook"),
        "A webhook {there} does not answer",
        "See whether the pods behind it run there; until then nothing that it guards can be changed.",
        tier=Tier.BLOCKS,
        shared="region",
    ),
    # -- clouds -----------------------------------------------------------------------------------------------
    Words(
        "throttled",
        _re(
            r"RequestLimitExceeded",
            r"\bThrottling",
            r"TooManyRequests",
            r"rateLimitExceeded",
            r"Rate exceeded",
            r"\b429\b",
        ),
        "The cloud answers too slowly: too many requests are made with {credential}",
        "It goes on by itself. If it lasts, spread the clusters over several accounts.",
        shared="credential",
        not_kinds=_CLOUD,
        after=timedelta(minutes=5),
    ),
    Words(
        "quota",
        _re(
            r"(?i:vcpulimitexceeded|limitexceeded|quota[ _]?exceeded|quotaexceeded|exceed\w* (?:\w+ )*quota)",
            r"(?i:quota '?[\w.-]+'? exceeded|exceeds? (?:the )?(?:\w+ ){0,3}limit|not enough quota)",
            r"AddressLimitExceeded",
            r"OverLimit",
            r"maximum number of \w+ has been reached",
            r"OperationNotAllowed",
        ),
        "A quota of the cloud account is used up",
        "Ask the cloud for a higher limit for the account of {credential}, or free what is not needed; it tries "
        "again by itself.",
        shared="credential",
        not_kinds=_CLOUD,
    ),
    Words(
        "capacity",
        _re(
            r"InsufficientInstanceCapacity",
            r"ZonalAllocationFailed",
            r"AllocationFailed",
            r"SkuNotAvailable",
            r"ZONE_RESOURCE_POOL_EXHAUSTED",
            r"No valid host was found",
            r"does not have enough resources",
            r"[Ii]nsufficient (?:cpu|memory|resources)",
        ),
        "The cloud has no room for this machine type",
        "Choose another zone or machine type in its configuration, or wait: it tries again by itself.",
        shared="template",
        not_kinds=_CLOUD,
    ),
    Words(
        "image",
        _re(
            r"found no AMIs",
            r"InvalidAMIID",
            r"ImageNotFound",
            r"PlatformImageNotFound",
            r"images?/[^' ]+'? was not found",
            r"no images were found",
            r"(?i:unable to find (?:vm )?template)",
            r"(?i:(?:image|template|ami) \"?[\w./:-]+\"? (?:was )?not found)",
            r"(?i:could not find image)",
            r"failed to get AMI",
        ),
        "The machine image does not exist",
        "Give the image that exists there in spec.config (aws: the AMI of that region; openstack: image filter; "
        "vsphere: the VM template), or copy it there.",
        shared="template",
        not_kinds=_CLOUD,
    ),
    Words(
        "machine-type",
        _re(
            r"InvalidInstanceType",
            r"instance type .* not supported",
            r"VMSizeNotSupported",
            r"(?i:flavou?r .*not (?:be )?found)",
            r"machineTypes/[^' ]+'? was not found",
            r"Unsupported: Your requested instance type",
        ),
        "The machine type does not exist there",
        "Choose a machine type that this zone has, in spec.config.",
        shared="template",
        not_kinds=_CLOUD,
    ),
    Words(
        "key-pair",
        _re(r"InvalidKeyPair", r"(?i:key ?pair .*(?:not found|does not exist|invalid))"),
        "The SSH key that it names is not known to the cloud",
        "Import the key under that name in the account, or take it out of spec.config.",
        shared="credential",
        not_kinds=_CLOUD,
    ),
    Words(
        "network",
        _re(
            r"InvalidSubnet",
            r"InvalidVpcID",
            r"(?i:subnet\S* .*(?:not found|does not exist|could not be found))",
            r"InsufficientFreeAddresses",
            r"(?i:no (?:more )?free ip|ip addresses? exhausted|subnet is full)",
            r"(?i:cidr\S* .*(?:overlap|conflict|invalid))",
            r"(?i:network\S* .*(?:not found|does not exist))",
            r"IpAddressGenerationFailure",
            r"failed to (?:reconcile|create|describe) subnets?",
            r"(?i:no subnets? (?:available|found))",
            r"SubnetIsFull",
            r"(?i:security group .*not found)",
            r"(?i:no floating ip|external network)",
        ),
        "The network that it needs is not as it should be",
        "Check VPC, subnets, address ranges and floating addresses in spec.config against what the account has.",
        shared="template",
        not_kinds=_CLOUD,
    ),
    Words(
        "authentication",
        _re(
            r"AuthFailure",
            r"InvalidClientTokenId",
            r"InvalidAccessKeyId",
            r"SignatureDoesNotMatch",
            r"UnrecognizedClient",
            r"ExpiredToken",
            r"RequestExpired",
            r"AADSTS\d",
            r"InvalidAuthenticationToken",
            r"invalid_client",
            r"invalid_grant",
            r"googleapi: Error 401",
            r"invalid authentication credentials",
            r"(?i:authentication (?:failed|failure)|requires authentication|(?:failed|unable) to authenticate)",
            r"(?i:incorrect user ?name or password|invalid ?login|permission denied \(publickey|invalid credentials)",
            r"(?i:application credential has expired)",
            r"asked for the client to provide credentials",
            r"not able to validate the provided access credentials",
            r"\b401 Unauthorized\b",
            r": Unauthorized\b",
        ),
        "The cloud rejects the keys of credential {credential}",
        "Rotate the credential: put valid keys into its Secret on the management cluster. Machines are tried "
        "again by themselves once the copy has reached the region (at most 15 minutes).",
        tier=Tier.BREAKS,
        blames="credential",
        shared="credential",
        not_kinds=_CLOUD,
    ),
    Words(
        "permission",
        _re(
            r"UnauthorizedOperation",
            r"AccessDenied",
            r"AuthorizationFailed",
            r"PERMISSION_DENIED",
            r"googleapi: Error 403",
            r"(?i:is not authorized to perform)",
            r"(?i:policy doesn't allow)",
        ),
        "The account of credential {credential} may not do this",
        "Give the account the permission that the message names.",
        tier=Tier.BREAKS,
        blames="credential",
        shared="credential",
        not_kinds=_CLOUD,
    ),
    Words(
        "unreachable",
        _re(
            r"dial tcp",
            r"i/o timeout",
            r"no route to host",
            r"connection refused",
            r"no such host",
            r"TLS handshake timeout",
            r"connection reset by peer",
            r"http2: client connection lost",
        ),
        "k0rdent cannot reach the API server of region {region}",
        "Check the network from the management cluster to the region's API server, and whether it runs.",
        tier=Tier.BLOCKS,
        blames="region",
        shared="region",
        kinds=_FLUX,
    ),
    # -- Helm -----------------------------------------------------------------------------------------------
    Words(
        "helm-locked",
        _re(r"another operation \(install/upgrade/rollback\) is in progress", r"pending-(?:install|upgrade|rollback)"),
        "An earlier Helm operation was cut off and still holds the release",
        "Retry with force: annotate the HelmRelease with reconcile.fluxcd.io/forceAt, or roll the release back "
        "in the region.",
        tier=Tier.BLOCKS,
    ),
    Words(
        "immutable",
        _re(
            r"field is immutable",
            r"cannot patch .* is immutable",
            r"Forbidden: updates to .* are forbidden",
            r"(?:spec|Spec) is immutable",
        ),
        "The change touches a field that cannot be changed",
        "Take the change back, or replace the cluster: some fields only apply when a cluster is made.",
        tier=Tier.BLOCKS,
    ),
    Words(
        "exists",
        _re(r"invalid ownership metadata", r"cannot be imported into the current release", r"already exists"),
        "An object of that name already exists {there} and belongs to somebody else",
        "Choose another name, or remove the object that is left over there.",
        tier=Tier.BLOCKS,
        kinds=frozenset({"HelmRelease", "ClusterSummary", "ServiceSet", "ClusterDeployment"}),
    ),
    Words(
        "image-pull",
        _re(r"ImagePullBackOff", r"ErrImagePull", r"(?i:failed to pull image|pull access denied)"),
        "A container image cannot be pulled {there}",
        "Check registry, image name and pull secret there.",
        shared="region",
    ),
    # -- machines -----------------------------------------------------------------------------------------
    Words(
        "ssh",
        _re(r"ssh: handshake failed", r"ssh: .*(?:refused|timed? ?out)", r"dial tcp \S+:22\b", r"no hostkey"),
        "A machine does not let us in by SSH",
        "Check address, port, user and key of the machine in spec.config and the credential's Secret.",
        not_kinds=_FLUX,
    ),
    Words(
        "drain",
        _re(
            r"(?i:drain)",
            r"(?i:evict)",
            r"PodDisruptionBudget",
            r"(?i:volumes? .*(?:attach|detach))",
            r"(?i:wait\w* for (?:node )?volume)",
            r"WaitingForVolumeDetach",
            r"pre-(?:drain|terminate) hook",
        ),
        "Machine {name} cannot be emptied",
        "See which pods or volumes hold the node (a PodDisruptionBudget, a volume that is still attached) and "
        "free them; as a last resort annotate the Machine with machine.cluster.x-k8s.io/exclude-node-draining.",
        kinds=frozenset({"Machine"}),
    ),
    Words(
        "machine-gone",
        _re(r"Its machine is gone", r"\b[A-Z]\w+Machine (?:\S+ )?has been deleted"),
        "Machine {name} is gone: its infrastructure was deleted",
        "Nothing makes it anew by itself: delete the Machine, and its control plane or MachineDeployment makes another "
        "(a MachineHealthCheck does so alone). Find out who deleted it.",
        kinds=frozenset({"Machine"}),
        instead=frozenset({"node"}),
    ),
    Words(
        "node",
        _re(
            r"Kubelet stopped posting node status",
            r"NodeNotReady",
            r"Node\.Ready",
            r"NetworkUnavailable",
            r"(?i:network plugin (?:is not ready|returns error)|cni .*not initialized)",
            r"NodeNotHealthy",
            r"NodeUnreachable",
            r"(?:Disk|Memory|PID)Pressure",
        ),
        "The node of machine {name} is not healthy",
        "Look at the machine in its cloud (is it running, has it disk and memory?) and at its kubelet; delete "
        "the Machine to have it replaced.",
        kinds=frozenset({"Machine"}),
    ),
    Words(
        "cluster-gone",
        _re(r"Underlying CAPI Cluster object is missing", r"CAPIClusterMissing"),
        "Somebody deleted its Cluster API Cluster in {region}",
        "Nothing manages its machines any more. Find out who deleted it; reconcile the HelmRelease with force to "
        "make it anew, or delete the deployment.",
        tier=Tier.BLOCKS,
    ),
    Words(
        "data-source",
        _re(r"[Cc]ross-referenced ClusterDataSource", r"ClusterDataSource \S+ is not yet ready"),
        "Its data source is not ready",
        "Open-source k0rdent has no controller for ClusterDataSource: install one, or make the deployment "
        "without dataSource.",
        tier=Tier.BLOCKS,
    ),
    # -- services -----------------------------------------------------------------------------------------
    Words(
        "service-conflict",
        _re(
            r"Conflict over",
            r"is already managed by",
            r"cannot manage chart .*(?:managed|conflict)",
            r"another profile manages",
        ),
        "Two sources want to manage the same service",
        "Let only one of deployment and MultiClusterService ask for it, or give one a higher priority.",
        kinds=_SERVICES,
    ),
    Words(
        "helm-timeout",
        _re(r"timed out waiting for the condition", r"context deadline exceeded", r"hooks? failed"),
        "What {name} installs does not come up in {region}",
        "Helm waited for its pods in vain: look at pods and events in its target namespace there. Flux tries again by "
        "itself.",
        kinds=frozenset({"HelmRelease"}),
    ),
    Words(
        "service-timeout",
        _re(
            r"timed out waiting for the condition",
            r"hooks? failed",
            r"context deadline exceeded",
            r"(?i:failed to install|failed to upgrade)",
        ),
        "Service {service} does not come up on its cluster",
        "See its pods on the cluster (kubectl get pods,events in its namespace): Helm waited for them in vain. "
        "It is tried again by itself.",
        kinds=_SERVICES - {"HelmRelease"},
    ),
)


@lru_cache(maxsize=8192)
def recognise(text: str, kind: str) -> tuple[Words, int, tuple[tuple[str, str], ...]] | None:
    """The cause that this message of an object of this kind gives away, where in the text, and what it names."""
    for words in TABLE:
        if (words.kinds and kind not in words.kinds) or kind in words.not_kinds:
            continue
        if found := words.pattern.search(text):
            names = {key.rstrip("0123456789"): value for key, value in found.groupdict().items() if value}
            return words, found.start(), tuple(names.items())
    return None


def rejected(text: str) -> bool:
    """True for what a cloud says when it does not accept a credential, or lets it do too little."""
    found = recognise(text, "Machine")
    return bool(found and found[0].key in ("authentication", "permission"))
