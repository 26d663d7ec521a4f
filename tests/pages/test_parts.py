"""The parts: ages, messages, badges."""

import pytest

from regions.domain.health_scale import Health
from regions.inventory import Condition
from regions.templatetags import pane
from regions.templatetags.folding import beside, happened, message, oneline
from regions.templatetags.spans import words


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (200, "3m20s"),
        (600, "10m"),
        (10800, "3h"),
        (18600, "5h10m"),
        (108000, "30h"),
        (273600, "3d4h"),
        (691200, "8d"),
        (17280000, "200d"),
        (64540800, "2y17d"),
        (3e8, "9y"),
    ],
)
def test_an_age_is_said_as_kubectl_says_it(seconds, said):
    assert words(seconds) == said


def test_a_moment_to_come_is_not_an_age():
    assert words(-273600, "ago") == "in 3d4h"


def test_bullets_of_cluster_api_become_nested_lists():
    text = "* ControlPlaneAvailable: waiting\n* WorkersAvailable:\n  * MachineDeployment a-md: 0 available, at least 2"
    html = message(text)
    assert html.count("<ul>") == 2
    assert "<li>WorkersAvailable:<ul><li>MachineDeployment a-md: 0 available, at least 2</li></ul></li>" in html
    assert oneline(text).startswith("ControlPlaneAvailable: waiting · WorkersAvailable:")


def test_words_before_bullets_keep_their_place():
    html = message("Cluster is not ready.\n* A: b")
    assert html.index("<p>Cluster is not ready.</p>") < html.index("<li>A: b</li>")


def test_a_long_message_folds_and_loses_nothing():
    text = " ".join(f"word{place}" for place in range(100))
    html = message(text)
    assert html.startswith("<details")
    assert text in html


def test_what_a_cluster_says_is_never_html():
    for text in ("<b>x</b>", "* <b>x</b>", "<b>x</b> " * 60, "a\n<b>x</b>"):
        assert "<b>" not in message(text)


def test_every_health_has_an_icon_and_colours_of_its_own():
    with open("static/icons/icons.svg") as file:
        icons = file.read()
    with open("static/css/parts.css") as file:
        styles = file.read()
    for health in Health:
        assert f'<symbol id="{pane.health_icon(health)}"' in icons
        assert f".{pane.health_class(health)} " in styles


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("ReadyBecameFalse", "Ready became False"),
        ("HelmReleaseReadyBecameTrue", "HelmReleaseReady became True"),
        ("SpecChanged", "spec changed"),
        ("ReadyChanged", "Ready changed"),
        ("Silent", "Silent"),
        ("CAPIClusterSummaryRemoved", "CAPIClusterSummary removed"),
    ],
)
def test_an_observed_change_is_said_in_words(reason, said):
    assert happened(reason) == said


def test_the_message_beside_does_not_repeat_the_condition_that_turned():
    text = "Ready became False (Progressing): InfrastructureReady: Waiting for the network"
    assert beside("ReadyBecameFalse", text) == "Progressing: InfrastructureReady: Waiting for the network"
    assert beside("ReadyBecameTrue", "Ready became True (Succeeded)") == "Succeeded"
    assert beside("SpecChanged", "spec.config changed") == "spec.config changed"
    assert beside("ReadyChanged", "Ready is still False: 5/9. Status: matchingClusters") == "Ready is still False: 5/9"
    assert beside("StatusChanged", "Status: ready true") == "Status: ready true"


def test_a_condition_that_repeats_another_says_only_what_is_new():
    said = "Machines a, b, c: failed to run instance: VcpuLimitExceeded: You have requested more than your limit"
    conditions = [
        Condition("Paused", "False", "NotPaused", "", None, True),
        Condition("CAPIClusterSummary", "False", "IssuesReported", said, None, False),
        Condition("Ready", "False", "Progressing", f"{said}. 0/1 Services are ready.", None, False),
    ]
    assert [(one.type, echo, rest) for one, echo, rest in pane.bad_first(conditions)] == [
        ("CAPIClusterSummary", "", said),
        ("Ready", "CAPIClusterSummary", "0/1 Services are ready."),
        ("Paused", "", ""),
    ]


def test_a_line_of_bullets_reads_as_a_sentence():
    assert oneline("* WorkersAvailable:\n  * MachineDeployment a: 0 available\n* Other: x") == (
        "WorkersAvailable: MachineDeployment a: 0 available · Other: x"
    )
