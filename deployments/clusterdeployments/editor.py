"""What the editor of a deployment's YAML asks for while somebody types: what may stand where, and what is wrong."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from deployments.clusterdeployments.edit import Edit
from deployments.clusterdeployments.form import DeploymentForm, data_of, deployment_form
from deployments.clusterdeployments.opened import reopened
from deployments.domain.drafts import DeploymentDraft
from deployments.domain.findings import error
from deployments.domain.pasted import FIELD, NotTaken, take
from deployments.domain.snapshot import KnownTemplate
from deployments.domain.yaml_marks import Mark, marks
from deployments.submissions import ClusterSession
from deployments.submissions.kind_schema import VERSION, kind_schema
from deployments.submissions.snapshot import take_snapshot
from regions.domain.kinds import K0RDENT
from regions.kube import schemas
from regions.kube.errors import KubeError
from regions.requests import ViewedRequest

KIND = "ClusterDeployment"


@never_cache
@require_GET
def deployment_schema(request: ViewedRequest) -> HttpResponse:
    """`/new/deployment/schema/?template=<ns>/<name>`: the cluster's own schema, with the template's below spec.config.

    JSON, `{"schema": …, "said": …}`; where the cluster gives none, what is known of the template, and why.
    """
    namespace, _, name = request.GET.get("template", "").partition("/")
    known = take_snapshot(viewer=request.viewer, namespace=namespace, template=name).templates.get((namespace, name))
    said = ""
    with ClusterSession(request.viewer) as session:
        try:
            found = session.run(kind_schema(session, KIND))
        except KubeError as failure:
            found, said = None, failure.message
    schema: dict[str, Any] = found or {"properties": {"spec": {"type": "object", "properties": {}}}}
    config = schemas.outlined((known.schema if known else None) or {}) | {"type": "object"}
    spec = schema.get("properties", {}).get("spec", {})
    spec["properties"] = {**spec.get("properties", {}), "config": config}
    schema["properties"] = {**schema.get("properties", {}), "spec": spec}
    for key, value in (("apiVersion", f"{K0RDENT}/{VERSION}"), ("kind", KIND)):
        schema["properties"][key] = {**schema["properties"].get(key, {}), "type": "string", "enum": [value]}
    return JsonResponse({"schema": schema, "said": said})


@never_cache
@sensitive_post_parameters()
@require_POST
def check_new(request: ViewedRequest) -> HttpResponse:
    """`/new/deployment/yaml/check/?template=<ns>/<name>`: what is wrong with the YAML that is posted, by line."""
    namespace, _, name = request.GET.get("template", "").partition("/")

    def filled(draft: DeploymentDraft) -> DeploymentForm:
        wanted = draft.template or name
        known = take_snapshot(viewer=request.viewer, namespace=namespace, template=wanted)
        template = known.templates.get((namespace, wanted)) or KnownTemplate(namespace, wanted, valid=False)
        return deployment_form(data_of(draft, template), template, known)

    return _said(_checked(request.POST.get("yaml", ""), namespace, "", filled))


@never_cache
@sensitive_post_parameters()
@require_POST
def check_edit(request: ViewedRequest, namespace: str, name: str) -> HttpResponse:
    """`…/edit/yaml/check/`: the same of a deployment that stands."""
    opened = reopened(request.POST.get("opened", ""), namespace, name)
    if opened is None:
        return HttpResponse(status=400)
    edit = Edit(request, opened)
    text = request.POST.get("yaml", "")
    return _said(_checked(text, namespace, name, lambda draft: edit.filled(draft, judged=True)))


def _checked(text: str, namespace: str, name: str, filled: Callable[[DeploymentDraft], DeploymentForm]) -> list[Mark]:
    try:
        draft, found = take(text, namespace, name)
    except NotTaken as problem:
        return marks(text, [error(FIELD, str(problem))])
    return marks(text, [*found, *filled(draft).problems])


def _said(found: list[Mark]) -> HttpResponse:
    return JsonResponse({"problems": [asdict(one) for one in found]})
