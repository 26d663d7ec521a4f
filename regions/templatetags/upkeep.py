"""What an entry of maintenance speaks of, as a link."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from regions.domain.refs import MANAGEMENT
from regions.inventory.basics import Target
from regions.models import Upkeep

register = template.Library()


@register.simple_tag
def spoken_of(row: Upkeep) -> SafeString:
    """The object, linked to its page when it has one."""
    target = Target(row.object_kind, row.namespace, row.name, MANAGEMENT, row.name)
    if not target.url:
        return format_html("{} {}", row.object_kind, target.label)
    link = '<a href="{}">{}</a> <span class="table__sub">{}</span>'
    return format_html(link, target.url, target.label, row.object_kind)
