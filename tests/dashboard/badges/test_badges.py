"""A badge says one word of one thing, to whoever has its address."""

import re
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from regions import journal
from tests.pages.conftest import ada, seeded

__all__ = ["ada", "seeded"]


def text_of(answer) -> str:
    assert answer["Content-Type"] == "image/svg+xml"
    return ElementTree.fromstring(answer.content).attrib["aria-label"]


def given_away(ada, page: str) -> str:
    return re.search(r'src="(/badges/[^"]+)"', ada.get(page).content.decode())[1]


def test_a_badge_is_seen_by_whoever_has_its_address(seeded, ada):
    path = given_away(ada, "/regions/us-east/")
    assert text_of(Client().get(path)) == "us-east: Unknown"
    path = given_away(ada, "/deployments/kcm-system/media-dev/")
    assert text_of(Client().get(path)) == "media-dev: Failed"


@pytest.mark.parametrize("change", ["?key=", "?key=x", "", "?key=é", "?key[]=x"])
def test_without_its_signature_nothing_is_seen(seeded, ada, change):
    path = given_away(ada, "/regions/us-east/").partition("?")[0]
    assert Client().get(path + change).status_code == 302


def test_the_address_of_one_badge_opens_no_other(seeded, ada):
    path, _, key = given_away(ada, "/regions/us-east/").partition("?")
    assert Client().get(path.replace("us-east", "eu-central") + "?" + key).status_code == 302
    assert Client().get("/regions/us-east/?" + key).status_code == 302


def test_signed_in_any_badge_is_seen_and_what_is_gone_is_said(seeded, ada):
    assert text_of(ada.get("/badges/regions/nowhere.svg")) == "nowhere: gone"
    assert text_of(ada.get("/badges/deployments/a/b.svg")) == "b: gone"


def test_when_nobody_watches_everything_is_unknown(seeded, ada):
    path = given_away(ada, "/regions/eu-central/")
    journal.beat(seeded, timezone.now() - timezone.timedelta(minutes=5))
    assert text_of(Client().get(path)) == "eu-central: Unknown"
