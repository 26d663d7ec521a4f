"""`/regions/<name>/kubeconfig/`: another kubeconfig for the same region, in its Secret and in every copy of it.

k0rdent copies a region's kubeconfig into each namespace that has deployments there, once, and never again: a copy of
before keeps the old one, and what goes by it fails when that ends.
"""

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace

from django.http import Http404, HttpResponse

from deployments.domain import paste_checks
from deployments.domain.drafts import Secret
from deployments.domain.findings import Problem, error, errors, note, warning
from deployments.domain.manifests import Planned, deletion
from deployments.domain.recipes.base import COMPONENT
from deployments.registration.dependents import RegionDependents, region_dependents
from deployments.registration.probing import probed
from deployments.submissions.pages import FormPage, FormRequest, PageRequest, answer, form_view
from regions.clusters import kubeconfigs
from regions.clusters.rights import ResourceAttributes
from regions.clusters.session import ClusterSession
from regions.domain import manifest as m
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.inventory import NotFound
from regions.kube.client import Client
from regions.kube.errors import KubeError, Refused, Unsupported
from regions.kube.errors import NotFound as NotThere

DEADLINE = 8.0


@dataclass(frozen=True, slots=True)
class KubeconfigCopy:
    """One Secret with the region's kubeconfig, as the management cluster has it now. No value is in it."""

    namespace: str
    name: str
    key: str
    state: str  # source; same, differs, missing, forbidden, unknown: against the source
    uid: str = ""
    note: str = ""

    @property
    def source(self) -> bool:
        return self.state == "source"

    @property
    def word(self) -> str:
        return {
            "source": "the original",
            "same": "holds the same",
            "differs": "holds another one",
            "missing": "not there",
            "forbidden": "not permitted to look",
        }.get(self.state, self.state)


@dataclass(frozen=True, slots=True)
class KubeconfigRotation:
    found: RegionDependents
    by_deployment: bool  # k0rdent itself writes the source
    copies: tuple[KubeconfigCopy, ...]  # the source first
    trouble: str  # why there is no telling
    given: bool
    problems: tuple[Problem, ...]

    @property
    def stale(self) -> tuple[KubeconfigCopy, ...]:
        return tuple(one for one in self.copies if one.state == "differs")


@form_view
def kubeconfig(request: FormRequest, name: str) -> HttpResponse:
    try:
        found = region_dependents(name, viewer=request.viewer)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    by_deployment = bool(m.mapping(m.part(found.body, "spec", "clusterDeployment")))
    copies, trouble = look(request.clusters, found)
    pasted = Secret(request.POST.get("kubeconfig", "")) if not by_deployment else Secret("")
    problems: list[Problem] = [error("", trouble)] if trouble else []
    if request.method == "POST" and not trouble:
        problems += _about(found, copies[0], pasted, request) if not by_deployment else []
    form = KubeconfigRotation(found, by_deployment, copies, trouble, bool(pasted), tuple(problems))
    form = replace(form, problems=(*form.problems, *unwritable(form)))
    planned = _refreshed(form) if by_deployment else _written(form, pasted)
    if by_deployment and not planned and not trouble:
        form = replace(form, problems=(*form.problems, note("", "Every copy holds what k0rdent has.")))
    label = "Make the copies anew" if by_deployment else "Replace the kubeconfig"
    page = FormPage(
        "registration/kubeconfig.html", label, ("kubeconfig",), {"form": form, "region": found, "label": label}
    )
    return answer(request, page, PageRequest(planned, form.problems))


def _about(found: RegionDependents, source: KubeconfigCopy, pasted: Secret, request: FormRequest) -> list[Problem]:
    if not pasted.reveal().strip():
        return [error("kubeconfig", "Paste the new kubeconfig.")]
    problems = paste_checks.kubeconfig("kubeconfig", pasted.reveal())
    if not errors(problems) and request.POST.get("action") != "send":
        wanted = ResourceAttributes("patch", "", "Secret", source.namespace, source.name)
        problems += probed("kubeconfig", pasted, request.clusters, wanted, region=True, own=found.name)
    return problems


def _written(form: KubeconfigRotation, pasted: Secret) -> list[Planned]:
    """The source and every copy that is there, with what was pasted; copies that are not there k0rdent makes."""
    planned = []
    for one in form.copies:
        if one.state not in ("source", "same", "differs"):
            continue
        why = (
            "By this k0rdent and Pane reach the region."
            if one.source
            else (f"The copy by which deployments of {one.namespace} are installed; k0rdent never renews it.")
        )
        body = _pointed(one) | {"stringData": {one.key: pasted}}
        if one.source:
            body["metadata"]["labels"] = dict(COMPONENT)
        planned.append(Planned(MANAGEMENT, body, why, verb="patch", uid=one.uid, serves=form.found.ref))
    return planned


def _refreshed(form: KubeconfigRotation) -> list[Planned]:
    """Of a region that k0rdent made from a deployment: the stale copies go, and k0rdent makes them again."""
    why = "It holds an older kubeconfig. k0rdent copies the present one when it looks at the deployments again."
    return [deletion(_pointed(one), one.uid, why, serves=form.found.ref) for one in form.stale]


def _pointed(one: KubeconfigCopy) -> Manifest:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": one.name, "namespace": one.namespace}}


def places(found: RegionDependents) -> list[tuple[str, str, str]]:
    """Namespace, name and key of every Secret that holds, or could hold, its kubeconfig; the source first."""
    source = kubeconfigs.place_of(m.mapping(found.body.get("spec")), found.system)
    result = [(source.namespace, source.name, source.key)]
    if chosen := m.mapping(m.part(found.body, "spec", "clusterDeployment")):
        name = f"{m.text(chosen.get('name'))}-kubeconfig"
        if source.namespace != found.system:
            result.append((found.system, f"{source.namespace}.{name}", "value"))
    else:
        name = source.name
    result += [(one, name, source.key) for one in found.namespaces if one != found.system]
    return list(dict.fromkeys(result))


def look(session: ClusterSession, found: RegionDependents) -> tuple[tuple[KubeconfigCopy, ...], str]:
    """What the management cluster holds now, read with the viewer's rights; and why it could not be asked."""
    try:
        return session.run(_look(session, places(found))), ""
    except Unsupported as problem:
        return (), f"{problem.message}."
    except KubeError as failure:
        return (), failure.message


async def _look(session: ClusterSession, wanted: list[tuple[str, str, str]]) -> tuple[KubeconfigCopy, ...]:
    key = secrets.token_bytes(32)
    client = await session.clusters.client(MANAGEMENT)
    seen = await asyncio.gather(*(_one(session, client, place, key) for place in wanted))
    first, print_of_source = seen[0]
    found = [replace(first, state="source" if first.uid else first.state)]
    for one, mine in seen[1:]:
        state = one.state if not one.uid else "same" if mine == print_of_source else "differs"
        found.append(replace(one, state=state))
    return tuple(found)


async def _one(
    session: ClusterSession, client: Client, place: tuple[str, str, str], key: bytes
) -> tuple[KubeconfigCopy, bytes]:
    namespace, name, inside = place
    path = f"/api/v1/namespaces/{namespace}/secrets/{name}"
    try:
        async with session.clusters.turn(MANAGEMENT):
            found = await client.get(path, on_behalf=session.person, deadline=DEADLINE)
    except NotThere:
        return KubeconfigCopy(namespace, name, inside, "missing"), b""
    except Refused as refused:
        return KubeconfigCopy(namespace, name, inside, "forbidden", note=refused.message), b""
    held = m.text(m.part(found, "data", inside)).encode()
    uid = m.text(m.part(found, "metadata", "uid"))
    return KubeconfigCopy(namespace, name, inside, "there", uid), hmac.new(key, held, hashlib.sha256).digest()


def unwritable(form: KubeconfigRotation) -> tuple[Problem, ...]:
    """Copies that would keep the old kubeconfig, because they could not be looked at."""
    blind = [f"{one.namespace}/{one.name}" for one in form.copies if one.state == "forbidden"]
    return (warning("", f"Not looked at, and left as they are: {', '.join(blind)}."),) if blind else ()
