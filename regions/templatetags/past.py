"""Where something is shown as it was: `{% load past %}`."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse

from regions.inventory import Target

register = template.Library()


@register.simple_tag
def then_url(target: Target, at: str) -> str:
    """The page of an object at a moment."""
    if target.kind in ("ClusterDeployment", "Region", "Management") and target.url:
        return f"{target.url}?{urlencode({'at': at})}"
    query = {"at": at, "kind": target.kind, "namespace": target.namespace, "name": target.name}
    return f"{reverse('regions:past_object')}?{urlencode(query | {'cluster': target.cluster})}"
