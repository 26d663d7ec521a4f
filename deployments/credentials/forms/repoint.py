"""`/credentials/<namespace>/<name>/identity/`: another identity under the same credential.

Who points a credential at an identity makes deployments sign in as it: so they show that they hold its secret, which
is compared with what the cluster has and goes no further.
"""

import base64
import binascii
import hashlib
import hmac
import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import Http404, HttpResponse

from deployments.credentials.dependents import CredentialDependents, credential_dependents
from deployments.credentials.forms.contents import config_map, content
from deployments.credentials.forms.fields import Question, secret_questions
from deployments.credentials.forms.recipe_of import recipes_of, secret_fields, values
from deployments.credentials.forms.rotate import looked_at
from deployments.domain.credentials.needs import Need
from deployments.domain.credentials.providers import IDENTITIES, SECRET
from deployments.domain.drafts import Secret
from deployments.domain.findings import Problem, error, errors, warning
from deployments.domain.manifests import API, Planned
from deployments.domain.recipes import RECIPES, Recipe
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, answer, as_data, form_view
from deployments.submissions.snapshot import take_snapshot
from regions.clusters.session import ClusterSession
from regions.domain import manifest as m
from regions.domain.kinds import INFRASTRUCTURE
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.domain.words import listed
from regions.inventory import NotFound
from regions.kube.errors import KubeError
from regions.kube.errors import NotFound as NotThere
from regions.requests import ViewedRequest


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """One that could be pointed at: where its original lies, and the Secret that it lives by."""

    cluster: str
    kind: str
    api_version: str
    namespace: str
    name: str
    secret: tuple[str, str] | None  # namespace and name; None: it holds none

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class Repointing:
    found: CredentialDependents
    offered: tuple[NewIdentity, ...]
    chosen: NewIdentity | None
    recipe: Recipe | None
    secrets: Mapping[str, Secret]
    problems: tuple[Problem, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        return secret_questions(self.recipe, self.secrets, self.problems)


@form_view
def repoint(request: FormRequest, namespace: str, name: str) -> HttpResponse:
    try:
        found = credential_dependents(namespace, name, viewer=request.viewer)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    form = _form(found, as_data(request.POST) if request.method == "POST" else None, request)
    planned: list[Planned] = []
    if request.method == "POST" and form.chosen and not errors(form.problems):
        form = replace(form, problems=(*form.problems, *proven(request.clusters, form)))
        planned = [] if errors(form.problems) else _planned(request.clusters, form)
    boxes = ["identity", *(question.name for question in form.questions)]
    page = FormPage("credentials/identity.html", "Point it there", boxes, {"form": form, "credential": found})
    return answer(request, page, PageRequest(planned, form.problems))


def _form(found: CredentialDependents, posted: Mapping[str, str] | None, request: ViewedRequest) -> Repointing:
    offered = identities(found)
    wanted = (posted or {}).get("identity", "") or request.GET.get("identity", "")
    chosen = next((one for one in offered if one.key == wanted), None)
    recipe = _recipe(found, chosen) if chosen and chosen.secret else None
    problems: list[Problem] = []
    secrets: dict[str, Secret] = {}
    if posted is not None and chosen is None:
        problems.append(error("identity", "Choose the identity."))
    if posted is not None and recipe is not None:
        secrets = {field.name: Secret(posted.get(field.name, "")) for field in secret_fields(recipe)}
        problems += looked_at(recipe, secrets, found, take_snapshot(viewer=request.viewer))
    if found.impact.total:
        said = "would sign in with it from then on. What they have at the cloud stays in the account of before; "
        said += "changes to it fail unless the new one may make them."
        problems.append(warning("", f"{listed(found.impact.names)} {said}"))
    return Repointing(found, offered, chosen, recipe, secrets, tuple(problems))


def identities(found: CredentialDependents) -> tuple[NewIdentity, ...]:
    """Of the same provider, where k0rdent reads originals for this credential; not the one that it has."""
    known, own = found.known, found.item.identity
    spread = known.copies and found.regional
    cluster = MANAGEMENT if spread else found.region
    inside = known.system if spread else found.resource.namespace
    takes = known.takes(found.region, found.item.provider) if found.item.provider else None
    result = []
    for (on, kind, namespace, name), row in known.held.items():
        if on != cluster or row.deleting_at or (kind, name) == (own.kind, own.name):
            continue
        known_kind = IDENTITIES.get(kind)
        if kind == SECRET:
            mine = next((one for one in found.needed if one.need.role == "secret" and not one.need.copy), None)
            keys = set(m.mapping(known.bodies.get(row.pk, {}).get("data")))
            if own.kind != SECRET or namespace != inside or mine is None or not set(mine.keys) <= keys:
                continue
            result.append(NewIdentity(on, kind, "v1", namespace, name, (namespace, name)))
        elif known_kind and (kind in takes if takes is not None else kind == own.kind):
            if not known_kind.cluster_scoped and namespace != inside:
                continue
            version = f"{INFRASTRUCTURE}/{row.version}"
            result.append(NewIdentity(on, kind, version, namespace, name, _secret(found, on, kind, namespace, name)))
    return tuple(sorted(result, key=lambda one: one.key))


def _secret(found: CredentialDependents, cluster: str, kind: str, namespace: str, name: str) -> tuple[str, str] | None:
    known = IDENTITIES[kind]
    if not known.secret_field:
        return None
    spec = m.mapping((found.known.read(cluster, kind, namespace, name) or {}).get("spec"))
    called = m.text(m.part(spec, *known.secret_field)) or f"{name}-secret"
    inside = m.text(m.part(spec, known.secret_field[0], "namespace")) if len(known.secret_field) > 1 else ""
    return inside or (found.known.system if known.cluster_scoped else namespace), called


def _recipe(found: CredentialDependents, chosen: NewIdentity) -> Recipe | None:
    if chosen.kind == found.item.identity.kind:
        return next(iter(recipes_of(found)), None)
    return next((one for one in RECIPES.values() if one.identity.kind == chosen.kind), None)


def proven(session: ClusterSession, form: Repointing) -> tuple[Problem, ...]:
    """Whether what was given is what the identity's Secret holds; nothing else is said of it."""
    if form.chosen is None or form.chosen.secret is None:
        return ()
    if form.recipe is None:
        return (error("identity", f"Pane does not know how a {form.chosen.kind} holds its secret."),)
    given = values(form.recipe, form.secrets)
    fields = secret_fields(form.recipe)
    where = "/".join(form.chosen.secret)
    try:
        held = session.run(_held(session, form))
    except NotThere:
        return (error("identity", f"Its Secret {where} is missing."),)
    except KubeError as failure:
        return (error("identity", f"Its Secret {where} could not be compared: {failure.message}"),)
    if given and all(hmac.compare_digest(_print(value.reveal()), held.get(key, b"")) for key, value in given.items()):
        return ()
    return (error(fields[0].name if fields else "identity", f"This is not what the Secret {where} holds."),)


_KEY = randomness.token_bytes(32)


def _print(value: str) -> bytes:
    return hmac.new(_KEY, value.strip().encode(), hashlib.sha256).digest()


async def _held(session: ClusterSession, form: Repointing) -> dict[str, bytes]:
    """Keyed hashes of what the Secret holds, read with the viewer's own rights."""
    assert form.chosen is not None
    assert form.chosen.secret is not None
    cluster = form.chosen.cluster
    namespace, name = form.chosen.secret
    client = await session.clusters.client(cluster)
    if cluster != MANAGEMENT and not await session.may_read_secret(namespace, name):
        raise KubeError(f"You may not read the Secrets of {namespace} on the management cluster.")
    person = session.person if cluster == MANAGEMENT else None
    found = await client.get(f"/api/v1/namespaces/{namespace}/secrets/{name}", on_behalf=person, deadline=10.0)
    held = {}
    for key, value in m.mapping(found.get("data")).items():
        try:
            held[str(key)] = _print(base64.b64decode(m.text(value), validate=True).decode("utf-8", "replace"))
        except binascii.Error:
            continue
    return held


def _planned(session: ClusterSession, form: Repointing) -> list[Planned]:
    found, chosen = form.found, form.chosen
    assert chosen is not None
    own = found.item.identity
    reference: Manifest = {"apiVersion": chosen.api_version, "kind": chosen.kind, "name": chosen.name}
    inside = found.resource.namespace
    if chosen.namespace:
        reference["namespace"] = inside
    elif own.namespace and chosen.kind == own.kind:
        reference["namespace"] = inside = own.namespace
    elif own.namespace:
        reference["namespace"] = None
    planned = []
    template = Need(found.region, "ConfigMap", inside, f"{chosen.name}-resource-template", "template")
    if found.known.row(template.place) is None:
        planned.append(config_map(template, content(session, found) or {}, found.ref, shared=True))
    metadata = {"name": found.resource.name, "namespace": found.resource.namespace}
    patch = {"apiVersion": API, "kind": "Credential", "metadata": metadata, "spec": {"identityRef": reference}}
    seen = {"spec": {"identityRef": m.mapping(m.part(found.body, "spec", "identityRef"))}}
    why = f"It signs in as {chosen.kind} {chosen.name} from then on, no longer as {own.kind} {own.name}."
    planned.append(Planned(MANAGEMENT, patch, why, verb="patch", uid=found.resource.uid, seen=seen))
    return planned
