"""What stands on the pages where KOF is not, or where nothing was heard yet."""

import re

from tests.regions.metrics.pages.test_pages import PAGES


def test_every_page_answers(seeded, ada):
    for url in PAGES:
        assert ada.get(url).status_code == 200, url


def test_pages_of_the_fleet_answer_before_there_is_one(db, ada):
    for url in (one for one in PAGES if one.startswith("/metrics/")):
        assert ada.get(url).status_code == 200, url


def test_without_kof_the_page_says_what_to_do_and_shows_no_empty_sums(seeded, ada, read):
    assert "KOF is not installed" in read("/metrics/")
    html = ada.get("/metrics/").content.decode()
    assert re.search(r'id="metrics-sums"[^>]* hidden', html)
    assert "kof-cluster-role=regional" in html


def test_before_anything_was_heard_nobody_claims_that_kof_is_missing(read, db):
    text = read("/metrics/")
    assert "We cannot tell" in text
    assert "KOF is not installed" not in text
