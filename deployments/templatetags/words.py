"""How long words break: `{% load words %}`."""

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_SEAM = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@register.filter
def camel(text: str) -> SafeString:
    """A kind that may break where its words meet, and nowhere else: AWS·Cluster·Static·Identity."""
    return mark_safe("<wbr>".join(escape(word) for word in _SEAM.split(str(text))))  # noqa: S308 (each word is escaped)
