"""The terms of the glossary. Data: terms.yaml beside this file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Term:
    """A word, whose it is, and what it means. `page` and `label`: where it stands, empty when only on some pages."""

    name: str
    owner: str
    meaning: str
    page: str = ""
    label: str = ""
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        return anchor(self.name)


def anchor(name: str) -> str:
    """The id of a term on the page of the glossary."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


@cache
def terms() -> tuple[Term, ...]:
    """All of them, in the order of the file."""
    rows: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "terms.yaml").read_text(encoding="utf-8"))
    return tuple(
        Term(
            row["term"], row["of"], row["says"], row["page"], row.get("label", row["term"]), tuple(row.get("also", ()))
        )
        for row in rows
    )


@cache
def by_name() -> Mapping[str, Term]:
    return {term.name: term for term in terms()}
