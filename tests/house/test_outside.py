"""What others rely on stays: addresses by name, the API's operations and shapes, migrations. `outside.json` is what a
release promised; what is added needs no line there, what goes is a decision (and a line in the CHANGELOG).
"""

import json
from collections.abc import Iterator
from typing import Any

from django.db.migrations.loader import MigrationLoader
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

from tests.house.checkout import ROOT

PROMISED = json.loads((ROOT / "tests/house/outside.json").read_text())


def test_every_address_still_has_its_name():
    now: dict[str, set[str]] = {}
    for name, pattern in _routes(get_resolver()):
        now.setdefault(name, set()).add(pattern)
    assert {name for name in PROMISED["routes"] if name not in now} == set()


def test_every_old_address_still_leads_somewhere():
    now = {pattern for _, pattern in _routes(get_resolver(), named=False)}
    old = {pattern for patterns in PROMISED["routes"].values() for pattern in patterns}
    assert old - now == set()


def test_the_api_still_does_and_says_what_it_did():
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    verbs = {"get", "post", "patch", "delete", "put"}
    operations = {f"{verb.upper()} {path}" for path, item in schema["paths"].items() for verb in item if verb in verbs}
    assert set(PROMISED["operations"]) - operations == set()
    shapes = schema["components"]["schemas"]
    lost = [
        f"{name}.{field}: {kind}"
        for name, fields in PROMISED["shapes"].items()
        for field, kind in fields.items()
        if _shape(shapes.get(name, {}).get("properties", {}).get(field, {})) != kind
    ]
    assert lost == []


def test_no_migration_that_was_released_is_gone():
    there = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    assert set(PROMISED["migrations"]) - there == set()


def _routes(resolver: URLResolver, before: str = "/", space: str = "", named: bool = True) -> Iterator[tuple[str, str]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            if each.namespace != "admin":
                inner = f"{space}{each.namespace}:" if each.namespace else space
                yield from _routes(each, before + str(each.pattern), inner, named)
        elif isinstance(each, URLPattern) and (each.name or not named):
            yield f"{space}{each.name}", before + str(each.pattern)


def _shape(described: dict[str, Any]) -> Any:
    """A property in one word: the name of its shape, or its type."""
    if "$ref" in described:
        return described["$ref"].rsplit("/", 1)[-1]
    if "allOf" in described:
        return _shape(described["allOf"][0])
    kind = described.get("type")
    if kind == "array":
        return [_shape(described.get("items", {}))]
    return "|".join(sorted(map(str, kind))) if isinstance(kind, list) else kind or "any"
