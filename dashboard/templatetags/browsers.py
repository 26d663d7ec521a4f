"""A browser in words, as far as it says what it is."""

from django import template

register = template.Library()

BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
"""The first that is named: most call themselves Safari, and many Chrome, too."""
SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS"}


@register.filter
def browser(agent: str) -> str:
    """`Mozilla/5.0 (X11; Linux x86_64) … Firefox/145.0` is Firefox on Linux."""
    name = next((words for mark, words in BROWSERS.items() if mark in agent), "A browser or program")
    system = next((words for mark, words in (SYSTEMS | {"Linux": "Linux"}).items() if mark in agent), "")
    return f"{name} on {system}" if system else name
