"""`/templates/`."""

from django.utils import timezone

from regions import journal
from tests.pages import objects as o
from tests.pages.seed import put


def test_a_template_that_is_not_valid_comes_first_and_says_why(seeded, read):
    text = read("/templates/")
    assert text.index("azure-aks-1-0-3") < text.index("aws-standalone-cp-1-0-42")
    assert "chart azure-aks 1.0.3 not found" in text


def test_a_template_says_how_many_deployments_use_it_in_its_namespace(seeded, ada):
    html = ada.get("/templates/").content.decode()
    assert "/deployments/?template=aws-standalone-cp-1-0-43&amp;namespace=kcm-system\">15</a>" in html
    assert "/deployments/?template=aws-standalone-cp-1-0-42&amp;namespace=team-data\">9</a>" in html
    assert "namespace=kcm-system\">9</a>" not in html


def test_a_template_says_where_its_chain_leads(seeded, ada):
    html = ada.get("/templates/").content.decode()
    row = html.partition('id="ClusterTemplate_team-data_aws-standalone-cp-1-0-42"')[2]
    assert "aws-standalone-cp-1-0-43" in row.partition("</tr>")[0]


def test_a_new_template_appears(seeded, read):
    now = timezone.now()
    made = o.template("ClusterTemplate", "gcp-gke-1-0-1", now, chart="gcp-gke", version="1.0.1", text="GKE cluster")
    journal.record(seeded, [put("~management", made, now)], now)
    assert "GKE cluster" in read("/templates/")


def test_without_a_fleet_the_page_says_that_nothing_is_connected(read):
    assert "Not connected to a management cluster yet" in read("/templates/")
