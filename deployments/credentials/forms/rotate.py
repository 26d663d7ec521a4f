"""`/credentials/<namespace>/<name>/rotate/`: another secret under the same name, which comes with every post."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import Http404, HttpResponse
from django.urls import reverse

from deployments.credentials.dependents import CredentialDependents, credential_dependents
from deployments.credentials.forms.fields import Question, secret_questions
from deployments.credentials.forms.recipe_of import recipes_of, secret_fields, secret_of, values, whole
from deployments.credentials.matrix.compare import compare
from deployments.domain.credentials.needs import Needed
from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.findings import Problem, error, errors, warning
from deployments.domain.manifests import Planned
from deployments.domain.recipes import Recipe
from deployments.domain.recipes.base import COMPONENT, asked
from deployments.domain.snapshot import ClusterSnapshot
from deployments.registration.probing import probed
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, action_of, answer, as_data, form_view
from deployments.submissions.snapshot import take_snapshot
from regions.clusters.rights import ResourceAttributes
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.inventory import NotFound

_FOREIGN = {
    "reconcile.external-secrets.io/managed": "External Secrets",
    "secrets.hashicorp.com/vso-managed": "the Vault Secrets Operator",
}
_OF_THE_OTHERS = {"aws-static": ("SessionToken",)}
"""Keys that belong to the other values: left behind they would spoil the new ones."""


@dataclass(frozen=True, slots=True)
class SecretRotation:
    """What is given of a new secret, and what that makes of the Secret."""

    found: CredentialDependents
    recipe: Recipe | None
    choices: tuple[Recipe, ...]  # when it cannot be told which it is
    held: Needed | None
    secrets: Mapping[str, Secret]
    problems: tuple[Problem, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        return secret_questions(self.recipe, self.secrets, self.problems)

    @property
    def shared(self) -> tuple[str, ...]:
        """Other credentials that live by the same Secret."""
        return self.found.others.get(self.held.need.place, ()) if self.held else ()

    @property
    def elsewhere(self) -> int:
        """Deployments that use those."""
        return sum(self.found.known.used.get(label, 0) for label in self.shared)

    @property
    def probeable(self) -> bool:
        return self.recipe is not None and any(field.name == "kubeconfig" for field in self.recipe.fields)

    @property
    def planned(self) -> list[Planned]:
        if self.recipe is None or self.held is None:
            return []
        return [planned(self.found, self.recipe, self.held, self.secrets)]


@form_view
def rotate(request: FormRequest, namespace: str, name: str) -> HttpResponse:
    try:
        found = credential_dependents(namespace, name, viewer=request.viewer)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    posted = as_data(request.POST) if request.method == "POST" else None
    held = secret_of(found)
    if held is not None and found.held(held.need) is None:  # the copy cannot tell: the cluster is asked
        held = compare(request.clusters, [(held,)])[0][0]
    form = rotation(found, held, posted, request.GET.get("recipe", ""), take_snapshot(viewer=request.viewer))
    probe = action_of(request) == "probe"
    if probe and form.secrets.get("kubeconfig") and not errors(form.problems):
        wanted = ResourceAttributes("patch", K0RDENT, "Credential", namespace, name)
        seen = probed("kubeconfig", form.secrets["kubeconfig"], request.clusters, wanted)
        form = replace(form, problems=(*form.problems, *seen))
    boxes = [question.name for question in form.questions]
    url = reverse("credentials:copies", args=[namespace, name])
    context = {"form": form, "credential": found}
    page = FormPage(
        "credentials/rotate.html", "Replace the secret", boxes, context, after=lambda key: f"{url}?request={key}"
    )
    return answer(request, page, PageRequest(form.planned, form.problems, shown=probe))


def rotation(
    found: CredentialDependents,
    held: Needed | None,
    posted: Mapping[str, str] | None,
    chosen: str,
    known: ClusterSnapshot,
) -> SecretRotation:
    """The form as posted; None: as it is first shown."""
    choices = recipes_of(found)
    wanted = (posted or {}).get("recipe") or chosen
    recipe = next((one for one in choices if one.key == wanted), choices[0] if len(choices) == 1 else None)
    problems = list(_beforehand(found, recipe, choices, held))
    secrets: dict[str, Secret] = {}
    if posted is not None and recipe is not None:
        secrets = {field.name: Secret(posted.get(field.name, "")) for field in secret_fields(recipe)}
        problems += looked_at(recipe, secrets, found, known)
    return SecretRotation(found, recipe, choices if len(choices) > 1 else (), held, secrets, tuple(problems))


def looked_at(
    recipe: Recipe, secrets: Mapping[str, Secret], found: CredentialDependents, known: ClusterSnapshot
) -> list[Problem]:
    """What is wrong with what was pasted, as when a credential is made."""
    draft = CredentialDraft(recipe.key, found.resource.namespace, found.resource.name, found.region, secrets=secrets)
    names = {field.name for field in secret_fields(recipe)}
    said = [*asked(recipe, draft), *recipe.look(draft, known)]
    return [one for one in said if one.field in names]


def _beforehand(
    found: CredentialDependents, recipe: Recipe | None, choices: tuple[Recipe, ...], held: Needed | None
) -> list[Problem]:
    """What stands in the way of any secret, or is worth knowing."""
    if not choices or held is None or (recipe and not secret_fields(recipe)):
        kind = found.item.identity.kind or "Its identity"
        return [error("", f"There is nothing to replace: {kind} holds no secret that Pane knows.")]
    problems: list[Problem] = []
    called = f"{held.need.namespace}/{held.need.name}"
    if held.state == "forbidden":
        problems.append(error("", f"Pane may not look at the Secret {called}: {held.note}"))
    elif held.state == "missing" and recipe and not whole(recipe):
        problems.append(
            error(
                "",
                f"The Secret {called} is missing, and it holds more than what is secret. Delete the "
                "credential and make it anew.",
            )
        )
    elif held.state == "missing":
        problems.append(warning("", f"The Secret {called} is missing: it would be made."))
    elif held.state == "deleting":
        problems.append(error("", f"The Secret {called} is being deleted. Try again when it is gone."))
    row = found.held(held.need)
    if row and (tool := next((tool for label, tool in _FOREIGN.items() if label in row.labels), "")):
        problems.append(
            warning(
                "",
                f"{tool} writes this Secret and will put its own values back: replace the secret "
                "where it takes it from.",
            )
        )
    said = "The copy in {} was made by hand: k0rdent does not renew it, so the new secret would not reach it. "
    return problems + [
        warning("", f"{said.format(one.need.cluster)}Repair it first.")
        for one in found.needed
        if one.need.copy and one.need.role == "secret" and one.state == "unmanaged"
    ]


def planned(found: CredentialDependents, recipe: Recipe, held: Needed, secrets: Mapping[str, Secret]) -> Planned:
    """The Secret with the new values; keys that are nobody's question stay."""
    need, row = held.need, found.held(held.need)
    given = values(recipe, secrets)
    metadata: Manifest = {"name": need.name, "namespace": need.namespace, "labels": dict(COMPONENT)}
    manifest: Manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": dict(given)}
    why = _why(found, need.cluster)
    if row is None and held.state == "missing":
        return Planned(need.cluster, manifest | {"type": "Opaque"}, why, serves=found.ref)
    if held.whole_copies:  # they hold the secret that is replaced
        metadata["annotations"] = dict.fromkeys(held.whole_copies)
    gone = [key for key in _OF_THE_OTHERS.get(recipe.key, ()) if key in held.keys and key not in given]
    if gone:
        manifest["data"] = dict.fromkeys(gone)
    return Planned(need.cluster, manifest, why, verb="patch", uid=row.uid if row else "", serves=found.ref)


def _why(found: CredentialDependents, cluster: str) -> str:
    if cluster == MANAGEMENT and found.regional:
        return f"The original. k0rdent renews its copy in {found.region} within 15 minutes."
    return "The provider reads it here, the next time that it asks the cloud."
