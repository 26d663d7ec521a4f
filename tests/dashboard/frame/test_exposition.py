"""`/-/metrics`: Pane itself, as Prometheus reads it."""

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from dashboard.models import ApiToken
from dashboard.people import tokens
from tests.pages.conftest import seeded

__all__ = ["seeded"]


def test_it_needs_a_token_and_says_so(client, db):
    answer = client.get("/-/metrics")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="Pane"')
    assert client.get("/-/metrics", headers={"Authorization": "Bearer pane_wrong"}).status_code == 401


def test_it_says_whether_pane_watches_and_whom_it_hears(client, seeded, django_user_model):
    token = tokens.issue(django_user_model.objects.create_user("scraper"), "tests")
    answer = client.get("/-/metrics", headers={"Authorization": f"Bearer {token}"})
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }
    assert found["pane_watching",] == 1
    assert found["pane_cluster_heard", "eu-central"] == 1
    assert found["pane_cluster_heard", "us-east"] == 0
    assert found["pane_objects", "ClusterDeployment"] == 38
    assert "pane_sockets" in {name for name, *_ in found}


def test_scraping_says_from_where_and_counts_the_tokens_that_work(client, db, django_user_model):
    user = django_user_model.objects.create_user("scraper", is_staff=True)
    token = tokens.issue(user, "tests")
    tokens.issue(user, "over", lasts=timedelta(days=-1))
    answer = client.get("/-/metrics", headers={"Authorization": f"Bearer {token}"}, REMOTE_ADDR="10.2.3.4")
    assert ApiToken.objects.get(name="tests").used_from == "10.2.3.4"
    assert "\npane_tokens 1.0\n" in answer.content.decode()
