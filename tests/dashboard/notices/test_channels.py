"""Chats, pagers and people's mail: what arrives there, how an address is kept, and when a message may go."""

import asyncio
import json
import time as time_module
from datetime import UTC, datetime, time, timedelta
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from dashboard.models import Delivery, NoticeRule
from dashboard.notices import making, runner
from dashboard.notices.addresses import address_of
from dashboard.notices.sending import _without, send, wrong_address
from dashboard.notices.timing import DAILY, HOURLY, due
from regions import journal
from regions.domain.notes import Heard
from tests.dashboard.notices.test_delivering import ALL, deliver, fail, lose

FORM = {"name": "On call", "turns": ALL, "severity": "info", "regions": [], "selector": "", "enabled": "on"}
KEY = "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY00"


def made(boss, channel: str, url: str, **more: str) -> NoticeRule:
    answer = boss.post("/notices/rules/new/", {**FORM, "channel": channel, "url": url, **more})
    assert answer.status_code == 302, answer.content.decode()
    return NoticeRule.objects.get()


def told(hook) -> dict:
    return json.loads(hook.got[-1][1])


def turned(seeded, what=fail, *names: str) -> None:
    making.make(timezone.now())
    what(seeded, *names)
    making.make(timezone.now())
    assert deliver(timezone.now() + timedelta(seconds=31)) == 1


@pytest.mark.parametrize("channel", ["slack", "teams", "mattermost"])
def test_a_chat_is_told_with_a_link_to_the_moment(seeded, boss, hook, channel):
    rule = made(boss, channel, hook.url)
    turned(seeded, fail, "shop-prod")
    said = told(hook)
    if channel == "slack":
        text = said["attachments"][0]["text"]
        assert said["attachments"][0]["title"].startswith("On call: Deployment kcm-system/shop-prod")
    elif channel == "teams":
        assert said["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
        text = said["attachments"][0]["content"]["body"][1]["text"]
    else:
        text = said["text"]
        assert said["username"] == "Pane"
    assert "[error]" not in text, "what clusters say is no markup of a chat"
    text = text.replace("\u200b", "")
    assert "[error] Deployment kcm-system/shop-prod in eu-central is Failed" in text
    link = next(word for word in text.split() if word.startswith("http://testserver/"))
    assert "?at=" in link
    while timezone.now() < datetime.fromisoformat(unquote(link.partition("?at=")[2])):
        time_module.sleep(0.05)  # a message takes longer than this to be read: the second that it names has to be over
    page = boss.get(link.removeprefix("http://testserver"))
    assert (page.status_code, "Failed" in page.content.decode()) == (200, True)
    assert Delivery.objects.get().state == "delivered"
    assert rule.url.startswith(f"{channel}+http://127.0.0.1:")


def test_an_incident_is_triggered_and_resolved_under_one_key(seeded, boss, hook):
    made(boss, "pagerduty", hook.url, key=KEY)
    turned(seeded, lose)
    event = told(hook)
    assert (event["event_action"], event["routing_key"]) == ("trigger", KEY)
    assert event["payload"]["severity"] == "critical"
    assert "eu-central" in event["payload"]["summary"]
    assert "authorization" not in hook.got[-1][0]
    now = timezone.now()
    journal.record(seeded, [Heard("eu-central", now, {"state": "connected", "heard_at": now})], now)
    making.make(now)
    assert deliver(timezone.now()) == 1, "a pager waits for nobody"
    assert told(hook) == {"routing_key": KEY, "event_action": "resolve", "dedup_key": event["dedup_key"]}


def test_a_pager_is_told_of_each_object_but_of_very_many_at_once(seeded, boss, hook):
    made(boss, "pagerduty", hook.url, key=KEY)
    making.make(timezone.now())
    fail(seeded, "shop-prod", "search-prod", "ledger-prod")
    making.make(timezone.now())
    assert deliver(timezone.now()) == 3
    fail(seeded, *(f"new-{number}" for number in range(making.EACH + 1)))
    making.make(timezone.now())
    assert deliver(timezone.now()) == 1


def test_an_alert_of_opsgenie_is_opened_and_closed_by_its_alias(seeded, boss, hook):
    made(boss, "opsgenie", hook.url, key=KEY)
    turned(seeded, lose)
    alert = told(hook)
    assert hook.got[-1][0]["authorization"] == f"GenieKey {KEY}"
    assert alert["priority"] == "P1"
    now = timezone.now()
    journal.record(seeded, [Heard("eu-central", now, {"state": "connected", "heard_at": now})], now)
    making.make(now)
    address = runner.claim(timezone.now())[0][1]
    assert address == f"opsgenie+{hook.url}/{alert['alias']}/close?identifierType=alias"


def test_what_takes_no_key_keeps_none(seeded, boss, settings):
    settings.EMAIL_HOST = "mail.example.org"
    rule = made(boss, "email", "ada@example.org", key="a password that a browser filled in")
    assert rule.url == "mailto:ada@example.org"


def test_what_is_too_long_to_be_kept_is_said(seeded, boss, settings):
    settings.EMAIL_HOST = "mail.example.org"
    people = ",".join([*["somebody@example.org"] * 23, "ada@example.org"])  # 498 characters, and "mailto:"
    answer = boss.post("/notices/rules/new/", {**FORM, "channel": "email", "url": people})
    assert answer.status_code == 422


def test_an_answer_does_not_tell_the_address(hook):
    assert _without("https://hooks.example.org/services/T0SECRET1/B0SECRET2", "Cannot POST /services/T0SECRET1") == (
        "Cannot POST /…/…"
    )


def test_a_rule_that_was_switched_off_sends_nothing_more(seeded, boss, hook):
    rule = made(boss, "slack", hook.url)
    making.make(timezone.now())
    fail(seeded, "shop-prod")
    making.make(timezone.now())
    NoticeRule.objects.filter(pk=rule.pk).update(enabled=False)
    assert deliver(timezone.now() + timedelta(seconds=31)) == 0
    assert Delivery.objects.get().state == "given up"


def test_people_are_told_by_mail(seeded, boss, settings):
    settings.EMAIL_HOST = "mail.example.org"
    rule = made(boss, "email", "ada@example.org, grace@example.org")
    assert rule.url == "mailto:ada@example.org,grace@example.org"
    turned(seeded, fail, "shop-prod")
    (one,) = mail.outbox
    assert one.bcc == ["ada@example.org", "grace@example.org"]
    assert one.subject.startswith("On call: Deployment kcm-system/shop-prod")
    assert "?at=" in one.body
    assert "ada@example.org" in boss.get(f"/notices/rules/{rule.pk}/").content.decode()


def test_without_a_mail_server_there_is_no_mail(settings):
    settings.EMAIL_HOST = ""
    assert "PANE_MAIL" in wrong_address("mailto:ada@example.org", allow_loopback=False)
    settings.EMAIL_HOST = "mail.example.org"
    assert "no e-mail address" in wrong_address("mailto:ada@", allow_loopback=False)
    assert "Write an e-mail address" in wrong_address("mailto: , ", allow_loopback=False)


@pytest.mark.parametrize("channel", ["slack", "pagerduty"])
def test_an_address_and_a_key_are_written_and_never_shown(seeded, boss, hook, channel):
    rule = made(boss, channel, f"{hook.url}/T0PSECRETPATH", key=KEY if channel == "pagerduty" else "")
    row = json.dumps(list(NoticeRule.objects.values()), default=str)
    pages = [boss.get(f"/notices/rules/{path}").content.decode() for path in ("", f"{rule.pk}/", f"{rule.pk}/edit/")]
    wrong = boss.post(
        f"/notices/rules/{rule.pk}/edit/",
        {**FORM, "channel": channel, "url": f"{hook.url}/T0PSECRETPATH", "key": KEY, "zone": "Nowhere/City"},
    )
    assert wrong.status_code == 422
    for said in (row, *pages, wrong.content.decode()):
        assert "T0PSECRETPATH" not in said
        assert KEY not in said
    boss.post(f"/notices/rules/{rule.pk}/edit/", {**FORM, "name": "Nights", "channel": channel, "url": "", "key": ""})
    rule.refresh_from_db()
    assert (rule.name, "T0PSECRETPATH" in address_of(rule)) == ("Nights", True)


def test_under_another_key_of_pane_an_address_is_asked_for_again(seeded, boss, hook, settings):
    made(boss, "slack", hook.url)
    boss.post("/notices/rules/new/", FORM)
    making.test(NoticeRule.objects.get(), "boss", timezone.now())
    settings.SECRET_KEY = "another" * 10
    deliver(timezone.now())
    assert Delivery.objects.get().state == "given up"
    assert "give it again" in Delivery.objects.get().answer
    assert hook.got == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"channel": "slack", "url": "http://hooks.example.org/x"}, "begins with https://"),
        ({"channel": "pagerduty", "url": "https://events.example.org/v2/enqueue"}, "Give the key"),
        ({"channel": "teams", "url": ""}, "Say where"),
        ({"channel": "carrier", "url": "https://a.example.org/"}, "valid choice"),
        ({"url": "https://a.example.org/", "quiet_from": "22:00"}, "or neither"),
        ({"url": "https://a.example.org/", "quiet_from": "late"}, "such as 22:00"),
        ({"url": "https://a.example.org/", "zone": "Middle/Earth"}, "no such zone"),
        ({"url": "https://a.example.org/", "zone": "../../etc/passwd"}, "no such zone"),
        ({"url": "https://a.example.org/", "digest": "yearly"}, "valid choice"),
    ],
)
def test_what_is_wrong_is_said_beside_it(seeded, boss, said, sentence):
    answer = boss.post("/notices/rules/new/", {**FORM, **said})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_chat_is_reached_by_the_same_rules_as_every_address(settings):
    outcome = asyncio.run(send("slack+https://localhost:9/x", b"{}", {}, allow_loopback=False))
    assert not outcome.delivered
    assert "loopback" in outcome.answer


LISBON, NIGHT = ZoneInfo("Europe/Lisbon"), (time(22), time(6, 30))


@pytest.mark.parametrize(
    ("soonest", "digest", "quiet", "at"),
    [
        ("2026-12-01T10:20", "", None, "2026-12-01T10:20"),
        ("2026-12-01T10:20", HOURLY, None, "2026-12-01T11:00"),
        ("2026-12-01T11:00", HOURLY, None, "2026-12-01T11:00"),
        ("2026-12-01T10:20", DAILY, None, "2026-12-02T08:00"),
        ("2026-07-01T06:00", DAILY, None, "2026-07-01T07:00"),  # eight in the morning of a summer in Lisbon
        ("2026-12-01T23:10", "", NIGHT, "2026-12-02T06:30"),
        ("2026-12-01T05:10", "", NIGHT, "2026-12-01T06:30"),
        ("2026-12-01T06:30", "", NIGHT, "2026-12-01T06:30"),
        ("2026-12-01T21:20", HOURLY, NIGHT, "2026-12-02T06:30"),
        ("2026-12-01T12:30", "", (time(12), time(13)), "2026-12-01T13:00"),
    ],
)
def test_a_message_waits_for_its_digest_and_for_the_end_of_the_quiet_hours(soonest, digest, quiet, at):
    found = due(datetime.fromisoformat(soonest).replace(tzinfo=UTC), digest, quiet, LISBON)
    assert found.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="minutes") == at


def test_what_turns_in_the_quiet_hours_is_one_message_when_they_end(seeded, boss, hook):
    now = timezone.now()
    begin, end = (now - timedelta(hours=1)).strftime("%H:%M"), (now + timedelta(hours=3)).strftime("%H:%M")
    made(boss, "slack", hook.url, quiet_from=begin, quiet_until=end)
    making.make(now)
    fail(seeded, "shop-prod")
    making.make(timezone.now())
    fail(seeded, "search-prod")
    making.make(timezone.now())
    assert deliver(timezone.now() + timedelta(hours=2)) == 0
    assert deliver(timezone.now() + timedelta(hours=3, minutes=1)) == 1
    assert "2 notices" in told(hook)["attachments"][0]["title"]
