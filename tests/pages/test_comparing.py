"""`/deployments/compare/`: deployments side by side, and one as it was beside what it is."""

import re
from datetime import timedelta
from urllib.parse import quote

from django.utils import timezone

from deployments.domain.compared import compared, flat
from regions.models import Log
from tests.pages.test_past import NAME, NS, failed_at

BOTH = "/deployments/compare/?of=kcm-system/shop-prod&of=team-data/kafka-dr"


def table(html: str) -> dict[str, list[str]]:
    """Row by row: what is compared, and what each has."""
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', html, re.DOTALL)
    return {
        key: [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<td>(.*?)</td>", rest, re.DOTALL)]
        for key, rest in rows
    }


def test_only_what_differs_is_shown_until_all_is_asked_for(seeded, ada):
    some, every = table(ada.get(BOTH).content.decode()), table(ada.get(f"{BOTH}&all=1").content.decode())
    assert all(len(set(values)) == 2 for values in some.values())
    assert some["Region"][0] != some["Region"][1]
    assert some.keys() < every.keys()
    assert "Validated only" in every.keys() - some.keys()


def test_then_and_now_of_one_is_what_happened_to_it_and_is_never_live(seeded, ada):
    Log.objects.update(past_from=timezone.now() - timedelta(hours=4))
    before = quote(f"{NS}/{NAME}@{(failed_at() - timedelta(seconds=1)).isoformat()}")
    html = ada.get(f"/deployments/compare/?of={before}&of={NS}/{NAME}").content.decode()
    assert table(html)["Health"] == ["Ready", "Failed"]
    assert "data-live-cursor" not in html
    assert "data-live-cursor" in ada.get(BOTH).content.decode()


def test_what_cannot_be_compared_says_why_and_the_rest_is_compared(seeded, ada, read):
    page = read(f"{BOTH}&of=nowhere/none&of=kcm-system/shop-prod@2199-01-01&of=a@b@c")
    assert "There is no deployment nowhere/none" in page
    assert "That moment has not come yet" in page
    assert "Say a time such as" in page
    assert "differ" in page
    assert "Nothing to compare yet" in read("/deployments/compare/")
    assert "At most six are compared: 2 more were left out" in read(
        "/deployments/compare/?" + "&".join(f"chosen=a/{number}" for number in range(8))
    )


def test_leaves_are_compared_by_their_paths_and_different_ones_come_first():
    left, right = {"a": {"b": 1, "c": [True, {"d": "x"}]}, "e": {}}, {"a": {"b": "1"}, "f": None}
    assert flat(left) == {"a.b": "1", "a.c[0]": "true", "a.c[1].d": "x", "e": "{}"}
    (section,) = compared([{"S": flat(left | {"same": 1})}, {"S": flat(right | {"same": 1})}])
    assert [row.key for row in section.rows][-1] == "same"
    assert next(row.values for row in section.rows if row.key == "a.b") == ("1", '"1"')
    assert len(section.different) == len(section.rows) - 1
