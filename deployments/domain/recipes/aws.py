"""AWS: an access key, a role to assume, or what the provider's own pod may do."""

import re

from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.findings import Problem, error, note, warning
from deployments.domain.recipes.base import Recipe, RecipeField, RecipeKind, SecretPlace, given, keys, plain
from deployments.domain.snapshot import ClusterSnapshot
from regions.domain.manifest import Manifest

PROVIDER = "infrastructure-aws"
_API = "infrastructure.cluster.x-k8s.io/v1beta2"
STATIC = RecipeKind(_API, "AWSClusterStaticIdentity", namespaced=False)
ROLE = RecipeKind(_API, "AWSClusterRoleIdentity", namespaced=False)
CONTROLLER = RecipeKind(_API, "AWSClusterControllerIdentity", namespaced=False)
CHARTS = ("aws-standalone-cp", "aws-hosted-cp", "aws-eks")

_ARN = re.compile(r"arn:(aws|aws-cn|aws-us-gov|aws-iso|aws-iso-b):iam::(\d{12}):role/[\w+=,.@/-]{1,512}")
_SESSION = re.compile(r"[\w+=,.@-]{2,64}")
_KEY_ID = re.compile(r"(AKIA|ASIA)[A-Z0-9]{12,124}")
_PREFIXES = {"AROA": "a role", "AIDA": "a user", "AGPA": "a group", "AIPA": "an instance profile"}


def _look_static(draft: CredentialDraft, snapshot: ClusterSnapshot) -> list[Problem]:
    found: list[Problem] = []
    key_id, secret = given(draft, "access_key_id").reveal(), given(draft, "secret_access_key").reveal()
    token = given(draft, "session_token").reveal()
    if key_id and not _KEY_ID.fullmatch(key_id):
        what = _PREFIXES.get(key_id[:4])
        why = (
            f"This is the ID of {what}, not of an access key."
            if what
            else ("An access key ID begins with AKIA or ASIA and has only capital letters and digits.")
        )
        found.append(error("access_key_id", why))
    elif key_id.startswith("ASIA"):
        if not token:
            found.append(
                error("session_token", "An access key that begins with ASIA is temporary: it needs its session token.")
            )
        found.append(
            warning("access_key_id", "This access key is temporary: when it ends, nothing can be changed with it.")
        )
    elif token and key_id:
        found.append(
            warning("session_token", "A lasting access key (AKIA…) needs no session token; AWS will refuse the pair.")
        )
    if secret and _KEY_ID.fullmatch(secret):
        found.append(
            error("secret_access_key", "This is an access key ID. The secret access key is the longer one beside it.")
        )
    elif secret and not re.fullmatch(r"[A-Za-z0-9/+=]{16,128}", secret):
        found.append(
            error("secret_access_key", "A secret access key has 40 letters, digits, '/' or '+', and no spaces.")
        )
    elif secret and len(secret) != 40:
        found.append(
            warning("secret_access_key", f"A secret access key usually has 40 characters; this has {len(secret)}.")
        )
    return found


def _static_secret(draft: CredentialDraft) -> dict[str, Secret]:
    return keys(draft, AccessKeyID="access_key_id", SecretAccessKey="secret_access_key", SessionToken="session_token")


def _static_spec(draft: CredentialDraft, place: SecretPlace) -> Manifest:
    # Without allowedNamespaces nobody may use it; empty means every namespace.
    return {"secretRef": place.secret_name, "allowedNamespaces": {}}


def _look_role(draft: CredentialDraft, snapshot: ClusterSnapshot) -> list[Problem]:
    found: list[Problem] = []
    arn = plain(draft, "role_arn")
    if arn:
        matched = _ARN.fullmatch(arn)
        if matched:
            found.append(note("role_arn", f"This is a role in account {matched[2]}."))
        else:
            found.append(error("role_arn", "A role is named like arn:aws:iam::123456789012:role/name."))
    session = plain(draft, "session_name")
    if session and not _SESSION.fullmatch(session):
        found.append(error("session_name", "A session name has 2 to 64 letters, digits or any of _+=,.@-"))
    duration = plain(draft, "duration_seconds")
    if duration and not (
        duration.isascii() and duration.isdigit() and 900 <= int(duration[:6]) <= 43200 and len(duration) < 6
    ):
        found.append(error("duration_seconds", "A session lasts between 900 and 43200 seconds."))
    policies = _lines(plain(draft, "policy_arns"))
    if any(not re.fullmatch(r"arn:[\w-]+:iam::(aws|\d{12}):policy/\S+", policy) for policy in policies):
        found.append(error("policy_arns", "A policy is named like arn:aws:iam::aws:policy/Name, one a line."))
    kind = plain(draft, "source_kind", CONTROLLER.kind)
    source = plain(draft, "source_name", "default" if kind == CONTROLLER.kind else "")
    if not source:
        found.append(error("source_name", "Name the identity whose rights are used to assume the role."))
    elif kind == CONTROLLER.kind and source != "default":
        found.append(error("source_name", "There is only one controller identity, and it is called default."))
    elif kind == ROLE.kind and source == draft.name:
        found.append(error("source_name", "A role cannot be its own source."))
    if draft.regional and kind != CONTROLLER.kind:
        found.append(
            error(
                "source_kind",
                "In a region k0rdent copies a role only with a controller identity as its source; with another the "
                "credential never becomes ready. Choose the controller identity, or an access key instead of a role.",
            )
        )
    return found


def _role_spec(draft: CredentialDraft, place: SecretPlace) -> Manifest:
    kind = plain(draft, "source_kind", CONTROLLER.kind)
    spec: Manifest = {
        "roleARN": plain(draft, "role_arn"),
        "sourceIdentityRef": {
            "kind": kind,
            "name": plain(draft, "source_name", "default" if kind == CONTROLLER.kind else ""),
        },
        "allowedNamespaces": {},
    }
    if session := plain(draft, "session_name"):
        spec["sessionName"] = session
    if duration := plain(draft, "duration_seconds"):
        spec["durationSeconds"] = int(duration)
    if external := plain(draft, "external_id"):
        spec["externalID"] = external
    if policies := _lines(plain(draft, "policy_arns")):
        spec["policyARNs"] = policies
    return spec


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


STATIC_RECIPE = Recipe(
    key="aws-static",
    title="AWS access key",
    provider=PROVIDER,
    help="An access key of an IAM user that may create clusters.",
    identity=STATIC,
    charts=CHARTS,
    fields=(
        RecipeField("access_key_id", "Access key ID", "Begins with AKIA.", secret=True, placeholder="AKIA…"),
        RecipeField("secret_access_key", "Secret access key", "40 characters, shown by AWS only once.", secret=True),
        RecipeField(
            "session_token",
            "Session token",
            "Only for temporary keys (ASIA…).",
            secret=True,
            required=False,
            multiline=True,
        ),
    ),
    look=_look_static,
    secret=_static_secret,
    spec=_static_spec,
)

ROLE_RECIPE = Recipe(
    key="aws-role",
    title="AWS role",
    provider=PROVIDER,
    help="A role that the provider assumes with the rights of another identity. No key is stored.",
    identity=ROLE,
    charts=CHARTS,
    fields=(
        RecipeField("role_arn", "Role ARN", placeholder="arn:aws:iam::123456789012:role/name"),
        RecipeField(
            "source_kind",
            "Source",
            "Whose rights are used to assume the role.",
            default=CONTROLLER.kind,
            choices=(
                (CONTROLLER.kind, "Controller identity"),
                (STATIC.kind, "Access key"),
                (ROLE.kind, "Another role"),
            ),
        ),
        RecipeField(
            "source_name",
            "Source name",
            "An existing identity; the controller's is called default.",
            required=False,
            placeholder="default",
        ),
        RecipeField("session_name", "Session name", "Shown in CloudTrail.", required=False),
        RecipeField(
            "duration_seconds", "Session duration", "In seconds, 900 to 43200.", required=False, placeholder="900"
        ),
        RecipeField("external_id", "External ID", "If the role's trust policy asks for one.", required=False),
        RecipeField(
            "policy_arns",
            "Session policies",
            "ARNs that narrow the session, one a line.",
            required=False,
            multiline=True,
        ),
    ),
    look=_look_role,
    secret=None,
    spec=_role_spec,
)

CONTROLLER_RECIPE = Recipe(
    key="aws-controller",
    title="AWS controller",
    provider=PROVIDER,
    help="The rights of the provider's own pod (its IAM role). There is one such identity, called default.",
    identity=CONTROLLER,
    charts=CHARTS,
    fields=(),
    look=lambda draft, snapshot: [],
    secret=None,
    spec=lambda draft, place: {"allowedNamespaces": {}},
)
