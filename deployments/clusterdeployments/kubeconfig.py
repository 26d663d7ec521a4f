"""`/deployments/<namespace>/<name>/kubeconfig/`: the kubeconfig of a deployment's cluster, for who may read its Secret.

It lies where Cluster API made the cluster: `<name>-kubeconfig`, key `value`, on management or in the region (kcm 1.11).
It is read when somebody asks, goes into the answer, and is kept nowhere: in no row, page, log or cache.
"""

import base64
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from deployments.domain.drafts import Secret
from deployments.submissions.pages import FormRequest, form_view
from regions.audit import trail
from regions.clusters.rights import Decision, ResourceAttributes, decide
from regions.clusters.session import ClusterSession
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT, Ref, in_words
from regions.inventory.visibility import look
from regions.kube.errors import KubeError, NotFound, Refused, Unsupported
from regions.kube.kubeconfig import parse

KEY = "value"
_NONE = Secret("")
_SAID = Decision(False, "Management cannot be reached, so who may read the Secret is not known.", known=False)


@dataclass(frozen=True, slots=True)
class ChildKubeconfig:
    """Where it lies, whether the person may have it, and what came of reading it."""

    namespace: str
    name: str
    cluster: str  # where the Secret lies: a region's name, or `~management`
    decision: Decision
    content: Secret = _NONE
    expires_at: datetime | None = None
    trouble: str = ""  # why there is none, in a sentence
    status: int = 200

    @property
    def secret(self) -> str:
        return f"{self.name}-kubeconfig"

    @property
    def command(self) -> str:
        """The same without Pane, by one's own access to the cluster where it lies."""
        template = "{{.data.value|base64decode}}"
        return (
            f"kubectl get secret {self.secret} -n {self.namespace} -o go-template='{template}' > {self.name}.kubeconfig"
        )

    @property
    def over(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


@form_view
@sensitive_variables()
def kubeconfig(request: FormRequest, namespace: str, name: str) -> HttpResponse:
    """A POST gives the file, and is in the audit trail; htmx gets the way here, or nothing for who may not."""
    found = _asked(request, namespace, name)
    if getattr(request, "htmx", False):
        return render(request, "deployments/kubeconfig_way.html", {"found": found})
    if not found.decision.allowed:
        found = replace(found, trouble=found.decision.sentence, status=403 if found.decision.known else 502)
    else:
        found = request.clusters.run(_read(request.clusters, found))
    if request.method == "POST":
        about = Ref(found.cluster, "", "Secret", namespace, found.secret)
        trail.happened("download kubeconfig", "refused" if found.trouble else "done", about)
    if request.method != "POST" or found.trouble:
        return render(request, "deployments/kubeconfig.html", {"found": found}, status=found.status)
    response = HttpResponse(found.content.reveal(), content_type="application/yaml")
    response["Content-Disposition"] = f'attachment; filename="{name}.kubeconfig"'
    return response


def _asked(request: FormRequest, namespace: str, name: str) -> ChildKubeconfig:
    """Raises Http404 for what they may not see."""
    sight = look(request.viewer)
    rows = sight.resources.filter(kind="ClusterDeployment", group=K0RDENT, cluster=MANAGEMENT)
    row = rows.filter(namespace=namespace, name=name).first()
    if row is None:
        raise Http404(f"There is no deployment {namespace}/{name}")
    decision = _SAID
    if not sight.link(MANAGEMENT).blind:
        wanted = ResourceAttributes("get", "", "Secret", namespace, f"{name}-kubeconfig", row.region or MANAGEMENT)
        decision = request.clusters.run(decide(request.clusters.clusters, request.viewer, wanted))
    return ChildKubeconfig(namespace, name, row.region or MANAGEMENT, decision)


@sensitive_variables()
async def _read(session: ClusterSession, found: ChildKubeconfig) -> ChildKubeconfig:
    """On management as the person. A region knows no persons: management said that they may, Pane's account reads."""
    person = session.person if found.cluster == MANAGEMENT else None
    where = in_words(found.cluster)
    try:
        async with session.clusters.turn(found.cluster):
            client = await session.clusters.client(found.cluster)
            path = await client.path_of("v1", "Secret", found.secret, found.namespace)
            held = await client.get(path, on_behalf=person)
    except NotFound:
        said = f"There is no Secret {found.namespace}/{found.secret} on {where}. Cluster API makes it once the control "
        said += "plane is up; of an adopted cluster the kubeconfig is the one that it was adopted with."
        return replace(found, trouble=said, status=404)
    except Refused as error:
        said = f"{where[0].upper()}{where[1:]} refused to let it be read: {error.message}."
        if person is None and found.cluster != MANAGEMENT:
            said += f" Pane's own account reads it there: bind pane-named-secrets in {found.namespace}."
        return replace(found, trouble=said.replace("..", "."), status=403)
    except KubeError as error:
        return replace(found, trouble=f"{where[0].upper()}{where[1:]} cannot be asked: {error.message}", status=502)
    return _decoded(found, m.part(held, "data", KEY))


@sensitive_variables()
def _decoded(found: ChildKubeconfig, value: Any) -> ChildKubeconfig:
    try:
        content = base64.b64decode(m.text(value), validate=True).decode()
    except ValueError:
        content = ""
    if not content:
        return replace(found, trouble=f"The Secret {found.namespace}/{found.secret} holds no kubeconfig.", status=404)
    try:
        ends = parse(content, settings.PANE_REGION_PROXIES).expires_at
    except Unsupported:
        ends = None  # kubectl may well take it: Pane only cannot say when it ends
    return replace(found, content=Secret(content), expires_at=ends)
