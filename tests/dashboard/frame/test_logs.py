"""What may not stand in a log."""

import json
import logging

import pytest

from dashboard.logs import Json, scrub


@pytest.mark.parametrize(
    "line",
    [
        "GET /sign-in/link/s3cr3t-value_1/ 200",
        "Authorization: Bearer s3cr3t-value_1",
        "authorization: bearer s3cr3t-value_1 refused",
        "token pane_s3cr3t-value_1 was printed",
        "postgresql://pane:s3cr3t-value_1@db.example:5432/pane is not there",
    ],
)
def test_links_tokens_and_passwords_are_left_out(line):
    assert "s3cr3t" not in scrub(line)
    assert scrub(line) != line


@pytest.mark.parametrize(
    "line",
    [
        "https://eu-1.example:6443/apis/k0rdent.mirantis.com took 3.1 s for pane",
        "Say how many proxies there are in PANE_TRUSTED_HOPS",
    ],
)
def test_what_is_no_secret_stays(line):
    assert scrub(line) == line


def test_a_line_for_a_collector_is_one_json_object_with_its_extras():
    record = logging.LogRecord("pane", logging.INFO, "x.py", 1, "Leading with term %s", (3,), None)
    record.region = "eu-1"
    entry = json.loads(Json().format(record))
    assert (entry["level"], entry["message"], entry["region"]) == ("info", "Leading with term 3", "eu-1")
    assert entry["at"].endswith("+00:00")
