"""Every manifest that is published as an example, applied by kubectl to real API servers, has a page in true words.

`PANE_TEST_EXAMPLES` names folders with examples (separated by a colon): a checkout of k0rdent's documentation.
`PANE_TEST_SAMPLES` one with sample manifests. Without them the suite's own manifests are taken. With `-s` it prints
what was found, and what is not shown and why.
"""

import os
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from regions import journal
from regions.domain.health_scale import Health
from regions.domain.kinds import KINDS
from regions.domain.refs import MANAGEMENT
from regions.domain.words import one_line
from regions.inventory.rows import row_of
from regions.inventory.serving import placed
from regions.inventory.visibility import look
from regions.models import Resource
from tests.real.watching import Watching
from tests.rig.apiserver import ApiServer
from tests.rig.examples import Example, collect
from tests.rig.fleet import Rig
from tests.rig.http import Answered

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

OWN = Path(__file__).resolve().parent.parent / "manifests"
REGION = "fra1"
PLURALS = {(kind.group, kind.name): kind.plural for kind in KINDS if kind.group not in ("", "events.k8s.io")}

# What Pane says by itself of an object, and the place in the fact sheet (kcm.md, kof.md) that bears it out. All else
# that it says must be the object's own words.
SAID = (
    (r"k0rdent has not reported yet", "kcm 4.1 step 3: five conditions Unknown/Progressing with empty messages"),
    (r"k0rdent has not checked it yet", "kcm 1.3: errors of a copy never reach CredentialReady"),
    (r"Nothing has been reported yet", "kcm 2.6"),
    (r"Flux has not reported yet", "kcm 4.1 step 9"),
    (r"Sveltos has not (reported|reached it) yet", "kcm 2.4"),
    (r"Not checked yet", "kcm 1.5, 12: a template waits for Management"),
    (r"Not ready yet|Its templates are not all valid yet|All its templates are valid", "kcm 1.1 status.ready, 1.8"),
    (r"k0rdent has not applied it yet", "kcm 1.9 AccessManagement"),
    (r"Present", "kcm 1.7, 1.9: kinds without any status"),
    (r"Valid(; .*)?|Validated, not deployed yet", "kcm 0.5, 4.1 dry run"),
    (r"Settling: .*", "kcm 1.2 observedGeneration"),
    (r"It has no services|No cluster matches its selector", "kcm 1.8"),
    (r"\d+ of \d+ (services?|machines|replicas|control plane replicas) .*", "kcm 1.4 services, 2.6 replicas"),
    (r"Deployed to .* clusters.*|Not deployed to all clusters.*", "kcm 1.1 ClusterInReadyState"),
    (r"Its identity .* was found", "kcm 1.3 Succeeded"),
    (r"No progress for over 30 minutes: .*", "kcm 4.1: k0rdent grants Cluster API as long"),
    (r".* is Unknown for over 30 minutes: .*", "kcm 4.1 step 3"),
    (r".*deletion has not moved for over 30 minutes.*", "kcm 4.1 delete"),
    (r"no backup (yet|has been made yet).*|the backup due at .*|.* completed( at .*)?", "kcm 1.9 ManagementBackup"),
    (r"Paused.*|Suspended.*", "kcm 1.2 region-pause, 2.5 suspend"),
    (r"Ready|Provisioned|Reached.*|Node .* is ready|The control plane is not initialized yet", "kcm 2.6"),
    (r"k0rdent says Ready, but .*", "kcm 12: Ready before any Cluster exists"),
    (r"Installing .*", "kcm 1.2 components"),
    (r"Its adapter and provisioners are ready", "kcm 1.8 StateManagementProvider"),
    (r"Its Credential is gone.*", "kcm 4.1 stuck cases"),
)  # fmt: skip


def folders() -> list[Path]:
    named = [*os.environ.get("PANE_TEST_EXAMPLES", "").split(":"), os.environ.get("PANE_TEST_SAMPLES", "")]
    return [OWN, *(Path(one) for one in named if one)]


def apply(server: ApiServer, examples: list[Example]) -> str:
    """By kubectl, all in one call: it goes on after one that is refused. Returns its complaints."""
    for namespace in {example.namespace for example in examples} - {"", "default"}:
        server.create_namespace(namespace)
    command = server.kubectl_command("apply", "-f", "-")
    home = str(Path(command[1].partition("=")[2]).parent)
    done = subprocess.run(
        command,
        input=yaml.safe_dump_all([example.manifest for example in examples]),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": home},
    )
    return done.stderr


def tell(server: ApiServer, example: Example) -> str:
    """What its controller would write into its status; the complaint of a server of another version."""
    plural = PLURALS.get((example.group, example.kind))
    if not example.status or plural is None:
        return ""
    try:
        server.patch_status(f"{plural}.{example.group}", example.name, example.namespace, example.status)
    except Answered as error:
        return f"status of {example.source}: {error}\n"
    return ""


def there(server: ApiServer, example: Example) -> bool:
    plural = PLURALS.get((example.group, example.kind))
    if plural is None:
        return False
    resource = f"{plural}.{example.group}" if example.group else plural
    try:
        server.request("GET", server.path_of(resource, example.namespace or "default", example.name))
    except LookupError:
        return False
    except Answered as error:
        if error.status != 404:
            raise
        return False
    return True


def texts(value: Any) -> set[str]:
    """Every text that an object holds, in one line, as messages are."""
    if isinstance(value, dict):
        return set().union(*(texts(one) for one in value.values())) if value else set()
    if isinstance(value, list):
        return set().union(*(texts(one) for one in value)) if value else set()
    return {one_line(value, 10_000)} if isinstance(value, str) else set()


def borne_out(message: str, body: dict[str, Any]) -> bool:
    """Whether these are the object's own words, or ours with a place in a fact sheet."""
    if any(re.fullmatch(known, message) for known, _ in SAID):
        return True
    own = {text for text in texts(body.get("status", {})) if len(text) > 3}
    return any(text[:120] in message or (len(message) > 8 and message.rstrip("…") in text) for text in own)


def test_every_example_has_a_page_in_words_that_a_fact_sheet_bears_out(
    fresh_fleet: Rig, watching: Watching, client: Client
):
    examples = collect(folders())
    fresh_fleet.register(REGION)
    places = {False: fresh_fleet.management, True: fresh_fleet.regions[REGION]}
    complaints = "".join(apply(server, [one for one in examples if one.regional is where])
                         for where, server in places.items())  # fmt: skip
    shown = [one for one in examples if there(places[one.regional], one)]
    for example in shown:
        complaints += tell(places[example.regional], example)
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)

    def rows() -> list[tuple[Example, Resource]]:
        found = []
        for one in shown:
            name, cluster = one.name, REGION if one.regional else MANAGEMENT
            row = Resource.objects.filter(kind=one.kind, group=one.group, name=name, cluster=cluster)
            row = row.filter(namespace__in=(one.namespace or "default", "")).first()
            if row is not None:
                found.append((one, row))
        return found

    def missing() -> str:
        got = {id(one) for one, _ in rows()}
        return ", ".join(f"{one.kind} {one.name}" for one in shown if id(one) not in got)

    try:
        watching.until("every example is held", lambda: not missing())
    except AssertionError:
        print("not held:", missing())
        raise
    held = rows()
    client.force_login(User.objects.create_user("grace"))
    sight = look(timezone.now())
    problems: list[str] = []
    said: Counter[str] = Counter()
    pages: dict[str, str] = {}
    for example, resource in held:
        row = row_of(placed([resource])[0], sight)
        where = f"{example.source}: {example.kind} {row.target.label}"
        if not row.target.url:
            problems.append(f"{where} has no page")
            continue
        url = row.target.url.partition("#")[0]
        if url not in pages:
            answer = client.get(url)
            pages[url] = answer.content.decode() if answer.status_code == 200 else ""
        if row.target.name not in pages[url] and "regions/" not in url:
            problems.append(f"{where} is not on {url}")
        body = journal.manifest(resource)
        own = resource.message
        said[next((place for known, place in SAID if re.fullmatch(known, own)), "its own words")] += 1
        if not borne_out(own, body):
            problems.append(f"{where} says {own!r}: no fact sheet bears that out")
        if resource.health == Health.UNKNOWN and not _says_unknown(body):
            problems.append(f"{where} is Unknown: {own}")
    refused = [line for line in complaints.splitlines() if line.strip()]
    print(f"\n{len(examples)} examples; {len(shown)} of kinds that Pane shows are on the servers, {len(pages)} pages")
    print(f"kubectl or the server refused: {len(refused)}")
    for line in refused:
        print(f"  {line[:220]}")
    for place, count in said.most_common():
        print(f"  {count:4} {place}")
    assert len(shown) > 80
    assert not problems, "\n".join(problems)


def _says_unknown(body: dict[str, Any]) -> bool:
    """Whether the object says itself that it does not know, or says nothing that could be read."""
    conditions = body.get("status", {}).get("conditions") or []
    return any(one.get("status") == "Unknown" for one in conditions if isinstance(one, dict)) or (
        bool(body.get("status")) and not conditions and body["status"].get("ready") is None
    )
