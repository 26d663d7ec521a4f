"""How regions are doing, by their own word and with the link."""

from datetime import timedelta

from regions.domain.components import installing
from regions.domain.health import Assessment, Health, assess, assess_in_region, assess_region_linked
from regions.domain.links import Link
from tests.regions.domain.files import NOON, judged, manifest

HEARD = Link(name="dublin", state="connected", since=NOON - timedelta(days=3), heard_at=NOON - timedelta(seconds=4))
READY = Assessment(Health.READY, "All components are successfully installed")


def test_a_region_with_all_components_is_ready():
    assert judged("regions", "dublin").health is Health.READY


def test_a_region_being_installed_says_what_is_being_installed():
    found = judged("regions", "oslo")
    assert found.health is Health.PROGRESSING
    assert found.message.startswith("Installing capi (HelmRelease kcm-system/oslo-capi is not yet ready: Running")


def test_a_region_whose_installation_stands_still_is_degraded():
    assert judged("regions", "oslo", idle=31).health is Health.DEGRADED


def test_a_component_with_an_error_degrades_the_region_at_once_and_those_that_wait_for_it_are_not_named():
    found = judged("regions", "lyon")
    assert found.health is Health.DEGRADED
    assert found.message.startswith("kcm-regional: HelmRelease kcm-system/lyon-kcm-regional")
    assert "capi" not in found.message


def test_a_region_whose_kubeconfig_is_missing_has_failed():
    found = judged("regions", "turin")
    assert found.health is Health.FAILED
    assert 'Secret "turin-kubeconfig" not found' in found.message


def test_a_region_with_the_pause_annotation_is_paused():
    assert judged("regions", "lisbon").health is Health.PAUSED


def test_a_ready_region_with_a_change_not_applied_yet_is_settling():
    assert judged("regions", "porto").health is Health.PROGRESSING


def test_a_region_that_cannot_be_deleted_names_what_holds_it():
    found = judged("regions", "riga", idle=45)
    assert found.health is Health.DEGRADED
    assert "[riga-capi riga-kcm-regional]" in found.message


def test_a_region_without_status_is_progressing():
    assert judged("regions", "new-born", idle=0.2).health is Health.PROGRESSING


def test_management_with_all_components_is_ready():
    assert judged("regions", "kcm").health is Health.READY


def test_management_whose_release_does_not_exist_has_failed():
    found = judged("regions", "kcm-without-release")
    assert found.health is Health.FAILED
    assert found.message == "Release kcm-1-12-0 is not found"


def test_management_that_lacks_declared_secrets_is_degraded_though_it_says_ready():
    assert judged("regions", "kcm-without-secrets").health is Health.DEGRADED


def test_a_release_with_valid_templates_is_ready():
    assert judged("regions", "kcm-1-11-4").health is Health.READY


def test_a_release_with_an_invalid_template_has_failed_and_names_it():
    found = judged("regions", "kcm-1-12-0")
    assert found.health is Health.FAILED
    assert "cluster-api-provider-aws-1-0-20" in found.message


def test_a_region_that_we_hear_is_as_it_says():
    assert assess_region_linked(READY, HEARD, NOON) == READY


def test_a_region_gone_quiet_is_unknown_even_if_it_says_ready():
    link = Link("dublin", "silent", since=NOON - timedelta(minutes=9), heard_at=NOON - timedelta(minutes=10))
    found = assess_region_linked(READY, link, NOON)
    assert found.health is Health.UNKNOWN
    assert found.message == "No word since 11:50 UTC. Last known: Ready"


def test_a_link_that_claims_to_be_connected_but_is_not_heard_is_not_believed():
    link = Link("dublin", "connected", since=NOON - timedelta(days=3), heard_at=NOON - timedelta(seconds=31))
    assert assess_region_linked(READY, link, NOON).health is Health.UNKNOWN


def test_a_region_never_heard_is_unknown():
    link = Link("dublin", "connecting", since=NOON - timedelta(seconds=2))
    found = assess_region_linked(READY, link, NOON)
    assert found.health is Health.UNKNOWN
    assert found.message.startswith("Never heard")


def test_a_region_without_a_link_is_unknown():
    assert assess_region_linked(READY, None, NOON).health is Health.UNKNOWN


def test_a_region_that_refuses_us_is_unknown_and_says_since_when_and_why():
    link = Link(
        "dublin", "refused", since=NOON - timedelta(hours=26), heard_at=NOON, message="401: the token has expired"
    )
    found = assess_region_linked(READY, link, NOON)
    assert found.health is Health.UNKNOWN
    assert found.message == "It refuses us since 21 Nov 10:00 UTC: 401: the token has expired. Last known: Ready"


def test_a_failed_region_that_went_silent_is_unknown_too():
    link = Link("dublin", "silent", heard_at=NOON - timedelta(minutes=10))
    own = Assessment(Health.FAILED, "failed to get clients")
    found = assess_region_linked(own, link, NOON)
    assert found.health is Health.UNKNOWN
    assert "Last known: Failed" in found.message


def test_another_cluster_under_the_same_name_is_unknown_until_k0rdent_has_looked_at_it():
    replaced = Link("dublin", "connected", heard_at=NOON, replaced_at=NOON - timedelta(hours=1))
    before, after = NOON - timedelta(days=9), NOON - timedelta(minutes=5)
    assert assess_region_linked(READY, replaced, NOON, ready_since=before).health is Health.UNKNOWN
    assert assess_region_linked(READY, replaced, NOON, ready_since=None).health is Health.UNKNOWN
    assert assess_region_linked(READY, replaced, NOON, ready_since=after).health is Health.READY


def test_a_failing_component_degrades_a_region_that_still_says_ready():
    found = assess_region_linked(READY, HEARD, NOON, failing_components=["cluster-api-provider-aws"])
    assert found.health is Health.DEGRADED
    assert found.message.startswith("A component fails: cluster-api-provider-aws")


def test_a_failing_component_does_not_hide_that_a_region_has_failed():
    own = Assessment(Health.FAILED, "failed to get clients")
    assert assess_region_linked(own, HEARD, NOON, failing_components=["capi"]) == own


def test_silence_comes_before_a_failing_component():
    link = Link("dublin", "silent", heard_at=NOON - timedelta(minutes=10))
    assert assess_region_linked(READY, link, NOON, failing_components=["capi"]).health is Health.UNKNOWN


def test_what_lies_in_a_region_that_we_hear_is_as_it_says():
    assert assess_in_region(READY, HEARD, NOON) == READY


def test_what_lies_in_a_silent_region_is_unknown_with_what_was_last_known():
    link = Link("dublin", "silent", heard_at=NOON - timedelta(minutes=10))
    found = assess_in_region(Assessment(Health.READY, "Node a is ready"), link, NOON)
    assert found.health is Health.UNKNOWN
    assert found.message == "Last known: Ready, as of 11:50 UTC. Node a is ready"


def test_worse_ranks_lower_and_unknown_lies_between_degraded_and_progressing():
    ranks = [health.rank for health in (Health.FAILED, Health.DEGRADED, Health.UNKNOWN, Health.PROGRESSING)]
    assert ranks == sorted(ranks)
    assert Health.READY.rank == max(health.rank for health in Health)


NOT_SEEN = 'failed to check provider status: HelmRelease.helm.toolkit.fluxcd.io "oslo-capi" not found'


def test_a_helm_release_that_the_manager_does_not_see_yet_is_under_way_and_later_an_error():
    region = manifest("regions", "oslo")
    region["status"]["components"]["capi"] = {"success": False, "error": NOT_SEEN}
    young = assess(region, NOON, NOON - timedelta(seconds=10))
    assert (young.health, young.due_at) == (Health.PROGRESSING, NOON + timedelta(seconds=110))
    assert NOT_SEEN in young.message
    assert assess(region, NOON, NOON - timedelta(minutes=2)).health is Health.DEGRADED


def test_what_is_asked_for_and_not_there_yet_is_told_by_provider():
    region = manifest("regions", "oslo")
    region["spec"]["providers"] = [
        {"name": "cluster-api-provider-aws"},
        {"name": "cluster-api-provider-k0sproject-k0smotron"},
        {"name": "cluster-api-provider-azure"},
    ]
    exposed = ["bootstrap-k0sproject-k0smotron", "control-plane-k0sproject-k0smotron"]
    region["status"]["components"] = {
        "cluster-api-provider-aws": {"success": True, "exposedProviders": ["infrastructure-aws"]},
        "cluster-api-provider-k0sproject-k0smotron": {"success": False, "error": NOT_SEEN, "exposedProviders": exposed},
    }
    smotron = ("cluster-api-provider-k0sproject-k0smotron", NOT_SEEN)
    assert installing(region) == {
        **dict.fromkeys(exposed, smotron),
        "infrastructure-azure": ("cluster-api-provider-azure", "k0rdent has not begun with it yet"),
    }
