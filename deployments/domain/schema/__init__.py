"""A template's values as a form: from its JSON schema and defaults to fields, and from what is typed to config."""

from deployments.domain.schema.fields import Field, Form, Group, Widget
from deployments.domain.schema.form import form
from deployments.domain.schema.parsing import Parsed, parse
from deployments.domain.schema.validation import missing, unknown, validate
from deployments.domain.schema.values import difference, merge

__all__ = [
    "Field",
    "Form",
    "Group",
    "Parsed",
    "Widget",
    "difference",
    "form",
    "merge",
    "missing",
    "parse",
    "unknown",
    "validate",
]
