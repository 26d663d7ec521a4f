"""Every label that the glossary explains stands where it says, and every hint leads to an entry."""

import re
from html import unescape

import pytest

from dashboard.glossary.terms import by_name, terms
from tests.house.checkout import tracked
from tests.pages.conftest import ada, read, seeded

__all__ = ["ada", "read", "seeded"]


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<(script|style|nav)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)).split())


def test_every_label_stands_on_its_page(seeded, client):
    from django.contrib.auth.models import User

    client.force_login(User.objects.create_user("boss", is_staff=True))
    pages = {term.page: words(client.get(term.page).content.decode()) for term in terms() if term.page}
    missing = [
        (term.name, term.label, term.page) for term in terms() if term.page and term.label not in pages[term.page]
    ]
    assert missing == []


def test_every_hint_leads_to_an_entry(seeded, ada):
    page = ada.get("/glossary/").content.decode()
    hints = {name for _, text in tracked("templates/*.html") for name in re.findall(r'{% hint "([^"]+)" %}', text)}
    hints |= {
        name for _, text in tracked("templates/*.html") for name in re.findall(r'{% card [^%]*hint="([^"]+)"', text)
    }
    assert len(hints) > 10
    assert hints - set(by_name()) == set()
    for name in hints:
        assert f'<div id="{by_name()[name].anchor}"' in page
    html = ada.get("/regions/").content.decode()
    assert 'href="/glossary/#region"' in html


def test_each_term_is_there_once():
    anchors = [term.anchor for term in terms()]
    assert len(set(anchors)) == len(anchors)
    assert all(term.meaning.endswith(".") for term in terms())


@pytest.mark.parametrize("old", ["On the way", "Made of", "leans on", "What is where", "Settling"])
def test_what_was_renamed_is_on_no_page(old):
    found = [
        name
        for name, text in tracked("templates/*.html")
        if re.search(rf"\b{old}\b", re.sub(r"{#.*?#}", "", text, flags=re.DOTALL))
    ]
    assert found == []
