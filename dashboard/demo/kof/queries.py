"""The Prometheus API over a source: what every store, and promxy, answers below /api/v1/."""

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from aiohttp import web

from dashboard.demo.kof.promql.evaluate import Value, instant, over
from dashboard.demo.kof.promql.parse import parse, seconds
from dashboard.demo.kof.promql.source import Labels, Source
from dashboard.demo.kof.promql.tree import Select, Unknown, matcher

POINTS = 30_000  # of one series in one answer
_SERIES = 30_000
Body = dict[str, Any]
Ask = Callable[[str, "Arguments"], Awaitable[Body]]


class Wrong(Exception):
    """The answer is an error with this status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Arguments:
    """Of one request, from its address and its form."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def get(self, name: str, otherwise: str = "") -> str:
        return next((value for key, value in self.pairs if key == name), otherwise)

    def every(self, *names: str) -> list[str]:
        return [value for key, value in self.pairs if key in names]

    def moment(self, name: str, otherwise: float) -> float:
        text = self.get(name)
        if not text:
            return otherwise
        try:
            return float(text)
        except ValueError:
            pass
        try:
            return datetime.fromisoformat(text).timestamp()
        except ValueError:
            raise Wrong(400, f"cannot parse {name}={text}") from None


async def arguments(request: web.Request) -> Arguments:
    pairs = list(request.query.items())
    if request.method == "POST":
        pairs += [(key, str(value)) for key, value in (await request.post()).items()]
    return Arguments(pairs)


# One at a time: threads that compute take turns with the loop that serves all API servers, which else waits for each.
_COMPUTING = ThreadPoolExecutor(1, "promql")


async def _aside(compute: Callable[..., Body], *given: Any) -> Body:
    return await asyncio.get_running_loop().run_in_executor(_COMPUTING, compute, *given)


async def answer(path: str, given: Arguments, source: Source) -> Body:
    """The `data` of the answer to /api/v1/<path>. Raises Wrong."""
    now = time.time()
    try:
        match path.split("/"):
            case ["query"]:
                at = given.moment("time", now)
                return await _aside(_instant, source, given.get("query"), at)
            case ["query_range"]:
                start, end = given.moment("start", now - 3600), given.moment("end", now)
                step = seconds(given.get("step", "60"))
                if step <= 0 or (end - start) / step > POINTS:
                    raise Wrong(422, f"too many points for the given step={step:g}s: at most {POINTS} are allowed")
                return await _aside(_range, source, given.get("query"), start, end, step)
            case ["series"]:
                return await _aside(_series, source, given, now)
            case ["labels"]:
                found = await _aside(_series, source, given, now)
                return {"data": sorted({key for labels in found["data"] for key in labels})}
            case ["label", name, "values"]:
                found = await _aside(_series, source, given, now)
                return {"data": sorted({labels[name] for labels in found["data"] if name in labels})}
            case ["status", "buildinfo"]:
                return {"data": {"version": "2.24.0", "application": "pane-demo"}}
    except Unknown as unknown:
        raise Wrong(422, f"error when executing query: {unknown}") from None
    raise Wrong(404, f"unsupported path requested: /api/v1/{path}")


def _instant(source: Source, query: str, at: float) -> Body:
    if not query:
        raise Wrong(400, "missing `query` arg")
    found = instant(source, query, at)
    return {
        "data": {
            "resultType": "vector",
            "result": [{"metric": labels, "value": [at, number(value)]} for labels, value in as_vector(found)],
        }
    }


def as_vector(found: Value) -> list[tuple[Labels, float]]:
    if isinstance(found, list):
        return found
    return [] if math.isnan(found) else [({}, found)]


def _range(source: Source, query: str, start: float, end: float, step: float) -> Body:
    if not query:
        raise Wrong(400, "missing `query` arg")
    return {
        "data": {
            "resultType": "matrix",
            "result": [
                {"metric": labels, "values": [[when, number(value)] for when, value in points]}
                for labels, points in over(source, query, start, end, step)
            ],
        }
    }


def _series(source: Source, given: Arguments, now: float) -> Body:
    start, end = given.moment("start", now - 300), given.moment("end", now)
    found: dict[str, Labels] = {}
    for text in given.every("match[]", "match") or ['{__name__=~".+"}']:
        tree = parse(text)
        if not isinstance(tree, Select):
            raise Wrong(422, f"not a selector: {text}")
        for series in source.select(tree.matchers or (matcher("__name__", "!=", ""),)):
            if series.at(end, end - start) is not None:
                found[json.dumps(series.labels, sort_keys=True)] = series.labels
            if len(found) > _SERIES:
                raise Wrong(
                    422,
                    f"the number of matching timeseries exceeds {_SERIES}; either narrow down the search "
                    "or increase -search.max* command-line flag values",
                )
    return {"data": list(found.values())}


def number(value: float) -> str:
    """As Prometheus writes it."""
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def respond(body: Body, partial: bool | None = None) -> web.Response:
    whole = {"status": "success"} | ({} if partial is None else {"isPartial": partial}) | body
    return web.json_response(whole)


def refuse(wrong: Wrong) -> web.Response:
    body = {"status": "error", "errorType": str(wrong.status), "error": str(wrong)}
    return web.json_response(body, status=wrong.status)
