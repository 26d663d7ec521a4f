"""What will go wrong with a deployment, and in which words: by its values, its credential, its namespace's objects."""

from typing import Any

from jsonschema import Draft202012Validator

from dashboard.demo.apiserver.metadata import merge
from dashboard.demo.charts import chart_of, charts
from dashboard.demo.fleet.model import K0RDENT, Deployment
from dashboard.demo.fleet.wording import troubles
from dashboard.demo.story.client import Failed
from dashboard.demo.story.world import Manifest, World

TROUBLE = "pane-demo/trouble"  # an annotation: let this go wrong in that way
_MANY_WORKERS = 12


async def foresee(world: World, d: Deployment, found: Manifest) -> tuple[str, str]:
    """What will go wrong, and in which words; nothing when all is right."""
    chart = chart_of(d.template)
    wrong = wrong_values(chart.name, d.config)
    if wrong:
        text = (
            "failed to validate template with provided configuration: values don't meet the specifications of the "
            f"schema(s) in the following chart(s):\n{chart.name}:\n{wrong}"
        )
        return "values", text
    wished = (found["metadata"].get("annotations") or {}).get(TROUBLE)
    if wished in troubles():
        return wished, ""
    if d.workers > _MANY_WORKERS:
        return "quota", ""
    if any("missing" in str(d.config.get(part)) for part in ("controlPlane", "worker")):
        return "image", ""
    if await _rejected(world, d):
        return "rejected", ""
    if found["spec"].get("propagateCredentials", True) and await _lacks_configmap(world, d):
        return "configmap", ""
    return "", ""


async def _identity(world: World, d: Deployment) -> Manifest:
    credential = await world.management.get(K0RDENT, "credentials", d.namespace, d.credential)
    return dict(((credential or {}).get("spec") or {}).get("identityRef") or {})


async def _rejected(world: World, d: Deployment) -> bool:
    """Whether the cloud will not know the credential: keys that say so themselves."""
    identity = await _identity(world, d)
    if not identity:
        return False
    name = identity["name"] if identity.get("kind") == "Secret" else f"{identity['name']}-secret"
    secret = await world.management.get("v1", "secrets", "kcm-system", name)
    keys = ((secret or {}).get("data") or {}).values()
    # "wrong" in base64, at each of the three offsets it can have.
    return any(mark in value for value in keys for mark in ("d3Jvbm", "dyb25n", "3cm9uZ", "V1JPTk", "dST05H"))


async def _lacks_configmap(world: World, d: Deployment) -> bool:
    identity = await _identity(world, d)
    if not identity:
        return False
    namespace = identity.get("namespace") or d.namespace
    try:
        host = await world.host(d.place)
        return await host.get("v1", "configmaps", namespace, f"{identity['name']}-resource-template") is None
    except Failed:
        return False


def wrong_values(chart: str, config: Manifest) -> str:
    """What the chart's schema has against these values, as Helm lists it; empty when nothing."""
    found = charts()[chart]
    identity = {"clusterIdentity": {"name": "x", "namespace": "x", "kind": "x"}}
    values = merge(merge(found.values, identity), config)
    problems = sorted(Draft202012Validator(found.schema).iter_errors(values), key=lambda each: list(each.absolute_path))
    return "\n".join(
        f"- at '/{'/'.join(str(step) for step in each.absolute_path)}': {_in_words(each)}" for each in problems
    )


def _in_words(problem: Any) -> str:
    names = {"str": "string", "int": "number", "float": "number", "bool": "boolean", "dict": "object", "list": "array"}
    if problem.validator == "type":
        return f"got {names.get(type(problem.instance).__name__, 'null')}, want {problem.validator_value}"
    return str(problem.message)
