"""`/services/`."""


def test_a_multi_cluster_service_names_the_clusters_that_it_has_not_reached(seeded, ada):
    html = ada.get("/services/").content.decode()
    card = html.partition('id="MultiClusterService_policy-baseline"')[2].partition("</article>")[0]
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
