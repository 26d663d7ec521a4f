"""One store, and every way in which it may fail: each becomes a sentence within its deadline, and never a retry."""

import contextlib
import gzip
import json
import threading
import time
from datetime import UTC, datetime
from email.utils import formatdate

import pytest

from regions.domain.metrics.measures import Why
from regions.metrics.stores import client as client_module
from regions.metrics.stores.client import Login, StoreClient
from regions.metrics.stores.errors import BadQuery, Denied, StoreError
from regions.metrics.stores.session import StoreAdapter
from tests.regions.metrics import faults
from tests.regions.metrics.faults import faulty

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
SOON = 0.3  # seconds that a test is willing to wait for what never comes


def client(url: str, login: Login | None = None, **rules: bool) -> StoreClient:
    lane = StoreAdapter(**{"checked": True, "allow_loopback": True, "trust": None} | rules)  # type: ignore[arg-type]
    return StoreClient(url, "Store eu-1", lane, login)


def failing(url: str, **more: object) -> StoreError:
    asked = client(url, **more)  # type: ignore[arg-type]
    with pytest.raises(StoreError) as caught:
        asked.query("up", deadline=SOON)
    asked.close()
    assert caught.value.sentence
    assert caught.value.__cause__ is None  # causes hold the request, and with it our password
    return caught.value


def test_a_well_store_gives_rows_with_labels():
    with faulty(faults.answering()) as server:
        answer = client(server.url + "/select/0/prometheus/").query("up", deadline=5)
    assert [(row.labels, row.value) for row in answer.rows] == [({"cluster": "web", "clusterNamespace": "team"}, 3.0)]
    assert not answer.partial
    assert server.requests[0].path == "/select/0/prometheus/api/v1/query"
    assert server.requests[0].query["query"] == "up"


def test_every_question_is_of_now_and_no_step_shortens_its_look_back():
    """VictoriaMetrics answers as of 30 s ago unless told, and takes the step of an instant query for its look-back."""
    with faulty(faults.answering()) as server:
        asked = client(server.url)
        asked.query("up", deadline=5)
        with contextlib.suppress(StoreError):
            asked.query_range("up", NOON, NOON, 60, deadline=5)
    instant, over = (request.query for request in server.requests)
    assert instant["latency_offset"] == over["latency_offset"] == "1ms"
    assert "step" not in instant
    assert over["step"] == "60"


def test_a_connection_is_used_again():
    ports = set()

    def handler(server, line, request):
        ports.add(line.getpeername()[1])
        faults.answering()(server, line, request)

    with faulty(handler) as server:
        asked = client(server.url)
        for _ in range(3):
            asked.query("up", deadline=5)
    assert len(ports) == 1


@pytest.mark.parametrize(
    "handler",
    [
        faults.silent,
        faults.dripping_body,
        faults.dripping_chunks,
        faults.dripping_head,
    ],
)
def test_what_never_comes_whole_ends_with_the_deadline(handler):
    with faulty(handler) as server:
        error = failing(server.url)
    assert error.why is Why.SLOW
    assert "0.3 s" in error.sentence
    assert len(server.requests) == 1  # never tried again by itself


def test_a_black_hole_is_given_up_at_the_deadline():
    with faults.black_hole() as url:
        assert failing(url).why in (Why.SLOW, Why.UNREACHABLE)


def test_a_refused_connection_is_unreachable_at_once():
    error = failing(faults.refused())
    assert error.why is Why.UNREACHABLE
    assert "connection refused" in error.sentence


@pytest.mark.parametrize("handler", [faults.hanging_up, faults.breaking_off])
def test_half_an_answer_is_none(handler):
    with faulty(handler) as server:
        assert failing(server.url).why is Why.UNREACHABLE


def test_a_huge_body_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client_module, "LARGEST", 1 << 20)
    with faulty(faults.huge) as server:
        asked = client(server.url)
        with pytest.raises(StoreError, match="more than 1 MiB") as caught:
            asked.query("up", deadline=20)
    assert caught.value.why is Why.BROKEN


def test_a_small_body_that_unpacks_to_a_huge_one_is_not_unpacked_whole(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client_module, "LARGEST", 1 << 20)
    bomb = gzip.compress(b" " * (1 << 26))
    with faulty(faults.answering(bomb, Content_Encoding="gzip")) as server, pytest.raises(StoreError, match="MiB"):
        client(server.url).query("up", deadline=20)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("500 Internal Server Error", Why.BROKEN),
        ("503 Service Unavailable", Why.SLOW),
        ("429 Too Many", Why.SLOW),
        ("403 Forbidden", Why.REFUSED),
        ("404 Not Found", Why.BROKEN),
    ],
)
def test_other_answers_are_told_apart(status: str, why: Why):
    with faulty(faults.answering({"status": "error", "error": "because of this"}, status)) as server:
        error = failing(server.url)
    assert error.why is why
    assert "because of this" in error.sentence


def test_a_redirect_is_not_followed_and_takes_no_password_along():
    with faulty(faults.answering()) as elsewhere:
        with faulty(faults.answering(b"", "302 Found", Location=elsewhere.url)) as server:
            error = failing(server.url, login=Login("ada", "hunter2hunter2"))
        assert elsewhere.requests == []
    assert error.why is Why.BROKEN
    assert "redirects" in error.sentence


def test_401_says_that_the_password_is_not_accepted_and_never_which():
    said = {"error": "wrong password hunter2hunter2"}
    with faulty(faults.answering(said, "401 Unauthorized")) as server:
        error = failing(server.url, login=Login("ada", "hunter2hunter2"))
    assert isinstance(error, Denied)
    assert "hunter2" not in error.sentence
    assert server.requests[0].login == ("ada", "hunter2hunter2")


def test_422_is_about_the_query_not_the_store():
    said = {"status": "error", "errorType": "422", "error": "the number of matching timeseries exceeds 300000"}
    with faulty(faults.answering(said, "422 Unprocessable Entity")) as server:
        error = failing(server.url)
    assert isinstance(error, BadQuery)
    assert "exceeds 300000" in error.sentence


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in</html>",
        b"{}",
        b'{"data": {"result": [1]}}',
        b"[]",
        b"null",
        b'{"data":',
    ],
)
def test_what_is_no_answer_of_a_store_is_broken(body: bytes):
    with faulty(faults.answering(body)) as server:
        assert failing(server.url).why is Why.BROKEN


def test_partial_answers_and_warnings_are_kept():
    said = faults.GOOD | {"isPartial": True, "warnings": ["one vmstorage did not answer"]}
    with faulty(faults.answering(said)) as server:
        answer = client(server.url).query("up", deadline=5)
    assert answer.partial
    assert answer.warnings == ("one vmstorage did not answer",)


@pytest.mark.parametrize("text", ["NaN", "+Inf", "-Inf", "stale"])
def test_what_is_no_number_is_none(text: str):
    said = {"data": {"result": [{"metric": {}, "value": [1, text]}]}}
    with faulty(faults.answering(said)) as server:
        assert client(server.url).query("up", deadline=5).rows[0].value is None


def test_a_clock_that_is_off_is_seen():
    ahead = formatdate(time.time() + 300, usegmt=True)
    with faulty(faults.answering(Date=ahead)) as server:
        skew = client(server.url).query("up", deadline=5).skew
    assert skew is not None
    assert 295 < skew < 305


def test_loopback_is_only_for_who_allows_it():
    with faulty(faults.answering()) as server:
        error = failing(server.url, allow_loopback=False)
        assert server.requests == []
    assert error.why is Why.NOT_PERMITTED
    assert "loopback" in error.sentence


@pytest.mark.parametrize("url", ["http://169.254.169.254", "http://0x7f000001:80", "http://[::ffff:169.254.169.254]"])
def test_addresses_that_nobody_means_well_are_not_connected_to(url: str):
    assert failing(url).why is Why.NOT_PERMITTED


def test_nothing_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, faults.refused())
    with faulty(faults.answering()) as server:
        client(server.url).query("up", deadline=5)
    assert "authorization" not in server.requests[0].headers


def test_a_range_has_points_by_time_and_gaps_stay_gaps():
    said = {"data": {"result": [{"metric": {"cluster": "web"}, "values": [[60, "1"], [180, "NaN"]]}]}}
    start = client_module.datetime.fromtimestamp(60, client_module.UTC)
    with faulty(faults.answering(said)) as server:
        answer = client(server.url).query_range("up", start, start, 60, deadline=5)
    assert answer.rows[0].points == {60.0: 1.0, 180.0: None}
    assert server.requests[0].query["step"] == "60"


def test_what_a_store_makes_up_is_taken_for_no_more_than_it_is():
    metric = {"cluster": ["web"], "n": 5, "z": "a\x00b"}
    said = {
        "warnings": 5,
        "data": {"result": [{"metric": metric, "value": [1, "1e300"], "values": [["NaN", "1"], [60, "2"]]}]},
    }
    start = client_module.datetime.fromtimestamp(60, client_module.UTC)
    with faulty(faults.answering(said)) as server:
        answer = client(server.url).query("up", deadline=5)
        points = client(server.url).query_range("up", start, start, 60, deadline=5).rows[0].points
    assert answer.rows[0].labels == {"cluster": "", "n": "5", "z": "ab"}
    assert (answer.rows[0].value, answer.warnings) == (None, ())
    assert points == {60.0: 2.0}


def test_what_hangs_does_not_hold_up_what_does_not():
    """Order is the proof: all good answers are in while the bad ones still wait, whatever the machine is doing."""
    order: list[str] = []
    with faulty(faults.silent) as bad, faulty(faults.answering()) as good:

        def ask(name: str, url: str, deadline: float) -> None:
            try:
                client(url).query("up", deadline=deadline)
            except StoreError:
                pass
            order.append(name)

        threads = [threading.Thread(target=ask, args=("bad", bad.url, 2.0)) for _ in range(5)]
        threads += [threading.Thread(target=ask, args=("good", good.url, 20.0)) for _ in range(15)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert order == ["good"] * 15 + ["bad"] * 5


def test_json_is_decoded_once(monkeypatch: pytest.MonkeyPatch):
    import requests.models

    decoded = []
    real = requests.models.complexjson.loads
    monkeypatch.setattr(requests.models.complexjson, "loads", lambda *a, **k: decoded.append(1) or real(*a, **k))
    with faulty(faults.answering(json.dumps(faults.GOOD).encode())) as server:
        client(server.url).query("up", deadline=5)
    assert decoded == [1]
