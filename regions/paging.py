"""How lists of the API are paged, {"count", "next", "previous", "results"}, and how bad parameters are refused."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

SIZE = 50
MOST = 100

PAGE = OpenApiParameter("page", int, description="Which page, from 1 on.")
PAGE_SIZE = OpenApiParameter("page_size", int, description=f"Rows a page, at most {MOST}; {SIZE} unless said.")


def refuse(problems: dict[str, str]) -> None:
    """Answer 400 with a sentence for each parameter, if there is any."""
    if problems:
        raise ValidationError({name: [sentence] for name, sentence in problems.items()})


def whole(request: Request, name: str, default: int, most: int, sentence: str, problems: dict[str, str]) -> int:
    """A whole number from 1 on; a problem is noted when it is none."""
    value = request.query_params.get(name, "")
    if value == "":
        return default
    if value.isascii() and value.isdigit() and len(value) < 10 and 1 <= int(value) <= most:
        return int(value)
    problems[name] = sentence
    return default


def page_of(request: Request, problems: dict[str, str] | None = None) -> tuple[int, int]:
    """The page and page size that are asked for; refuses what makes no sense, together with `problems`."""
    found = dict(problems or {})
    page = whole(request, "page", 1, 10**6, "A page is a number from 1 on.", found)
    size = whole(request, "page_size", SIZE, MOST, f"A page has between 1 and {MOST} rows.", found)
    refuse(found)
    return page, size


def paged(request: Request, items: Sequence[Any], serializer: type[serializers.Serializer[Any]]) -> Response:
    """One page of a list that is at hand."""
    page, size = page_of(request)
    pages = max(1, -(-len(items) // size))
    return respond(request, serializer(items[(page - 1) * size : page * size], many=True).data, len(items), page, pages)


def respond(request: Request, results: Any, count: int, page: int, pages: int) -> Response:
    """One page of results, with the addresses of its neighbours."""
    if page > pages:
        refuse({"page": f"There {'is only one page' if pages == 1 else f'are only {pages} pages'}."})
    return Response(
        {
            "count": count,
            "next": address(request, page=page + 1) if page < pages else None,
            "previous": address(request, page=page - 1) if page > 1 else None,
            "results": results,
        }
    )


def address(request: Request, **changes: Any) -> str:
    """The address of this list with other parameters."""
    parameters = request.query_params.copy()
    for name, value in changes.items():
        parameters[name] = str(value)
    return request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")


def page_serializer(name: str, item: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of a page of such items, for the description of the API."""
    return type(
        f"Paged{name}",
        (serializers.Serializer,),
        {
            "count": serializers.IntegerField(help_text="How many there are in all."),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": item(many=True),
            "__doc__": f"One page: {name}.",
        },
    )
