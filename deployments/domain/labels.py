"""Labels that people set: those that KOF goes by, and several at once as they are typed."""

from deployments.domain import name_rules
from deployments.domain.findings import Problem, error
from regions.domain.kinds import K0RDENT

ROLE = f"{K0RDENT}/kof-cluster-role"
TENANT = f"{K0RDENT}/kof-tenant-id"


def read_labels(text: str) -> tuple[dict[str, str | None], list[Problem]]:
    """`key=value`, or `key-` to take one away, one a line."""
    found: dict[str, str | None] = {}
    bad: list[Problem] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        key, sign, value = line.partition("=")
        key, value = key.strip(), value.strip()
        if not sign and key.endswith("-"):
            key, away = key[:-1], True
        else:
            away = False
        shown = key[:60]
        if not sign and not away:
            bad.append(error("labels", f"Write key=value, or key- to take it away; “{line[:60]}” is neither."))
        elif why := name_rules.label_key(key):
            bad.append(error("labels", f"{shown}: {why}"))
        elif key.startswith(f"{K0RDENT}/"):
            bad.append(error("labels", f"{shown}: k0rdent itself goes by labels under {K0RDENT}."))
        elif not away and (why := name_rules.label_value(value)):
            bad.append(error("labels", f"{shown}: {why}"))
        elif key in found:
            bad.append(error("labels", f"{shown} is given twice."))
        else:
            found[key] = None if away else value
    if not found and not bad:
        bad.append(error("labels", "Write at least one label."))
    return found, bad
