"""Whatever is pasted, nothing fails; and a config that is filled into a form comes out of it as it went in."""

import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments.clusterdeployments.form import deployment_form
from deployments.credentials.forms.bulk import read_labels
from deployments.credentials.forms.fields import credential_form
from deployments.domain import paste_checks, safe_yaml, schema
from deployments.domain.findings import Problem
from deployments.domain.recipes import RECIPES
from deployments.registration.form import region_form
from regions.kube import kubeconfig
from regions.kube.errors import Unsupported
from tests.deployments.domain.charts import Chart, shipped, station
from tests.deployments.domain.pastes import answers, clouds, service_account
from tests.deployments.domain.pastes import kubeconfig as sound_kubeconfig
from tests.deployments.domain.worlds import world

KNOWN = world()
FEW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

# What people paste: anything, and what is nearly right with a piece of it changed.
BYTES = st.binary(max_size=300).map(lambda raw: raw.decode("utf-8", "replace"))
TEXT = st.text(max_size=200)


@st.composite
def nearly(draw: st.DrawFn, whole: str) -> str:
    """A sound paste with a piece cut out, doubled, or replaced."""
    start = draw(st.integers(0, len(whole)))
    end = draw(st.integers(start, min(len(whole), start + 40)))
    piece = draw(st.sampled_from(["", "\x00", "}", "- ", ": ", '"', "&a ", "*a", "!!x ", "\t"]))
    return whole[:start] + piece + whole[end:]


PASTES = BYTES | TEXT | nearly(sound_kubeconfig()) | nearly(clouds()) | nearly(service_account())


@pytest.mark.parametrize("recipe", RECIPES)
@settings(FEW, max_examples=12)
@given(data=st.data())
def test_no_paste_into_a_field_of_a_credential_fails(recipe: str, data: st.DataObject):
    fields, secrets = answers(recipe)
    names = [*fields, *secrets, "name", "namespace", "region", "description"]
    changed = {data.draw(st.sampled_from(names)): data.draw(PASTES) for _ in range(2)}
    said = {"name": "cred", "namespace": "kcm-system", "region": ""} | fields | secrets | changed
    form = credential_form(said, {}, RECIPES[recipe], KNOWN)
    assert all(isinstance(problem, Problem) for problem in form.problems)
    assert form.questions is not None
    assert form.places
    assert form.sketch
    for value in secrets.values():  # unless it was pasted into a box that is no secret
        if not any(value in text for text in changed.values()):
            assert value not in "\n".join(problem.sentence + problem.detail for problem in form.problems)


@FEW
@given(paste=PASTES, name=TEXT | st.just("north"), source=st.sampled_from(["paste", "secret", "deployment", "x"]))
def test_no_paste_into_the_form_of_a_region_fails(paste: str, name: str, source: str):
    said = {
        "name": name,
        "source": source,
        "kubeconfig": paste,
        "secret_name": name,
        "secret_key": paste[:40],
        "cluster_deployment": paste[:60],
    }
    assert region_form(said, [paste[:20]], KNOWN).sketch


@FEW
@given(data=st.data())
def test_no_paste_into_the_form_of_a_deployment_fails(data: st.DataObject):
    template = KNOWN.templates["kcm-system", "station-1"]
    blank = schema.form(template.schema, template.defaults, None, template.chart)
    names = [one.name for one in (*blank.fields, blank.rest)]
    names += ["name", "credential", "labels", "services/0/values", "services/0/name", "services/0/depends_on"]
    said = {data.draw(st.sampled_from(names)): data.draw(PASTES) for _ in range(4)}
    form = deployment_form(said, template, KNOWN)
    assert form.data == said  # what was typed is what the page shows again
    assert form.draft is not None


@settings(FEW, max_examples=150)
@given(paste=PASTES)
def test_no_paste_fails_a_look(paste: str):
    for look in (paste_checks.kubeconfig, paste_checks.ssh_key, paste_checks.service_account):
        assert isinstance(look("field", paste), list)
    assert isinstance(paste_checks.server_of(paste), str)
    try:
        kubeconfig.parse(paste)
    except Unsupported:
        pass
    try:
        safe_yaml.load(paste)
    except safe_yaml.NotPlain:
        pass
    labels, bad = read_labels(paste)
    assert labels or bad


# A random valid config

WORDS = st.text(string.ascii_letters + string.digits + "-_./ :é", min_size=1, max_size=12).map(str.strip).filter(bool)


def values(part: Any, default: Any, depth: int = 0) -> st.SearchStrategy[Any] | None:
    """What could stand in this place of a config, as the schema and the template's own value say; None: anything."""
    part = part if isinstance(part, dict) else {}
    if "enum" in part:
        return st.sampled_from([one for one in part["enum"] if one not in ("", None)] or [default])
    kind = part.get("type")
    kind = next((one for one in kind if one != "null"), "string") if isinstance(kind, list) else kind
    if kind is None and default is not None:
        kind = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}.get(
            type(default)
        )
    if part.get("pattern") or part.get("format"):
        return st.just(default) if default not in (None, "") else None
    if kind == "boolean":
        return st.booleans()
    if kind in ("integer", "number"):
        low = int(part.get("minimum", part.get("exclusiveMinimum", 0) + 1 if "exclusiveMinimum" in part else 0))
        high = int(part.get("maximum", low + 9))
        return st.integers(low, high)
    if kind == "string":
        return WORDS.filter(lambda word: part.get("minLength", 0) <= len(word) <= part.get("maxLength", 99))
    if kind == "array" and depth < 3:
        items = values(part.get("items"), None, depth + 1)
        return st.lists(WORDS if items is None else items, max_size=3, unique_by=repr)
    if kind == "object" and depth < 4 and part.get("properties"):
        return objects(part, default if isinstance(default, dict) else {}, depth)
    if kind == "object" and part.get("additionalProperties") is not False:
        return st.dictionaries(st.text(string.ascii_lowercase, min_size=1, max_size=6), WORDS, max_size=2)
    return None


def objects(part: dict[str, Any], default: dict[str, Any], depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    found = {name: values(below, default.get(name), depth + 1) for name, below in part.get("properties", {}).items()}
    known = {name: strategy for name, strategy in found.items() if strategy is not None}
    must = [name for name in part.get("required", []) if name in known]
    return st.fixed_dictionaries(
        {name: known[name] for name in must}, optional={name: known[name] for name in known if name not in must}
    )


def check(chart: Chart, data: st.DataObject) -> None:
    config = data.draw(objects(chart.schema, chart.defaults))
    config = schema.difference(chart.defaults, schema.merge(chart.defaults, config))
    if schema.validate(chart.schema, schema.merge(chart.defaults, config)):
        return  # the schema wants more than types: such a config is not valid
    filled = schema.form(chart.schema, chart.defaults, config, chart.name)
    posted = {one.name: one.text for one in (*filled.fields, filled.rest)}
    parsed = schema.parse(schema.form(chart.schema, chart.defaults, None, chart.name), posted)
    assert [one for one in parsed.problems if one.severity == "error"] == [], (config, posted)
    assert safe_yaml.same(schema.difference(chart.defaults, parsed.config), config), (config, parsed.config, posted)


@FEW
@given(data=st.data())
def test_a_valid_config_goes_through_our_own_form_unchanged(data: st.DataObject):
    check(station(), data)


@pytest.mark.parametrize("chart", shipped())
@settings(FEW, max_examples=6)
@given(data=st.data())
def test_a_valid_config_goes_through_the_form_of_every_template_unchanged(chart: Chart, data: st.DataObject):
    check(chart, data)
