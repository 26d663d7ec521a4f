"""Streams as clusters send them: one object a line, with the cluster and the moment at which it reached us."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from regions.domain.kinds import KINDS, Kind
from regions.domain.manifest import parse_time
from regions.domain.notes import Put, Reached
from regions.domain.refs import MANAGEMENT

FOLDER = Path(__file__).resolve().parent
_BY_NAME = {kind.name: kind for kind in KINDS}
_AWS = Kind("infrastructure.cluster.x-k8s.io", "AWSMachine", "awsmachines", ("v1beta2",), _BY_NAME["Machine"].where)


def notes(file: str) -> list[Put]:
    """The stream of this file, in its order."""
    found = []
    for line in (FOLDER / f"{file}.jsonl").read_text().splitlines():
        told: dict[str, Any] = json.loads(line)
        at = parse_time(told["at"])
        assert at is not None
        found.append(Put(told["cluster"], _BY_NAME.get(told["object"]["kind"], _AWS), told["object"], at))
    return found


def listed(at: datetime, region: str) -> list[Reached]:
    """Every kind was listed: what comes from now on is news."""
    return [
        Reached(cluster, kind.stream, "watching", "1", at, kind.versions[0])
        for cluster in (MANAGEMENT, region)
        for kind in KINDS
    ]
