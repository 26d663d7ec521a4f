"""What lists of every kind share: how an address is read, what can be filtered by, pages, and why one is empty.

Parameters(query)           reads a query string, and notes a sentence for each parameter that makes no sense
facet(name, title, ...) -> Facet
gone(facets, ...)           a sentence for each value that was asked for and that nothing has
Page(asked, size, total)    one page of a list
why(visibility, ...) -> Empty
"""

from deployments.lists.empty import Empty, filtered_out, why
from deployments.lists.facets import Facet, Option, facet, gone, label
from deployments.lists.pages import SIZE, Page
from deployments.lists.parameters import Parameters, Query

__all__ = [
    "SIZE",
    "Empty",
    "Facet",
    "Option",
    "Page",
    "Parameters",
    "Query",
    "facet",
    "filtered_out",
    "gone",
    "label",
    "why",
]
