"""`/services/`."""

from datetime import timedelta

from django.utils import timezone

from regions import journal
from tests.pages import objects as o
from tests.pages.seed import put


def test_a_multi_cluster_service_names_the_clusters_that_it_has_not_reached(seeded, ada):
    html = ada.get("/services/").content.decode()
    card = html.partition('id="MultiClusterService_policy-baseline"')[2].partition("<details")[0]
    assert "1 of 4 deployed" in card
    assert "/deployments/kcm-system/ads-dev/" in card
    assert "/deployments/kcm-system/ads-prod/" not in card


def test_the_one_in_trouble_comes_first(seeded, read):
    text = read("/services/")
    assert text.index("policy-baseline") < text.index("erp-agent")


def test_a_set_that_failed_says_why_and_silent_ones_are_only_counted(seeded, read):
    text = read("/services/")
    assert "failed to install monitoring: context deadline exceeded" in text
    assert "On 6 more clusters we only know how it was" in text


def test_its_selector_is_written_as_kubectl_writes_it(seeded, read):
    assert "stage=prod" in read("/services/")


def test_without_a_fleet_the_page_says_that_nothing_is_connected(read):
    assert "Not connected to a management cluster yet" in read("/services/")


def test_clusters_that_wait_for_the_same_are_named_together_and_every_cluster_can_be_unfolded(seeded, ada):
    html = ada.get("/services/").content.decode()
    card = html.partition('id="MultiClusterService_policy-baseline"')[2].partition("</article>")[0]
    shown, _, folded = card.partition("Every cluster, ")
    assert shown.count("Not deployed yet") + shown.count("pending") <= 2
    assert folded.startswith("4 in all")
    assert folded.count('class="table__name"') == 4


def test_services_that_deployments_ask_for_are_called_by_their_deployments_and_fold_when_ready(seeded, ada):
    now = timezone.now()
    kyverno = {"name": "kyverno", "namespace": "kyverno", "template": "kyverno-3-5-2"}
    well = o.condition("ServicesInReadyState", "True", "Succeeded", "1/1", now)
    ready = {"services": [{**kyverno, "state": "Deployed"}], "deployed": True, "conditions": [well]}
    failed = {"services": [{**kyverno, "state": "Failed", "failureMessage": "timed out"}]}
    sets = [
        o.thing(
            "ServiceSet",
            f"{name}-58ee",
            "kcm-system",
            created=now,
            status=status,
            spec={"cluster": name, "services": [kyverno]},
        )
        for name, status in (("billing-prod", failed), ("ads-dev", ready))
    ]
    later = now + timedelta(hours=1)
    journal.record(seeded, [put("~management", one, later) for one in sets], later)
    journal.tick(seeded, later)
    journal.beat(seeded, timezone.now())
    own = ada.get("/services/").content.decode().partition('id="services-own"')[2].partition("</section>")[0]
    shown, _, folded = own.partition("<details")
    assert "ServiceSet" not in own
    assert "/deployments/kcm-system/billing-prod/" in shown
    assert "timed out" in shown
    assert "1 ready" in folded
    assert "/deployments/kcm-system/ads-dev/" in folded
