"""More regions than anybody reads card by card."""

import re

import pytest
from django.utils import timezone

from tests.dashboard.wall.world import fill, names

COUNT = 40


@pytest.fixture
def many(db: None) -> list[str]:
    fill(timezone.now(), COUNT, trouble=True)
    return names(COUNT)


@pytest.mark.parametrize("url", ["/", "/regions/"])
def test_the_worst_have_cards_and_each_of_the_rest_is_one_line_under_its_health(many, ada, url):
    html = ada.get(url).content.decode()
    cards = re.findall(r'<article id="region-([^"]+)" class="card region h-(\w+)', html)
    assert [health for _, health in cards] == ["degraded", "unknown", "unknown", "ready", "ready", "ready"]
    lines = dict(re.findall(r'<details id="folded-(\w+)".*?</b>(.*?)</details>', html, re.DOTALL))
    assert list(lines) == ["Ready"]
    folded = re.findall(r'class="chip__name">([^<]+)<', lines["Ready"])
    assert len(cards) + len(folded) == COUNT + 1  # management, too
    assert {name for name, _ in cards} | set(folded) >= set(many)
    counts = [tuple(map(int, found)) for found in re.findall(r'chip__count">(\d+)/(\d+)<', lines["Ready"])]
    missing = [total - ready for ready, total in counts]
    assert missing[0] == max(missing)
    assert f"{COUNT + 1 - 6} more regions" in html


def test_what_is_filtered_down_to_a_few_has_cards_again(many, ada):
    html = ada.get("/regions/?search=lhr").content.decode()
    assert re.findall(r'<article id="region-([^"]+)"', html)
    assert "folded-" not in re.sub(r"regions-folded", "", html)


def test_regions_side_by_side_are_narrowed_ordered_paged_and_shown_as_a_heat_map(many, ada):
    def rows(query: str) -> list[str]:
        html = ada.get(f"/metrics/{query}").content.decode()
        return re.findall(r'<tr id="metrics-region-([^"]+)">', html)

    fill_more = rows("?sort=name")
    assert fill_more == sorted(fill_more, key=lambda name: "Management" if name == "~management" else name)
    assert set(rows("?search=fra")) == {name for name in many if "fra" in name}
    by_disk = ada.get("/metrics/?sort=disk_worst&search=aws").content.decode()
    disks = re.findall(r'data-label="Disk"[^>]*><span class="nowrap">.*?(\d+(?:\.\d+)?)', by_disk, re.DOTALL)
    assert [float(value) for value in disks] == sorted(map(float, disks), reverse=True)
    assert rows("?sort=nonsense&page=x&shown=y") == rows("")
    heat = ada.get("/metrics/?shown=heat").content.decode()
    assert heat.count('<th scope="row">') == COUNT + 1
    assert 'class="is-warn"' in heat
    assert 'class="shade-0"' in heat
    assert 'class="shade-5"' in heat
    assert "No region fits these words" in ada.get("/metrics/?search=atlantis").content.decode()
