"""Money: budgets, and what may be said of a price."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FLEET = "*"


@dataclass(frozen=True, slots=True)
class Budget:
    """So much a day, for a region or (`*`) for the fleet."""

    name: str
    amount: float
    spent: float | None  # a day, at what runs now; None when nobody knows
    whole: bool = True  # everybody was heard, so `spent` is all of it

    @property
    def share(self) -> float | None:
        return self.spent / self.amount if self.spent is not None and self.amount > 0 else None

    @property
    def crossed(self) -> bool:
        """Even what we know of is more than was meant."""
        return self.spent is not None and self.spent > self.amount


def parse(entries: Sequence[str]) -> tuple[dict[str, float], list[str]]:
    """`*=500,eu-west=120` as amounts a day, and a sentence for each entry that makes no sense. A bare number: `*`."""
    found: dict[str, float] = {}
    problems = []
    for entry in entries:
        name, equals, amount = entry.rpartition("=")
        try:
            value = float(amount)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value <= 0 or (equals and not name.strip()):
            problems.append(f"{entry!r} is no budget: say region=amount a day, for example eu-west=120, or *=500")
        else:
            found[name.strip() or FLEET] = value
    return found, problems


def budgets(amounts: Mapping[str, float], spent: Mapping[str, tuple[float | None, bool]]) -> tuple[Budget, ...]:
    """Each budget with what is spent: by name, (a day, whether that is all). The fleet's first, then the most used."""
    found = [Budget(name, amount, *spent.get(name, (None, False))) for name, amount in amounts.items()]
    return tuple(sorted(found, key=lambda one: (one.name != FLEET, -(one.share or 0.0), one.name)))


_PRICED = ("aws", "azure", "gcp", "gke", "eks", "aks")


def estimated(template: str) -> bool:
    """Whether the prices of a cluster of this template are OpenCost's defaults and no bill: everywhere but on the
    clouds that publish a price list. Of an unknown template nothing is said to be a bill."""
    return not template.startswith(_PRICED)
