"""To which region, deployment and credential an Event belongs. Needs the batch to be saved."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Max

from regions.domain.kinds import K0RDENT
from regions.domain.ownership import owners, prefixes, region_itself
from regions.domain.refs import MANAGEMENT, Ref
from regions.models import Change, Resource

CHUNK = 400
_COLUMNS = ("region", "deployment", "credential")


@dataclass(frozen=True, slots=True)
class Correlation:
    """Whose something is."""

    region: str
    deployment: str = ""
    credential: str = ""


def correlate(rows: Sequence[Change]) -> None:
    """Fill in region, deployment and credential: by the object itself, by its uid, by whose name it begins with, and,
    of what is gone, by what the log says of its deployment."""
    known = _by_key({ref_of(row).key for row in rows})
    strays = [row for row in rows if ref_of(row).key not in known]
    by_uid = _by_uid(strays) if strays else {}
    guesses = _guesses([row for row in strays if (row.cluster, row.uid) not in by_uid])
    owning = _by_key({ref.key for refs in guesses.values() for ref in refs})
    lost: list[Change] = []
    for row in rows:
        place = known.get(ref_of(row).key) or by_uid.get((row.cluster, row.uid)) or _owner(row, guesses, owning)
        if place is None:
            lost.append(row)
        else:
            _put(row, place)
    if lost:
        _recall(lost)
    _credentials(rows)


def ref_of(row: Change) -> Ref:
    return Ref(row.cluster, row.group, row.kind, row.namespace, row.name)


def _put(row: Change, place: Correlation) -> None:
    row.region = place.region or row.region
    row.deployment = place.deployment
    if place.credential:
        row.columns["credential"] = place.credential


def _by_key(keys: Iterable[str]) -> dict[str, Correlation]:
    found: dict[str, Correlation] = {}
    for some in chunks(keys):
        for key, *columns in Resource.objects.filter(key__in=some).values_list("key", *_COLUMNS):
            found[key] = Correlation(*columns)
    return found


def _by_uid(rows: Sequence[Change]) -> dict[tuple[str, str], Correlation]:
    """Some name an object without its group, or in a group of another version: its uid is still its own."""
    found: dict[tuple[str, str], Correlation] = {}
    for some in chunks({row.uid for row in rows if row.uid}):
        for cluster, uid, *columns in Resource.objects.filter(uid__in=some).values_list("cluster", "uid", *_COLUMNS):
            found[cluster, uid] = Correlation(*columns)
    return found


def _guesses(rows: Sequence[Change]) -> dict[int, list[Ref]]:
    """By whose names these may begin. Only where deployments live: a cluster has Events about every Pod of its own."""
    spaces = {row.namespace for row in rows if row.namespace}
    lived: set[str] = set()
    for some in chunks(spaces):
        there = Resource.objects.filter(kind="ClusterDeployment", namespace__in=some)
        lived.update(there.order_by().values_list("namespace", flat=True).distinct())
    return {id(row): owners(ref_of(row)) for row in rows if row.namespace in lived or row.kind == "HelmRelease"}


def _owner(row: Change, guesses: dict[int, list[Ref]], owning: dict[str, Correlation]) -> Correlation | None:
    if region := region_itself(ref_of(row)):
        return Correlation(region)
    for ref in guesses.get(id(row), ()):
        place = owning.get(ref.key)
        # A deployment has its parts on management and in its own region, nowhere else.
        if place and (ref.kind == "Region" or (place.deployment and row.cluster in (MANAGEMENT, place.region))):
            return place
    return None


def _recall(rows: Sequence[Change]) -> None:
    """Of deployments that are gone by now the log still knows: their last Events come after them."""
    spaces: dict[str, list[Change]] = {}
    for row in rows:
        if row.namespace:
            spaces.setdefault(row.namespace, []).append(row)
    log = Change.objects.filter(kind="ClusterDeployment", group=K0RDENT)
    for namespace, those in spaces.items():
        here = log.filter(namespace=namespace)
        if not here.exists():
            continue
        names = {name for row in those for name in prefixes(row.name)}
        last: list[int] = []
        for some in chunks(names):
            found = here.filter(name__in=some).exclude(region="").order_by()
            last += found.values("name").annotate(last=Max("id")).values_list("last", flat=True)
        regions: dict[str, str] = {}
        for some in chunks(map(str, last)):
            regions.update(Change.objects.filter(pk__in=some).values_list("name", "region"))
        for row in those:
            name = next((name for name in prefixes(row.name) if name in regions), None)
            if name is not None and row.cluster in (MANAGEMENT, regions[name]):
                _put(row, Correlation(regions[name], f"{namespace}/{name}"))
    for row in rows:
        if row.kind == "ClusterDeployment" and row.group in (K0RDENT, "") and row.namespace and not row.deployment:
            row.deployment = f"{row.namespace}/{row.name}"


def _credentials(rows: Sequence[Change]) -> None:
    """What belongs to a deployment belongs to its credential."""
    keys = {row.deployment: _deployment_key(row.deployment) for row in rows if row.deployment}
    places = _by_key(keys.values())
    for row in rows:
        place = places.get(keys.get(row.deployment, ""))
        if place and place.credential and not row.columns.get("credential"):
            row.columns["credential"] = place.credential


def _deployment_key(path: str) -> str:
    namespace, _, name = path.partition("/")
    return Ref(MANAGEMENT, K0RDENT, "ClusterDeployment", namespace, name).key


def chunks(items: Iterable[str]) -> Iterator[list[str]]:
    """Pieces that fit into one query."""
    rest = list(items)
    for start in range(0, len(rest), CHUNK):
        yield rest[start : start + CHUNK]
