"""A template's values as a form, and back."""

import random
from typing import Any

import pytest

from deployments.domain import safe_yaml
from deployments.domain.findings import Severity
from deployments.domain.safe_yaml import same
from deployments.domain.schema import Widget, difference, form, merge, missing, parse, unknown, validate
from deployments.domain.schema.required import MUST, is_hidden
from deployments.domain.schema.values import put, wanted
from deployments.domain.template_names import family
from tests.deployments.domain.charts import Chart, shipped, station

EVERY = [pytest.param(station(), id="station"), *shipped()]


def of(chart: Chart, config: dict[str, Any] | None = None):
    return form(chart.schema, chart.defaults, config, chart.name)


def field(chart: Chart, *path: str):
    return next(one for one in of(chart).fields if one.path == path)


# Every template


@pytest.mark.parametrize("chart", EVERY)
def test_an_untouched_form_asks_for_nothing_but_the_defaults(chart: Chart):
    drawn = of(chart)
    parsed = parse(drawn, drawn.data)
    assert (parsed.config, parsed.problems) == ({}, ())
    assert len({one.name for one in drawn.fields}) == len(drawn.fields) > 0
    assert all(one.label and one.name.startswith("config/") for one in drawn.fields)


@pytest.mark.parametrize("chart", EVERY)
def test_every_default_typed_by_hand_is_no_difference(chart: Chart):
    drawn = of(chart)
    typed = {one.name: one.write(one.default) or "" for one in drawn.fields if one.has_default}
    assert sum(bool(text) for text in typed.values()) > len(typed) / 2
    parsed = parse(drawn, typed)
    assert parsed.problems == ()
    assert difference(chart.defaults, parsed.config) == {}
    assert same(merge(chart.defaults, parsed.config), chart.defaults)


@pytest.mark.parametrize("chart", EVERY)
def test_the_defaults_are_valid_and_nobody_is_asked_for_what_k0rdent_fills(chart: Chart):
    assert validate(chart.schema, chart.defaults) == []
    assert [one.path for one in of(chart).fields if is_hidden(one.path)] == []


@pytest.mark.parametrize("chart", EVERY)
def test_what_must_be_filled_comes_first_and_is_all_that_is_missing(chart: Chart):
    drawn = of(chart)
    required = {one.name for one in drawn.fields if one.required}
    gaps = {drawn.field_of(problem.field).name for problem in missing(chart.schema, chart.defaults, chart.name)}
    assert gaps == required
    if required:
        assert drawn.groups[0].key == "needed"
        assert {one.name for one in drawn.groups[0].fields} == required


FILLED = {
    "subnets": "- id: subnet-1\n  availabilityZone: eu-central-1a\n  filter: {name: inside}",
    "machines": "- address: 192.0.2.10",
    "ports": "- network: {filter: {name: inside}}",
    "filter": "name: inside",
    "securityGroupIDs": "sg-1",
}


@pytest.mark.parametrize("chart", EVERY)
def test_a_form_with_only_what_is_needed_filled_is_valid(chart: Chart):
    drawn = of(chart)
    typed = {one.name: FILLED.get(one.path[-1], "filled-in") for one in drawn.fields if one.required}
    parsed = parse(drawn, typed)
    config = difference(chart.defaults, parsed.config)
    merged = merge(chart.defaults, config)
    assert parsed.problems == ()
    assert missing(chart.schema, merged, chart.name) == []
    assert validate(chart.schema, merged) == []
    assert unknown(chart.schema, chart.defaults, config) == []


def invented(schema: Any, dice: random.Random) -> Any:
    """A value that this schema allows."""
    kinds = schema.get("type")
    kind = dice.choice(kinds) if isinstance(kinds, list) else kinds
    if "enum" in schema:
        return dice.choice(schema["enum"])
    if kind == "object":
        properties = schema.get("properties") or {}
        names = [name for name in properties if name in schema.get("required", ()) or dice.random() < 0.4]
        if properties or schema.get("additionalProperties") is False:
            return {name: invented(properties[name], dice) for name in names}
        return {f"k{number}": dice.choice(["v", "", "no", "1e5", 7, True]) for number in range(dice.randrange(3))}
    if kind == "array":
        items = schema.get("items") or {"type": "string"}
        members = [invented(items, dice) for _ in range(max(schema.get("minItems", 0), dice.randrange(3)))]
        return [one for place, one in enumerate(members) if one not in members[:place]]
    if kind in ("integer", "number"):
        low = schema.get("minimum", 0)
        number = dice.randrange(int(low), int(min(schema.get("maximum", low + 50), low + 50)) + 1)
        return number if kind == "integer" or number == schema.get("maximum") or dice.random() < 0.7 else float(number)
    if kind == "boolean":
        return dice.random() < 0.5
    if kind == "null":
        return None
    if pattern := schema.get("pattern"):
        return {"\\S": "x"}.get(pattern, "10.0.0.1" if "25[0-5]" in pattern else "4Gi")
    texts = [
        "plain",
        "with space",
        "null",
        "true",
        "12",
        "0x1F",
        '"quoted"',
        "Ünï ✓ <b>",
        "a: b # c",
        "[x",
        "{{ .v }}",
        "-",
    ]
    texts += [] if schema.get("minLength") else ["", " led", "two\nlines", "cr\r\nlf", "\ttab "]
    return dice.choice(texts)[: schema.get("maxLength", 99)]


@pytest.mark.parametrize("chart", EVERY)
def test_any_valid_config_survives_the_form_and_is_never_lost_by_the_difference(chart: Chart):
    dice = random.Random(chart.name)
    closed = {**chart.schema, "required": []}
    for turn in range(60):
        config = dict(invented(closed, dice).items())
        drawn = of(chart, config)
        parsed = parse(drawn, drawn.data)
        assert parsed.problems == (), (turn, parsed.problems)
        assert same(parsed.config, config), turn
        again = parse(parsed.form, parsed.form.data)
        assert same(again.config, config), turn
        sent = difference(chart.defaults, config)
        assert same(merge(chart.defaults, sent), merge(chart.defaults, config)), turn
        assert same(difference(chart.defaults, sent), sent), turn


@pytest.mark.parametrize("chart", shipped())
def test_every_path_that_we_know_must_be_filled_is_in_the_chart(chart: Chart):
    drawn = of(chart)
    for path in MUST.get(chart.name, ()):
        name = "config/" + "/".join(step for step in path if step != "*")
        assert drawn.field_of(name) is not drawn.rest, path
    assert family(f"{chart.name}-1-0-43") == chart.name


# One field


@pytest.mark.parametrize(
    ("path", "widget"),
    [
        (("region",), Widget.TEXT),
        (("size",), Widget.NUMBER),
        (("spot",), Widget.SWITCH),
        (("tier",), Widget.CHOICE),
        (("zones",), Widget.LINES),
        (("pools",), Widget.YAML),
        (("labels",), Widget.YAML),
    ],
)
def test_each_kind_of_value_has_its_widget(path, widget):
    assert field(station(), *path).widget is widget


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        ("region", "eu-1", "eu-1"),
        ("region", '""', ""),
        ("region", "null", "null"),
        ("note", "null", None),
        ("region", '"null"', "null"),
        ("size", "5", 5),
        ("size", "5.0", 5),
        ("spot", "true", True),
        ("tier", "paid", "paid"),
        ("tier", '""', ""),
        ("zones", "x\r\n\r\n y \r\n", ["x", "y"]),
        ("zones", "[]", []),
        ("pools", "- name: 'no'\n  count: 2", [{"name": "no", "count": 2}]),
        ("pools", '[{"name": "j"}]', [{"name": "j"}]),
        ("labels", "{}", {}),
        ("labels", "'on': 'yes'", {"on": "yes"}),
    ],
)
def test_what_is_typed_is_what_is_meant(path, typed, value):
    parsed = parse(of(station()), {f"config/{path}": typed})
    assert parsed.problems == ()
    assert same(parsed.config, {path: value})


@pytest.mark.parametrize(
    ("path", "typed", "sentence"),
    [
        ("size", "three", "Enter a whole number."),
        ("size", "3.5", "Enter a whole number."),
        ("size", "nan", "Enter a whole number."),
        ("size", "1e999", "Enter a whole number."),
        ("size", "٣", "Enter a whole number."),
        ("spot", "maybe", "Choose yes or no."),
        ("tier", "gold", "Choose one of free, paid."),
        ("pools", "- {", "it is not YAML"),
        ("pools", "a: &x [1]\nb: *x", "anchor"),
        ("pools", "!!python/object:os.system x", "tag"),
        ("pools", "{" * 4000, "nested more than"),
        ("labels", "a: 1\na: 2", "the same key twice"),
        ("zones", "[1]", "JSON list"),
        ("region", "x" * 300_000, "longer than a cluster stores"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_kept(path, typed, sentence):
    parsed = parse(of(station()), {f"config/{path}": typed, "config/region": typed if path == "region" else "eu-1"})
    assert [problem.field for problem in parsed.problems] == [f"config/{path}"]
    assert sentence in parsed.problems[0].sentence
    assert parsed.form.data[f"config/{path}"] == typed
    assert parsed.config == ({} if path == "region" else {"region": "eu-1"})


def test_keys_with_dots_and_slashes_are_fields_like_others():
    one = field(station(), "net", "haproxy.org/ssl-passthrough")
    assert one.name == "config/net/haproxy.org~1ssl-passthrough"
    assert parse(of(station()), {one.name: "false"}).config == {"net": {"haproxy.org/ssl-passthrough": "false"}}


@pytest.mark.parametrize(
    "config",
    [
        {"typo": 1},
        {"net": None},
        {"net": {}},
        {"net": {"deep": {"er": {}}}},
        {"clusterIdentity": {"name": "x"}},
        {"size": "text where a number belongs"},
        {"net": {"memory": None, "deep": {"er": {"est": "y"}}}},
        {"region": {"a": 1}},
        {"zones": ["a", 1]},
    ],
)
def test_what_no_field_can_say_stands_in_the_yaml_beside_them(config):
    drawn = of(station(), config)
    assert drawn.rest.text
    assert same(parse(drawn, drawn.data).config, config)


def test_what_is_said_twice_is_told():
    parsed = parse(of(station()), {"config/region": "a", "config": "region: b"})
    assert parsed.config == {"region": "b"}
    assert [problem.severity for problem in parsed.problems] == [Severity.WARNING]


@pytest.mark.parametrize(
    "schema", [None, {}, {"type": "object"}, {"properties": 3}, {"properties": {"a": True}}, {"type": 7}]
)
def test_a_template_without_a_schema_is_asked_for_in_yaml(schema):
    drawn = form(schema, {"a": 1})
    assert drawn.note
    assert parse(drawn, {"config": "a: 2\nb: {c: [x]}"}).config == {"a": 2, "b": {"c": ["x"]}}


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("controlPlaneNumber", "Control plane number"),
        ("vpcID", "VPC ID"),
        ("securityGroupIDs", "Security group IDs"),
        ("cidrBlocks", "CIDR blocks"),
        ("k0s", "k0s"),
        ("autoDeletePVCs", "Auto delete PVCs"),
        ("publicIP", "Public IP"),
    ],
)
def test_a_label_is_the_key_in_words(key, label):
    assert form({"properties": {key: {"type": "string"}}}, {}).fields[0].label == label


# Laying over defaults


@pytest.mark.parametrize(
    ("defaults", "config", "merged"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"a": None}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": 5}, {"a": 5}),
        ({}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
        ({"a": 1}, {"a": True}, {"a": True}),
    ],
)
def test_values_are_laid_over_defaults_as_helm_does(defaults, config, merged):
    assert same(merge(defaults, config), merged)
    assert same(merge(defaults, wanted(defaults, merged)), merged)


def test_true_is_not_one_and_one_is_one_point_zero():
    assert difference({"a": 1}, {"a": True}) == {"a": True}
    assert difference({"a": 1}, {"a": 1.0}) == {}


# Validation


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("size",), 10, "at most 9"),
        (("size",), 0, "at least 1"),
        (("size",), "x", "a whole number"),
        (("tier",), "gold", "one of free, paid, empty"),
        (("zones",), ["a", "a"], "listed twice"),
        (("note",), "x" * 21, "at most 20"),
        (("net", "memory"), "4GB", "pattern"),
        (("net", "memroy"), "4Gi", "knows no memroy"),
        (("note",), 5, "text or nothing"),
        (("region",), "", "must be filled"),
    ],
)
def test_what_the_chart_would_refuse_is_said_at_its_field(path, value, sentence):
    chart = station()
    config: dict[str, Any] = {"region": "eu-1"}
    put(config, path, value)
    merged = merge(chart.defaults, config)
    found = validate(chart.schema, merged) + missing(chart.schema, merged, chart.name)
    assert [problem.field for problem in found] == ["config/" + "/".join(path)]
    assert sentence in found[0].sentence
    assert str(value) not in found[0].sentence or isinstance(value, str | int)


def test_a_member_of_a_list_is_named_by_its_place():
    chart = station()
    found = validate(chart.schema, merge(chart.defaults, {"pools": [{"name": "a"}, {"count": "x"}]}))
    assert {problem.field for problem in found} == {"config/pools/1/name", "config/pools/1/count"}
    assert of(chart).field_of("config/pools/1/name").path == ("pools",)


def test_a_key_that_nobody_knows_is_warned_of_with_what_was_meant():
    chart = station()
    found = unknown(
        chart.schema, chart.defaults, {"regoin": "x", "labels": {"any": "thing"}, "net": {"deep": {"err": 1}}}
    )
    assert [(problem.field, problem.severity) for problem in found] == [
        ("config/regoin", Severity.WARNING),
        ("config/net/deep/err", Severity.WARNING),
    ]
    assert "Did you mean region?" in found[0].sentence


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"properties": {"a": {"$ref": "http://127.0.0.1:9/x.json"}}},
        {"$ref": "#/nowhere"},
        {"properties": {"a": {"type": "string", "pattern": "("}}},
        {"$defs": {"x": {"$ref": "#/$defs/x"}}, "$ref": "#/$defs/x"},
    ],
)
def test_a_schema_that_cannot_be_used_is_said_and_fetches_nothing(schema):
    found = validate(schema, {"a": "b"})
    assert [(problem.field, problem.severity) for problem in found] == [("config", Severity.WARNING)]


def test_an_external_ip_management_stands_in_for_the_endpoint():
    schema = {"properties": {"controlPlaneEndpointIP": {"type": "string"}, "ipamEnabled": {"type": "boolean"}}}
    values = {"controlPlaneEndpointIP": "", "ipamEnabled": False}
    assert [one.field for one in missing(schema, values, "vsphere-standalone-cp")] == ["config/controlPlaneEndpointIP"]
    assert missing(schema, {**values, "ipamEnabled": True}, "vsphere-standalone-cp") == []


# YAML


@pytest.mark.parametrize(
    "value",
    [
        "no",
        "y",
        "1e5",
        "0012",
        "1:30",
        "0x1F",
        "~",
        "",
        " x ",
        "a\nb\n",
        "a\n b\r\n",
        "- a",
        "#",
        "2026-01-01",
        "=",
        "<<",
        "\t",
        "é✓",
    ],
)
def test_text_stays_text_for_us_and_for_kubectl(value):
    import yaml

    for shape in (value, [value], {"k": {value: value}}):
        assert same(safe_yaml.load(safe_yaml.dump(shape)), shape)
        assert yaml.safe_load(safe_yaml.dump(shape)) == shape


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", False),
        ("1.20", 1.2),
        ("v1.20", "v1.20"),
        ("2026-01-01", "2026-01-01"),
        ("012", 10),
        ("1:30", "1:30"),
        ("true", True),
    ],
)
def test_a_value_is_what_kubectl_makes_of_it(text, value):
    assert same(safe_yaml.load(f"k: {text}"), {"k": value})


def test_a_treacherous_spelling_is_said_at_its_own_box():
    drawn = form({"properties": {"taints": {"type": "object"}}}, {})
    found = parse(drawn, {"config/taints": "effect: no", drawn.rest.name: "zone: 012"}).problems
    assert [(one.field, one.severity) for one in found] == [("config/taints", "warning"), ("config", "warning")]
    assert found[0].sentence.startswith("Line 1: kubectl reads no as false")
