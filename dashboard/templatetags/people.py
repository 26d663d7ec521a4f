"""What is drawn for who may use it alone: `{% load people %}`."""

from django import template
from django.utils.safestring import SafeString

from dashboard.people.routes import allowed, allowed_at
from regions.domain.roles import Right

register = template.Library()


@register.simple_block_tag(takes_context=True)
def may(
    context: template.Context, content: SafeString, right: str, region: str = "", namespace: str | None = None
) -> str:
    """`{% may "deployments" region=… namespace=… %}…{% endmay %}`: drawn for who has this right (its name in `Right`)
    there, or without a place somewhere. Not for parts that are kept for everybody (`only`): they have no request."""
    viewer = getattr(context["request"], "viewer", None)
    if viewer is None:
        return ""
    wanted = Right[right.upper()]
    held = allowed(viewer, wanted) if namespace is None else allowed_at(viewer, wanted, region, namespace)
    return content if held else ""
