"""`/templates/`."""

import re

from django.utils import timezone

from regions import journal
from tests.pages import objects as o
from tests.pages.seed import put


def line(html: str, title: str, kind: str = "ClusterTemplate") -> str:
    """The row of one template, as text."""
    row = html.partition(f'id="line_{kind}_{title}"')[2].partition('id="line_')[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip()


def titles(html: str) -> list[str]:
    return re.findall(r'id="line_[A-Za-z]+_([^"]+)"', html)


def test_a_template_that_is_not_valid_comes_first_and_says_why(seeded, ada):
    html = ada.get("/templates/").content.decode()
    assert titles(html)[0] == "azure-aks"
    assert "chart azure-aks 1.0.3 not found" in line(html, "azure-aks")


def test_a_template_is_one_row_however_many_versions_and_copies_it_has(seeded, ada):
    html = ada.get("/templates/?kind=ClusterTemplate").content.decode()
    assert titles(html).count("aws-standalone-cp") == 1
    assert "2 versions in 3 namespaces" in line(html, "aws-standalone-cp")


def test_a_template_says_how_many_deployments_use_it_in_all_and_in_each_namespace(seeded, ada):
    html = ada.get("/templates/").content.decode()
    assert '?template=aws-standalone-cp-1-0-43&amp;namespace=kcm-system"><b>15</b>' in html
    assert '?template=aws-standalone-cp-1-0-42&amp;namespace=team-data"><b>9</b>' in html
    each = re.findall(
        r"namespace=[^\"]+\"><b>(\d+)</b>",
        html.partition("line_ClusterTemplate_aws-standalone-cp")[2].partition('id="line_')[0],
    )
    assert f"{sum(map(int, each))} deployments" in line(html, "aws-standalone-cp")


def test_a_template_says_where_its_chain_leads_and_in_how_many_namespaces(seeded, ada):
    text = line(ada.get("/templates/").content.decode(), "aws-standalone-cp")
    older = text.partition("aws-standalone-cp-1-0-42")[2]
    assert re.match(r" Ready → 1\.0\.43 ", older)
    assert "Chain aws-standalone in kcm-system , team-data" in text


def test_a_chain_that_holds_only_in_some_namespaces_says_so(seeded, ada):
    now = timezone.now()
    stray = o.template(
        "ClusterTemplate", "aws-standalone-cp-1-0-42", now, chart="aws-standalone-cp", version="1.0.42", ns="team-web"
    )
    journal.record(seeded, [put("~management", stray, now)], now)
    assert "1.0.43 in 2 of 3" in line(ada.get("/templates/").content.decode(), "aws-standalone-cp")


def test_a_chain_of_templates_that_are_not_here_is_shown_by_itself(seeded, read):
    now = timezone.now()
    chain = o.thing(
        "ClusterTemplateChain",
        "lost-chain",
        "team-web",
        created=now,
        spec={"supportedTemplates": [{"name": "nowhere-1-0-0"}]},
        status={"valid": False},
    )
    journal.record(seeded, [put("~management", chain, now)], now)
    assert "lost-chain" in read("/templates/").partition("Chains of templates that are not here")[2]


def test_kind_provider_namespace_health_and_words_narrow_the_list(seeded, ada):
    def found(query: str) -> list[str]:
        return titles(ada.get(f"/templates/?{query}").content.decode())

    assert found("provider=openstack") == ["openstack-standalone-cp"]
    assert found("namespace=team-data") == ["aws-standalone-cp"]
    assert found("health=Degraded&health=Failed") == ["azure-aks"]
    assert found("search=ingress+upstream") == ["ingress-nginx"]
    assert set(found("kind=ServiceTemplate")) == {"ingress-nginx", "cert-manager"}


def test_a_namespace_that_is_chosen_hides_what_lies_in_others(seeded, ada):
    text = line(ada.get("/templates/?namespace=platform").content.decode(), "aws-standalone-cp")
    assert "1 version in 1 namespace" in text
    assert "team-data" not in text


def test_filters_that_nothing_fits_say_so_and_offer_the_way_back(seeded, read):
    assert "No templates fit these filters" in read("/templates/?search=vanished")


def test_more_templates_than_a_page_holds_are_paged(seeded, ada):
    now = timezone.now()
    many = [
        o.template("ServiceTemplate", f"app{number:02}-1-0-0", now, chart=f"app{number:02}", version="1.0.0")
        for number in range(60)
    ]
    journal.record(seeded, [put("~management", one, now) for one in many], now)
    first = ada.get("/templates/?search=app").content.decode()
    second = ada.get("/templates/?search=app&page=2").content.decode()
    assert (len(titles(first)), len(titles(second))) == (50, 10)
    assert not set(titles(first)) & set(titles(second))
    assert "51–60 of 60" in second


def test_an_address_that_makes_no_sense_still_shows_templates(seeded, ada):
    html = ada.get("/templates/?kind=Nonsense&page=none").content.decode()
    assert "aws-standalone-cp" in titles(html)


def test_the_newest_version_comes_first_by_number_and_not_by_letters(seeded, ada):
    now = timezone.now()
    both = [o.template("ServiceTemplate", f"kit-1-0-{n}", now, chart="kit", version=f"1.0.{n}") for n in (9, 10)]
    journal.record(seeded, [put("~management", one, now) for one in both], now)
    text = line(ada.get("/templates/?search=kit").content.decode(), "kit", "ServiceTemplate")
    assert text.index("1.0.10") < text.index("1.0.9")


def test_a_template_that_was_found_by_its_name_is_on_the_page_that_the_search_leads_to(seeded, ada):
    html = ada.get("/search/?q=aws-standalone-cp-1-0-42").content.decode()
    path, anchor = re.search(r'href="(/templates/\?[^"#]+)#(ClusterTemplate_team-data[^"]+)"', html).groups()
    assert f'id="{anchor}"' in ada.get(path).content.decode()


def test_a_new_template_appears(seeded, read):
    now = timezone.now()
    made = o.template("ClusterTemplate", "gcp-gke-1-0-1", now, chart="gcp-gke", version="1.0.1", text="GKE cluster")
    journal.record(seeded, [put("~management", made, now)], now)
    assert "GKE cluster" in read("/templates/")


def test_without_a_fleet_the_page_says_that_nothing_is_connected(read):
    assert "Not connected to a management cluster yet" in read("/templates/")
