"""`{% hint "As of" %}`: what the word beside it means, and the way to its entry."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.glossary.terms import by_name

register = template.Library()


@register.simple_tag
def hint(name: str) -> SafeString:
    """A question mark that says it when pointed at, and leads to the glossary. Raises KeyError for what is no term."""
    term = by_name()[name]
    return format_html(
        '<a class="hint" href="{}#{}" title="{}" aria-label="What “{}” means">?</a>',
        reverse("glossary"),
        term.anchor,
        term.meaning,
        term.name,
    )
