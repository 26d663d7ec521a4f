"""From the log to a webhook: grouped, signed, tried again, given up, and muted by maintenance."""

import asyncio
import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from dashboard.models import Delivery, Notice, NoticeRule
from dashboard.notices import making, messages, runner
from dashboard.notices.sending import send, wrong_address
from regions import journal
from regions.domain.maintenance import MAINTENANCE
from regions.domain.notes import Heard
from regions.domain.viewer import Viewer
from regions.maintenance import entries
from tests.pages import deployments as cld
from tests.pages.seed import put

ALL = ["region_lost", "region_back", "deployment_failed", "deployment_ready"]


@pytest.fixture
def rule(hook):
    return NoticeRule.objects.create(
        name="On call", url=hook.url, turns=ALL, salt="a" * 32, person="boss", created_at=timezone.now()
    )


def lose(term, region="eu-central"):
    now = timezone.now()
    journal.record(term, [Heard(region, now, {"state": "silent", "message": "i/o timeout"})], now)


def fail(term, *names):
    now = timezone.now()
    made = [
        cld.deployment(
            "kcm-system",
            name,
            region="eu-central",
            template="aws-standalone-cp-1-0-43",
            credential="aws-eu-central",
            state=cld.FAILED,
            created=now,
            now=now,
            labels={"team": "shop"},
        )
        for name in names
    ]
    journal.record(term, [put("~management", manifest, now) for manifest in made], now)


def deliver(at):
    """What the runner does in one turn, at this time."""
    due = runner.claim(at)
    for delivery, address, content, headers in due:
        outcome = asyncio.run(send(address, content, headers, allow_loopback=True))
        runner.settle(delivery, outcome, at)
    return len(due)


def test_what_was_before_the_first_look_is_no_news(seeded, rule):
    assert making.make(timezone.now()) == 0
    assert not Notice.objects.exists()


def test_forty_failures_are_one_message(seeded, rule, hook):
    making.make(timezone.now())
    fail(seeded, "shop-prod", "search-prod", "ledger-prod")
    assert making.make(timezone.now()) == 3
    assert making.make(timezone.now()) == 0
    assert deliver(timezone.now()) == 0, "it waits for others"
    assert deliver(timezone.now() + timedelta(seconds=31)) == 1
    told = json.loads(hook.got[0][1])
    assert told["type"] == "pane.notices"
    assert {notice["name"] for notice in told["notices"]} == {"shop-prod", "search-prod", "ledger-prod"}
    assert told["notices"][0]["path"] == "/deployments/kcm-system/shop-prod/"
    assert Delivery.objects.get().state == "delivered"


def test_after_a_message_a_rule_is_quiet_for_minutes(seeded, rule, hook):
    making.make(timezone.now())
    fail(seeded, "shop-prod")
    making.make(timezone.now())
    deliver(timezone.now() + timedelta(seconds=31))
    lose(seeded)
    making.make(timezone.now() + timedelta(seconds=60))
    assert deliver(timezone.now() + timedelta(seconds=120)) == 0
    assert deliver(timezone.now() + timedelta(minutes=6)) == 1


def test_the_receiver_can_check_who_sent_it(seeded, rule, hook):
    making.test(rule, "boss", timezone.now())
    deliver(timezone.now())
    headers, content = hook.got[0]
    assert Webhook(messages.secret(rule)).verify(content, headers)["type"] == "pane.test"
    with pytest.raises(WebhookVerificationError):
        Webhook(messages.secret(rule)).verify(content + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(messages.secret(rule)).verify(content, {**headers, "webhook-id": "pane_0"})


def test_while_keys_change_the_earlier_one_signs_too(seeded, rule, hook, settings):
    old = messages.secret(rule)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    assert messages.secret(rule) != old
    making.test(rule, "boss", timezone.now())
    deliver(timezone.now())
    headers, content = hook.got[0]
    for accepted in (old, messages.secret(rule)):
        assert Webhook(accepted).verify(content, headers)["type"] == "pane.test"


def test_what_fails_is_tried_again_and_given_up_in_the_end(seeded, rule, hook):
    making.make(timezone.now())
    hook.answers = [(500, b"no: Authorization: Bearer abcdefghijklmnop1234 broken")]
    fail(seeded, "shop-prod")
    now = timezone.now()
    making.make(now)
    tries = 0
    while not Delivery.objects.get().ended_at:
        now = max(now, Delivery.objects.get().due_at)
        tries += deliver(now)
        assert tries < 20
    assert tries == len(runner.PAUSES) + 1
    assert Delivery.objects.get().state == "given up"
    assert Delivery.objects.get().answer.startswith("500")
    assert "abcdefghijklmnop" not in Delivery.objects.get().answer
    assert len({headers["webhook-id"] for headers, _ in hook.got}) == 1, "a receiver can drop repeats"


def test_a_redirect_is_not_followed(seeded, rule, hook):
    hook.answers = [(307, b"")]
    making.test(rule, "boss", timezone.now())
    deliver(timezone.now())
    assert len(hook.got) == 1
    assert "does not follow" in Delivery.objects.get().answer


def test_two_who_send_at_once_send_it_once(seeded, rule):
    making.test(rule, "boss", timezone.now())
    now = timezone.now()
    assert len(runner.claim(now)) == 1
    assert runner.claim(now) == []
    assert len(runner.claim(now + 2 * runner.CLAIM)) == 1, "whoever was killed is followed by another"


def test_a_message_that_cannot_be_written_holds_up_no_other(seeded, rule, hook, caplog):
    NoticeRule.objects.create(
        name="Pager", url="pagerduty+https://example.org", turns=ALL, salt="b" * 32, created_at=timezone.now()
    )  # of a release in which a pager needed no key
    making.make(timezone.now())
    fail(seeded, "shop-prod")
    making.make(timezone.now())
    deliver(timezone.now() + timedelta(minutes=1))
    assert len(hook.got) == 1
    states = dict(Delivery.objects.values_list("rule__name", "state"))
    assert states == {"On call": Delivery.State.DELIVERED, "Pager": Delivery.State.GIVEN_UP}
    assert "cannot be written" in caplog.text


def test_what_is_in_maintenance_is_noted_and_not_sent(seeded, rule):
    making.make(timezone.now())
    found = entries.find("Region", "", "eu-central")
    entries.begin(MAINTENANCE, found, "disks", timezone.now() + timedelta(hours=1), viewer=Viewer(name="ada"))
    lose(seeded)
    fail(seeded, "shop-prod")
    assert making.make(timezone.now()) == 2
    assert all("disks" in muted for muted in Notice.objects.values_list("muted", flat=True))
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({}, True),
        ({"regions": ["us-east"]}, False),
        ({"regions": ["eu-central"]}, True),
        ({"severity": "error"}, True),
        ({"selector": "team=shop"}, True),
        ({"selector": "team!=shop"}, False),
        ({"turns": ["region_lost"]}, False),
        ({"enabled": False}, False),
    ],
)
def test_a_rule_selects(seeded, rule, fields, sent):
    NoticeRule.objects.update(**fields)
    making.make(timezone.now())
    fail(seeded, "shop-prod")
    making.make(timezone.now())
    assert Delivery.objects.exists() is sent


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.org",
        "ftp://hooks.example.org/",
        "http://",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://0/",
        "http://169.254.169.254/latest",
        "http://2130706433/",
        "https://user:pass@hooks.example.org/",
        "http://a:99999/",
        "http://[::ffff:127.0.0.1]/",
        "http://h:0/",
        "http://169．254．169．254/",
        "http://127。0。0。1/",
        "https://hooks..example.org/",
        f"https://{'a' * 64}.example.org/",
    ],
)
def test_where_no_message_goes(url):
    assert wrong_address(url, allow_loopback=False)


def test_a_name_that_leads_to_this_machine_is_refused_when_connecting():
    outcome = asyncio.run(send("http://localhost:9/", b"{}", {}, allow_loopback=False))
    assert not outcome.delivered
    assert "loopback" in outcome.answer


def test_what_is_connected_to_was_checked_whatever_was_looked_up(monkeypatch):
    monkeypatch.setattr("dashboard.notices.sending.wrong_address", lambda url, allow_loopback: "")
    outcome = asyncio.run(send("http://127。0。0。1:9/", b"{}", {}, allow_loopback=False))
    assert not outcome.delivered
    assert "loopback" in outcome.answer
    outcome = asyncio.run(send("https://hooks..example.org/", b"{}", {}, allow_loopback=False))
    assert not outcome.delivered, "a name that cannot be looked up holds up nobody else's messages"


def test_nothing_of_a_path_is_told_when_nobody_listens():
    outcome = asyncio.run(send("http://127.0.0.1:9/very-secret", b"{}", {}, allow_loopback=True))
    assert "could not be reached" in outcome.answer
    assert "very-secret" not in outcome.answer


def test_what_a_receiver_answers_can_be_kept(seeded, rule, hook):
    hook.answers = [(200, b"a\x00b")]
    making.test(rule, "boss", timezone.now())
    assert deliver(timezone.now()) == 1
    row = Delivery.objects.get()
    assert (row.state, row.answer) == ("delivered", "200: a b")


def test_settings_hold_no_secret_of_a_rule(seeded, rule):
    assert messages.secret(rule) not in json.dumps(list(NoticeRule.objects.values()), default=str)
    assert settings.SECRET_KEY not in json.dumps(list(NoticeRule.objects.values()), default=str)
