"""What a feed makes of the log: repeats, siblings, milestones, what is routine, words that mislead."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regions.domain.events import reported
from regions.domain.folding import FeedLine, fold
from regions.domain.refs import MANAGEMENT
from tests.recorded import notes

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KCM = "kcm-controller-manager"


@dataclass(frozen=True)
class Seen:
    """A change, as folding needs it."""

    id: int
    reason: str
    name: str = "shop"
    message: str = ""
    kind: str = "ClusterDeployment"
    at: datetime = NOON
    source: str = "reported"
    severity: str = "normal"
    health: str = ""
    series: str = ""
    count: int = 1
    controller: str = ""
    cluster: str = "eu"
    region: str = "eu"
    deployment: str = "team/shop"
    group: str = field(default="")
    namespace: str = "team"


def seen(place: int, reason: str, **more) -> Seen:
    return Seen(place, reason, at=NOON + timedelta(seconds=more.pop("second", place)), **more)


def newest_first(*changes: Seen) -> list[Seen]:
    return sorted(changes, key=lambda one: -one.id)


def recorded() -> list[Seen]:
    """The Events of a creation, newest first, as the journal would have recorded them."""
    found = []
    for place, note in enumerate(notes("creation")):
        if note.kind.name != "Event":
            continue
        event = reported(note.manifest)
        strange = event.kind in ("Pod", "Lease", "HelmChart")
        found.append(
            Seen(
                place,
                event.reason,
                event.name,
                event.message,
                event.kind,
                event.at or note.at,
                severity=event.severity,
                series=event.series,
                count=event.count,
                controller=event.controller,
                cluster=note.cluster,
                region=MANAGEMENT if event.kind == "HelmChart" else "eu-west",
                group=event.group,
                namespace=event.namespace,
                deployment="" if strange else "team-shop/shop-eu",
            )
        )
    return newest_first(*found)


MILESTONES = [
    ("ClusterDeployment", "CAPIClusterIsReady"),
    ("ClusterSummary", "Sveltos"),
    ("Machine", "SuccessfulSetNodeRef"),
    ("AWSMachine", "SuccessfulCreate"),
    ("MachineDeployment", "SuccessfulCreate"),
    ("Cluster", "ControlPlaneInitialized"),
    ("Cluster", "Provisioned"),
    ("Cluster", "InfrastructureReady"),
    ("ClusterDeployment", "CAPIClusterIsProvisioning"),
    ("HelmRelease", "InstallSucceeded"),
    ("Cluster", "Provisioning"),
    ("ClusterDeployment", "HelmReleaseIsReady"),
    ("ClusterDeployment", "HelmReleaseCreated"),
    ("ClusterDeployment", "RegionUnpaused"),
]


def test_a_creation_of_some_150_events_reads_as_a_page_and_loses_no_milestone():
    events = recorded()
    assert len(events) >= 145
    lines = [line for line in fold(events) if line.lead.deployment]
    assert 12 <= len(lines) <= 20
    said = [(line.lead.kind, line.lead.reason) for line in lines if line.weight == "milestone"]
    for kind, reason in MILESTONES:
        assert (kind, reason) in said
    machines = [line for line in lines if line.lead.reason == "SuccessfulSetNodeRef"]
    assert sum(len(line.members) for line in machines) == 6
    quota = [line for line in lines if line.weight == "warning" and line.lead.reason == "FailedCreate"]
    assert [(len(line.members), line.times) for line in quota] == [(3, 9)]
    assert [line.times for line in lines if line.lead.reason == "CAPIClusterIsProvisioning"] > [20]


def test_every_change_is_in_one_line_and_only_one():
    events = recorded()
    inside = [id for line in fold(events) for id in line.ids]
    assert sorted(inside) == sorted(event.id for event in events)


def test_four_releases_that_were_installed_are_one_line_with_their_names():
    parts = ("capi", "aws", "k0smotron", "sveltos")
    lines = fold(
        newest_first(
            *(
                seen(
                    n,
                    "InstallSucceeded",
                    name=f"eu-{part}",
                    kind="HelmRelease",
                    deployment="",
                    message=f"Helm install succeeded for release kcm-system/eu-{part}.v1",
                )
                for n, part in enumerate(parts)
            )
        )
    )
    assert [[one.name for one in line.members] for line in lines] == [[f"eu-{part}" for part in reversed(parts)]]


def test_machines_that_fail_for_different_reasons_are_different_lines():
    quota = [
        seen(
            n,
            "FailedCreate",
            name=f"m-{n}",
            kind="AWSMachine",
            severity="warning",
            message=f"m-{n}: VcpuLimitExceeded, request id 0b6a8c1e-1111-4222-8333-00000000000{n}",
        )
        for n in range(3)
    ]
    image = seen(4, "FailedCreate", name="m-4", kind="AWSMachine", severity="warning", message="no AMI found")
    lines = fold(newest_first(*quota, image))
    assert sorted(len(line.members) for line in lines) == [1, 3]


def test_a_warning_is_never_routine_and_a_gap_never_folds():
    gap = seen(3, "Gap", source="gap", kind="Region", severity="warning")
    lines = fold(newest_first(seen(1, "OddThing", severity="warning"), seen(2, "OtherThing"), gap, replace(gap, id=4)))
    assert [line.weight for line in lines] == ["gap", "gap", "routine", "warning"]


def test_what_is_routine_stands_behind_the_milestone_that_it_led_to():
    lines = fold(
        newest_first(
            seen(1, "CreatedSubnet", kind="AWSCluster"),
            seen(2, "CreatedRoute", kind="AWSCluster"),
            seen(3, "InfrastructureReady", kind="Cluster"),
            seen(4, "CreatedLoadBalancer", kind="AWSCluster"),
        )
    )
    assert [(line.lead.reason, [one.reason for one in line.routine]) for line in lines] == [
        ("CreatedLoadBalancer", ["CreatedLoadBalancer"]),
        ("InfrastructureReady", ["CreatedRoute", "CreatedSubnet"]),
    ]


def test_two_deployments_do_not_share_a_line():
    lines = fold(
        newest_first(
            *(
                seen(n, reason, deployment=f"team/{name}", name=name, kind="Cluster")
                for n, (reason, name) in enumerate((r, d) for r in ("Talk", "InfrastructureReady") for d in ("a", "b"))
            )
        )
    )
    assert [(line.lead.name, len(line.ids)) for line in lines] == [("b", 2), ("a", 2)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (seen(1, "HelmReleaseIsReady"), "look at the condition"),
        (seen(1, "RegionUnpaused"), "nothing need have been paused"),
        (seen(1, "HelmReleaseCreated", count=4, series="s", controller=KCM), "what later ones said"),
        (seen(1, "RegionComponentsInstallationFailed", kind="Region", severity="warning"), "%!w"),
        (seen(1, "HelmReleaseCreated", controller=KCM), ""),
        (seen(1, "RegionUnpaused", kind="Something"), ""),
    ],
)
def test_words_that_mislead_are_explained_where_they_stand(change, words):
    (line,) = fold([change])
    assert (words in line.note) if words else line.note == ""


def test_a_release_that_is_said_to_be_ready_says_what_was_seen_of_it():
    said = "HelmReleaseReady became False (Failed): x"
    turned = seen(1, "HelmReleaseReadyBecameFalse", source="observed", message=said)
    lines = fold(newest_first(turned, seen(5, "HelmReleaseIsReady")))
    assert "it was False then" in lines[0].note


def as_changes(drawn: list[tuple[int, int, int, int]]) -> list[Seen]:
    reasons = ("HelmReleaseIsReady", "Sveltos", "FailedCreate", "Talk", "HealthChanged")
    return newest_first(
        *(
            seen(
                place,
                reasons[reason],
                name=f"n{name}",
                kind=("Machine", "ClusterDeployment", "ClusterSummary")[kind],
                second=second * 60,
                severity="warning" if reason == 2 else "normal",
                source="observed" if reason == 4 else "reported",
                health="Ready" if reason == 4 else "",
            )
            for place, (reason, name, kind, second) in enumerate(drawn)
        )
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 2), st.integers(0, 90)), max_size=40))
def test_whatever_comes_nothing_is_lost_and_the_order_holds(drawn):
    changes = as_changes(drawn)
    lines: tuple[FeedLine, ...] = fold(changes)
    assert sorted(id for line in lines for id in line.ids) == sorted(one.id for one in changes)
    assert [line.id for line in lines] == sorted((line.id for line in lines), reverse=True)
    assert len({line.id for line in lines}) == len(lines)
    loud = {one.id for one in changes if one.severity != "normal"}
    quiet = {id for line in lines if line.weight == "routine" for id in line.ids}
    assert not loud & quiet
