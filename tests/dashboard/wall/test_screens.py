"""Links of screens: how a device gets in, what it sees, and that it sees nothing else."""

import json
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from websockets.sync.client import connect

from dashboard.live import hub, view_runner
from dashboard.models import ScreenLink
from dashboard.people import attempts, screens
from dashboard.people.sessions import Credential, ended
from regions import journal
from tests.dashboard.frame.test_signing_in import every_path
from tests.dashboard.live.harness import Served, closed_with
from tests.pages.seed import TEAMS, seed

pytestmark = pytest.mark.django_db

MINE = "eu-central"
# Names that a screen confined to eu-central must never be sent.
FOREIGN = {
    "us-east",
    "dc-lund",
    "ap-south",
    "team-data",
    "aws-us-east",
    "openstack-lund",
    "docker-local",
    "10.20.",
    *(name for _, _, region, _, names in TEAMS if region != MINE for name in names if "-" in name),
}


def link(**more: object) -> ScreenLink:
    fields = {"name": "hall", "created_by": "ada", "expires_at": timezone.now() + timedelta(days=1), **more}
    return ScreenLink.objects.create(**fields)


def device(made: ScreenLink, **client: str) -> Client:
    """A browser that typed the code of this link."""
    found = Client(**client)
    answer = found.post("/screen/", {"code": screens.issue_code(made)})
    assert answer["Location"] == "/wall/", answer.content
    return found


def foreign(text: str) -> set[str]:
    return {name for name in FOREIGN if re.search(rf"(?<![\w-]){re.escape(name)}", text)}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def test_a_code_lets_one_device_in_once(seeded):
    made = link()
    code = screens.issue_code(made)
    first, second = Client(), Client()
    typed = code.lower().replace("-", " ")
    assert first.post("/screen/", {"code": typed}).status_code == 302
    assert second.post("/screen/", {"code": code}).status_code == 422
    assert first.get("/wall/").status_code == 200
    assert second.get("/wall/").status_code == 302


def test_a_code_lasts_half_an_hour(seeded):
    code = screens.issue_code(link())
    ScreenLink.objects.update(code_expires_at=timezone.now() - timedelta(seconds=1))
    answer = Client().post("/screen/", {"code": code})
    assert answer.status_code == 422
    assert b"ask for a new one" in answer.content
    assert code.replace("-", "") in answer.content.decode(), "what was typed is not lost"


def test_a_new_code_takes_the_link_from_the_device_that_had_it(seeded):
    made = link()
    first = device(made)
    second = device(made)
    assert second.get("/wall/").status_code == 200
    assert first.get("/wall/")["Location"] == "/screen/"


def test_guessing_codes_is_stopped_for_a_while_even_for_the_right_one():
    code = screens.issue_code(link())
    guessing = Client()
    assert guessing.post("/screen/", {"code": "AAAA-0000"}).status_code == 422
    for number in range(attempts.CODES_FROM_ONE_ADDRESS - 1):
        attempts.code("127.0.0.1", f"screen:{number}")
    stopped = guessing.post("/screen/", {"code": code})
    assert stopped.status_code == 429
    assert guessing.post("/screen/", {"code": code}, REMOTE_ADDR="10.9.9.9").status_code == 302


def test_neither_codes_nor_cookies_can_be_read_from_the_database():
    made = link()
    code = screens.issue_code(made)
    before = repr(list(ScreenLink.objects.values()))
    client = Client()
    client.post("/screen/", {"code": "WRNG-2222"})
    client.post("/screen/", {"code": code})
    from dashboard.models import FailedSignIn

    kept = before + repr(list(ScreenLink.objects.values())) + repr(list(FailedSignIn.objects.values()))
    secret = client.cookies[screens.COOKIE].value.split(".")[1].split(":")[0]
    assert len(secret) > 30
    for word in (secret, code, code.replace("-", ""), "WRNG2222"):
        assert word not in kept


def test_the_cookie_is_of_no_use_when_altered_or_for_another_link(seeded):
    one, other = link(), link(name="lobby")
    client = device(one)
    value = client.cookies[screens.COOKIE].value
    device(other)
    altered = value[:-1] + ("a" if value[-1] != "a" else "b")
    for forged in (altered, value.replace(f"{one.pk}.", f"{other.pk}.", 1), "x"):
        thief = Client()
        thief.cookies[screens.COOKIE] = forged
        assert thief.get("/wall/").status_code == 302
    assert client.cookies[screens.COOKIE]["httponly"]


@pytest.mark.parametrize("how", ["revoked", "over"])
def test_a_link_that_ended_lets_nobody_in_and_its_sockets_end(seeded, how):
    made = link()
    client = device(made)
    made.refresh_from_db()
    credential = Credential(0, screen=(made.pk, made.digest))
    assert ended([credential]) == set()
    if how == "revoked":
        screens.revoke(made)
    else:
        ScreenLink.objects.update(expires_at=timezone.now())
    assert client.get("/wall/")["Location"] == "/screen/"
    assert ended([credential]) == {credential}


def test_a_link_with_a_network_is_of_use_only_there(seeded):
    made = link(network="10.20.0.0/16")
    code = screens.issue_code(made)
    assert Client(REMOTE_ADDR="10.21.0.1").post("/screen/", {"code": code}).status_code == 422
    inside = Client(REMOTE_ADDR="10.20.3.4")
    assert inside.post("/screen/", {"code": code}).status_code == 302
    assert inside.get("/wall/").status_code == 200
    assert inside.get("/wall/", REMOTE_ADDR="::ffff:10.20.3.4").status_code == 200
    for elsewhere in ("10.21.0.1", "2001:db8::1", ""):
        assert inside.get("/wall/", REMOTE_ADDR=elsewhere).status_code == 302


def test_an_administrator_makes_lists_and_revokes_links_and_others_do_not(seeded, admin):
    page = admin.post(
        "/wall/screens/",
        {
            "name": "Hall",
            "regions": [MINE],
            "namespaces": "kcm-system",
            "lasts": "30",
            "network": "127.0.0.0/8",
        },
    ).content.decode()
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", page)[0]
    assert code not in admin.get("/wall/screens/").content.decode(), "a code is shown once"
    screen = Client()
    assert screen.post("/screen/", {"code": code}).status_code == 302
    assert "127.0.0.1" in admin.get("/wall/screens/").content.decode(), "listed with where it was last seen"
    made = ScreenLink.objects.get()
    assert (made.regions, made.namespaces) == ([MINE], ["kcm-system"])
    other = Client()
    other.force_login(User.objects.create_user("eve"))
    assert other.get("/wall/screens/").status_code == 403
    assert other.post(f"/wall/screens/{made.pk}/revoke/").status_code == 403
    assert admin.post(f"/wall/screens/{made.pk}/revoke/").status_code == 302
    assert screen.get("/wall/").status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Say which screen it is"),
        ("regions", "atlantis", "There is no region atlantis"),
        ("namespaces", "team-a, Team B!", "cannot be a namespace"),
        ("network", "10.20.0.1/16", "Did you mean 10.20.0.0/16?"),
        ("network", "the office", "the office is no network"),
        ("lasts", "0", "Choose when the link ends"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(seeded, admin, field, value, sentence):
    said = {"name": "Hall", "namespaces": "team-a", "lasts": "7", "network": "10.0.0.0/8", field: value}
    answer = admin.post("/wall/screens/", said)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert ScreenLink.objects.count() == 0
    for kept in {"namespaces", "network"} - {field}:
        assert said[kept] in text


def test_a_screen_finds_nothing_beyond_its_scope_on_any_route(seeded):
    """Every route, read and written to, and every wall with and without a name that is not its own."""
    screen = device(link(regions=[MINE]))
    assert "media-dev" in screen.get("/wall/").content.decode(), "what is its own it does see"
    paths = every_path(get_resolver().url_patterns)
    walls = ["/wall/", "/wall/map/", "/wall/moving/", "/wall/alerts/", f"/wall/regions/{MINE}/"]
    more = [f"/wall/regions/{name}/" for name in ("us-east", "dc-lund", "ap-south", "~management")]
    more += [
        "/regions/us-east/",
        "/deployments/team-data/lake-prod/",
        "/credentials/team-data/aws-us-east/",
        "/feed/?text=lake",
        "/search/?q=lake",
        "/api/v1/regions/",
        "/api/v1/changes/",
    ]
    shown = []
    for path in [*paths, *walls, *more]:
        journal.beat(seeded, timezone.now())  # so many routes take longer than a watcher may be silent
        for answer in (screen.get(path), screen.post(path, {}), screen.get(path, headers={"HX-Request": "true"})):
            said = answer.content.decode(errors="replace") + repr(list(answer.items()))
            told = foreign(said) - foreign(path)  # that there is no such page repeats what was asked for
            assert told == set(), f"{path} tells a screen of {told}"
            if answer.status_code == 200 and not answer.has_header("HX-Redirect"):
                shown.append(path)
    assert set(shown) - set(walls) <= {"/account/session/", "/healthz", "/readyz", "/screen/", "/sign-in/"}
    assert set(walls) <= set(shown)


def test_a_screen_is_offered_no_way_to_anywhere_else(seeded):
    screen = device(link(regions=[MINE]))
    for path in ("/wall/", "/wall/map/"):
        assert "<a " not in screen.get(path).content.decode()


def test_a_screen_of_a_namespace_is_not_told_what_a_region_says_of_itself(seeded):
    screen = device(link(namespaces=["platform"]))
    text = screen.get("/wall/").content.decode()
    assert re.findall(r'<li id="tile-([^"]+)"', text) == ["ap-south", "dc-lund"]
    assert "HelmRelease" not in text, "why the region is not ready is not its business"
    assert "401 Unauthorized" not in text
    assert not {name for name in ("us-east", "eu-central", "media-dev", "sandbox", "lake-prod") if name in text}


def test_no_socket_draws_a_page_for_a_screen_that_is_not_a_wall(seeded):
    made = link(regions=[MINE])
    device(made)
    made.refresh_from_db()
    screen = screens.Screen(made)
    for path in every_path(get_resolver().url_patterns):
        drawn = view_runner.draw(path, screen, screen.viewer)
        if path.startswith("/wall/") and "screens" not in path:
            continue
        assert drawn is None or (drawn.gone and not drawn.fragments), path
    for path in ("/wall/", "/wall/map/", "/wall/moving/", "/wall/alerts/", f"/wall/regions/{MINE}/"):
        drawn = view_runner.draw(path, screen, screen.viewer)
        assert drawn.fragments
        assert foreign(json.dumps(drawn.fragments)) == set()
    assert view_runner.draw("/wall/regions/us-east/", screen, screen.viewer).gone == 404


@pytest.fixture
def screen(served: Served) -> SimpleNamespace:
    seed(timezone.now())
    made = link(regions=[MINE])
    cookie = device(made).cookies[screens.COOKIE].value
    return SimpleNamespace(link=made, headers={"Cookie": f"{screens.COOKIE}={cookie}", "Origin": served.url})


@pytest.mark.django_db(transaction=True)
def test_sockets_of_a_screen_tell_of_its_scope_only_and_end_with_its_link(served, screen, monkeypatch):
    monkeypatch.setattr(hub, "BEAT", 0.2)
    with connect(f"{served.ws}/ws/changes/?topic=fleet", additional_headers=screen.headers) as programs:
        assert closed_with(programs) == 4401
    other = {**screen.headers, "Origin": "https://elsewhere.example"}
    with pytest.raises(Exception, match="403"):
        connect(f"{served.ws}/ws/live/", additional_headers=other)
    with connect(f"{served.ws}/ws/live/", additional_headers=screen.headers) as overview:
        overview.send(json.dumps({"url": "/", "cursor": ""}))
        while "gone" not in (heard := json.loads(overview.recv(timeout=20))):
            assert "fragments" not in heard
    with connect(f"{served.ws}/ws/live/", additional_headers=screen.headers) as wall:
        wall.send(json.dumps({"url": "/wall/", "cursor": "", "pulse": True}))
        while "fragments" not in (heard := json.loads(wall.recv(timeout=20))):
            pass
        assert f"tile-{MINE}" in heard["fragments"]
        assert foreign(json.dumps(heard)) == set()
        screens.revoke(screen.link)
        assert closed_with(wall) == 4401
