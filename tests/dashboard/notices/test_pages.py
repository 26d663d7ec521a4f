"""Notices in the page: the list, the bell, rules and what became of their messages."""

import re

import pytest
from django.utils import timezone

from dashboard.models import Delivery, NoticeRule
from dashboard.notices import making
from tests.dashboard.notices.test_delivering import fail

FORM = {
    "name": "On call",
    "url": "https://hooks.example.org/T0/secret",
    "turns": ["region_lost", "deployment_failed"],
    "severity": "warning",
    "regions": [],
    "selector": "team=shop",
    "enabled": "on",
}


@pytest.fixture
def failed(seeded):
    making.make(timezone.now())
    fail(seeded, "shop-prod")
    making.make(timezone.now())


def test_what_turned_is_listed_and_the_bell_rings_until_somebody_looked(failed, ada, read):
    html = ada.get("/notices/bell/").content.decode()
    assert "1 new notice" in html
    assert "toast" not in html, "what came before the page was opened is only counted"
    assert "shop-prod" in ada.get("/notices/bell/?last=0").content.decode()
    assert "Deployment kcm-system/shop-prod in eu-central is Failed" in read("/notices/")
    assert "none new" in ada.get("/notices/bell/").content.decode()


def test_odd_addresses_are_no_error(failed, ada):
    for query in ("?before=x", "?before=99999999999999999999999", "?what=nothing", "?before=-1", "bell/?last=%01"):
        assert ada.get(f"/notices/{query}").status_code == 200


def test_a_rule_is_made_changed_tested_and_deleted(seeded, boss):
    answer = boss.post("/notices/rules/new/", FORM)
    rule = NoticeRule.objects.get()
    assert answer["Location"] == f"/notices/rules/{rule.pk}/"
    boss.post(answer["Location"] + "test/")
    assert Delivery.objects.get().test
    html = boss.get(answer["Location"]).content.decode()
    assert "hooks.example.org" in html
    assert "T0/secret" not in html
    secret = re.search(r"whsec_[\w+/=]+", boss.post(answer["Location"] + "secret/").content.decode())[0]
    assert re.search(r"whsec_[\w+/=]+", boss.post(answer["Location"] + "secret/").content.decode())[0] == secret
    renewed = boss.post(answer["Location"] + "secret/", {"renew": ""}).content.decode()
    assert secret not in renewed
    boss.post(answer["Location"] + "edit/", {**FORM, "name": "Nights", "regions": ["us-east"], "enabled": ""})
    rule.refresh_from_db()
    assert (rule.name, rule.regions, rule.enabled) == ("Nights", ["us-east"], False)
    boss.post(answer["Location"] + "remove/")
    assert not NoticeRule.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Give it a name"),
        ({"url": ""}, "Say where"),
        ({"url": "http://127.0.0.1/x"}, "loopback"),
        ({"url": "javascript:alert(1)"}, "no address"),
        ({"url": "smoke+https://hills.example.org/"}, "There is no channel “smoke”"),
        ({"turns": []}, "at least one"),
        ({"selector": "team shop"}, "no label selector"),
        ({"severity": "panic"}, "valid choice"),
        ({"regions": ["nowhere"]}, "valid choice"),
    ],
)
def test_bad_input_is_said_at_its_field_and_nothing_is_lost(seeded, boss, wrong, sentence):
    answer = boss.post("/notices/rules/new/", {**FORM, **wrong})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert sentence in html
    assert "selector" in wrong or 'value="team=shop"' in html
    assert not NoticeRule.objects.exists()


def test_only_administrators_change_who_is_told(seeded, ada, boss):
    boss.post("/notices/rules/new/", FORM)
    rule = NoticeRule.objects.get()
    for path in ("new/", f"{rule.pk}/edit/"):
        answer = ada.get(f"/notices/rules/{path}")
        assert answer.status_code == 403
        assert "do not let you change who is sent notices" in answer.content.decode()
    for path in (f"{rule.pk}/test/", f"{rule.pk}/secret/", f"{rule.pk}/remove/"):
        assert ada.post(f"/notices/rules/{path}").status_code == 403
    assert ada.get("/notices/rules/").status_code == 200


def test_another_address_gets_another_secret(seeded, boss):
    boss.post("/notices/rules/new/", FORM)
    before = NoticeRule.objects.get().salt
    boss.post(f"/notices/rules/{NoticeRule.objects.get().pk}/edit/", {**FORM, "url": "https://other.example.org/"})
    assert NoticeRule.objects.get().salt != before
