"""What a schema refuses, in which words, and what it does without asking."""

from typing import Any

import pytest

from regions.kube.schemas import of_kind
from tests.conformance.api import Api
from tests.conformance.conftest import GROUP, widget, widgets

# Said when the shape is wrong and there are rules besides: they were not asked.
UNASKED = (
    "<nil>",
    "FieldValueInvalid",
    "Invalid value: null: some validation rules were not checked because the object was "
    "invalid; correct the existing errors to complete validation",
)
SHORT = 'Invalid value: "": spec.template in body should be at least 1 chars long'
LARGE = "Invalid value: 10: spec.count in body should be less than or equal to 9"
WRONG: list[tuple[str, dict[str, Any], list[tuple[str, str, str]]]] = [
    ("missing", {"template": None}, [UNASKED, ("spec.template", "FieldValueRequired", "Required value")]),
    ("too short", {"template": ""}, [("spec.template", "FieldValueInvalid", SHORT)]),
    (
        "too long",
        {"template": "a" * 21},
        [UNASKED, ("spec.template", "FieldValueTooLong", "Too long: may not be more than 20 bytes")],
    ),
    (
        "too small",
        {"count": 0},
        [
            (
                "spec.count",
                "FieldValueInvalid",
                "Invalid value: 0: spec.count in body should be greater than or equal to 1",
            )
        ],
    ),
    ("too large", {"count": 10}, [("spec.count", "FieldValueInvalid", LARGE)]),
    (
        "text for a number",
        {"count": "two"},
        [
            UNASKED,
            (
                "spec.count",
                "FieldValueTypeInvalid",
                'Invalid value: "string": spec.count in body must be of type integer: "string"',
            ),
        ],
    ),
    (
        "number for a text",
        {"code": 7},
        [
            UNASKED,
            (
                "spec.code",
                "FieldValueTypeInvalid",
                'Invalid value: "integer": spec.code in body must be of type string: "integer"',
            ),
        ],
    ),
    (
        "text for an object",
        {"fixed": "x"},
        [
            UNASKED,
            (
                "spec.fixed",
                "FieldValueTypeInvalid",
                'Invalid value: "string": spec.fixed in body must be of type object: "string"',
            ),
        ],
    ),
    (
        "not of the enumeration",
        {"mode": "Odd"},
        [
            UNASKED,
            ("spec.mode", "FieldValueNotSupported", 'Unsupported value: "Odd": supported values: "Fast", "Slow"'),
        ],
    ),
    (
        "not of the pattern",
        {"code": "A1"},
        [("spec.code", "FieldValueInvalid", "Invalid value: \"A1\": spec.code in body should match '^[a-z]+$'")],
    ),
    ("inside an object", {"fixed": {}}, [UNASKED, ("spec.fixed.name", "FieldValueRequired", "Required value")]),
    (
        "inside a list",
        {"parts": [{"name": "a"}, {"place": "x"}]},
        [UNASKED, ("spec.parts[1].name", "FieldValueRequired", "Required value")],
    ),
    (
        "twice in a list",
        {"parts": [{"name": "a"}, {"name": "a", "place": "here"}]},
        [("spec.parts[1]", "FieldValueDuplicate", 'Duplicate value: {"name":"a","place":"here"}')],
    ),
    (
        "inside a map",
        {"tags": {"a": 1}},
        [
            UNASKED,
            (
                "spec.tags.a",
                "FieldValueTypeInvalid",
                'Invalid value: "integer": spec.tags.a in body must be of type string: "integer"',
            ),
        ],
    ),
    (
        "two at once",
        {"count": 0, "mode": "Odd"},
        [
            UNASKED,
            (
                "spec.count",
                "FieldValueInvalid",
                "Invalid value: 0: spec.count in body should be greater than or equal to 1",
            ),
            ("spec.mode", "FieldValueNotSupported", 'Unsupported value: "Odd": supported values: "Fast", "Slow"'),
        ],
    ),
]


@pytest.mark.parametrize(("spec", "causes"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_the_schema_refuses_is_said_field_by_field(api: Api, space: str, spec: Any, causes: Any):
    body = widget(**spec)
    body["spec"] = {name: value for name, value in body["spec"].items() if value is not None}
    refused = api.create(widgets(space), body)
    assert (refused.status, refused.reason) == (422, "Invalid")
    assert refused.causes == causes
    assert refused.body["message"].startswith(f'Widget.{GROUP} "one" is invalid: ')
    assert refused.body["details"]["kind"] == "Widget"


def test_a_rule_refuses_in_its_own_words(api: Api, space: str):
    refused = api.create(widgets(space), widget(left="a", right="b"))
    assert refused.status == 422
    ((field, reason, message),) = refused.causes
    assert (field, reason) == ("spec", "FieldValueInvalid")
    assert message.endswith(": at most one of left and right")


def test_a_rule_about_changes_refuses_only_changes(api: Api, space: str):
    path = widgets(space, "one")
    api.create(widgets(space), widget(fixed={"name": "x"}))
    assert api.patch(path, {"spec": {"count": 2}}).status == 200
    refused = api.patch(path, {"spec": {"fixed": {"name": "y"}}})
    ((field, reason, message),) = refused.causes
    assert (refused.status, field, reason) == (422, "spec.fixed", "FieldValueInvalid")
    assert message.endswith(": fixed is immutable")
    assert api.patch(path, {"spec": {"fixed": None}}).status == 200


def test_unknown_fields_are_dropped_with_a_warning(api: Api, space: str):
    made = api.create(widgets(space), widget(colour="red", parts=[{"name": "a", "odd": 1}]), fieldValidation="Warn")
    assert "colour" not in made.body["spec"]
    assert made.body["spec"]["parts"] == [{"name": "a", "place": "here"}]
    assert sorted(made.warnings) == [
        '299 - "unknown field \\"spec.colour\\""',
        '299 - "unknown field \\"spec.parts[0].odd\\""',
    ]


def test_unknown_fields_are_refused_when_asked_to_be_strict(api: Api, space: str):
    refused = api.create(widgets(space), widget(colour="red"), fieldValidation="Strict")
    assert (refused.status, refused.reason) == (400, "BadRequest")
    assert 'unknown field "spec.colour"' in refused.body["message"]


def test_whatever_is_kept_where_the_schema_says_so(api: Api, space: str):
    config = {"deep": {"er": [None, 1, {"x": "y"}]}, "null": None}
    assert api.create(widgets(space), widget(config=config)).body["spec"]["config"] == config


def test_a_whole_number_may_be_where_any_number_may(api: Api, space: str):
    assert api.create(widgets(space), widget(ratio=2)).status == 201
    assert api.create(widgets(space), widget("two", ratio=2.5)).status == 201


def test_what_an_editor_completes_is_what_the_server_says_of_the_kind(api: Api):
    document = api.get(f"/openapi/v3/apis/{GROUP}/v1").body
    found = of_kind(document, GROUP, "v1", "Widget")
    assert found is not None
    assert found["properties"]["spec"]["properties"]["count"]["maximum"] == 9
    assert of_kind(document, GROUP, "v1", "Nothing") is None
