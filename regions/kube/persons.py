"""Persons, as API servers know them."""

from dataclasses import dataclass

from multidict import CIMultiDict

from regions.kube.errors import Refused

AUTHENTICATED = "system:authenticated"
"""The group of whoever is somebody: a server adds it to whom it impersonates, and not to whom a review asks about."""


@dataclass(frozen=True, slots=True)
class Person:
    """On whose behalf something is asked. The API server's own rules answer for them."""

    name: str
    groups: tuple[str, ...] = ()


def impersonating(person: Person) -> CIMultiDict[str]:
    """The headers that say so. Raises Refused for who cannot be acted for."""
    check_person(person)
    headers = CIMultiDict({"Impersonate-User": person.name})
    for group in person.groups:
        headers.add("Impersonate-Group", group)
    return headers


def check_person(person: Person) -> None:
    """Names of the system stand for the cluster itself: no person is one. Servers trim spaces, so we allow none."""
    for name in (person.name, *person.groups):
        if not name or name != name.strip() or any(letter < " " or letter == "\x7f" for letter in name):
            raise Refused("A person or group without a proper name cannot be acted for.")
        if name.casefold().startswith("system:"):
            raise Refused(f"{name} is a name of the cluster itself: Pane does not act for it.")
