"""`/search/?q=`: any object by name."""

import re


def hits(ada, text: str) -> list[str]:
    html = ada.get("/search/", {"q": text}).content.decode()
    return re.findall(r'<li id="hit-([^"]+)"', html)


def test_the_object_of_that_name_comes_before_those_that_only_hold_it(seeded, ada):
    found = hits(ada, "shop-prod")
    assert found[0] == "ClusterDeployment_kcm-system_shop-prod"
    parts = [f"eu-central_{part}" for part in ("Cluster_kcm-system_shop-prod", "Machine_kcm-system_shop-prod-cp-0")]
    assert found.index(parts[0]) < found.index(parts[1])


def test_a_namespace_before_the_name_narrows_it(seeded, ada):
    assert hits(ada, "platform/shop") == ["ClusterDeployment_platform_shop-apac"]
    assert hits(ada, "nowhere/shop") == []


def test_case_and_spaces_around_do_not_matter(seeded, ada):
    assert hits(ada, "  KAFKA-dr ")[0] == "ClusterDeployment_team-data_kafka-dr"


def test_a_region_is_found_with_the_health_of_its_own_page(seeded, read):
    assert "was Ready" in read("/search/?q=us-east")


def test_a_machine_leads_to_its_deployment(seeded, ada):
    html = ada.get("/search/?q=shop-prod-cp-0").content.decode()
    assert 'href="/deployments/kcm-system/shop-prod/"' in html


def test_percent_and_underscore_are_only_letters(seeded, ada):
    assert hits(ada, "%") == []
    assert hits(ada, "shop_prod") == []


def test_nothing_found_and_nothing_asked_are_different(seeded, read):
    assert "Nothing is called vanished" in read("/search/?q=vanished")
    assert "Type a name" in read("/search/")


def test_what_was_typed_is_shown_and_never_run(seeded, ada):
    html = ada.get("/search/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in html
