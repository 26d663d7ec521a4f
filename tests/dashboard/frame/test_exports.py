"""Everything that is given as a file: to tokens as to people, never a page, and no cell of it is a formula."""

import csv
import io
import json
import re
import unicodedata
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from dashboard.people import tokens
from regions import journal
from regions.metrics.pages.tables import NAMES
from regions.requests import open_to_programs
from tests.house.checkout import tracked
from tests.pages import objects as o
from tests.pages.seed import put, seed

pytestmark = pytest.mark.django_db

EVIL = '=HYPERLINK("http://example.com";"x")'
FILES = (
    "/feed/changes.csv", "/feed/changes.jsonl", "/metrics/chart.csv?query=nodes", "/metrics/chart.json?query=nodes",
    *(f"/metrics/export/{name}.{ending}" for name in NAMES for ending in ("csv", "json")),
    "/reports/week/2026-W40.csv",
)  # fmt: skip


@pytest.fixture
def seeded(db) -> int:
    """The believable fleet, in which things are called and say what a spreadsheet would run."""
    now = timezone.now()
    term = seed(now)
    sick = o.event("=cmd|' /C calc'!A0", EVIL, "ClusterDeployment", "kcm-system", "search-stage", now)
    journal.record(term, [put("~management", sick, now, "Event")], now)
    return term


@pytest.fixture
def token(db) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.issue(User.objects.create_user('robot'))}"}


def body(response) -> str:
    return b"".join(response).decode() if response.streaming else response.content.decode()


def routes(resolver: URLResolver, prefix: str = ""):
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from routes(one, prefix + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield prefix + str(one.pattern), one.callback


def test_every_address_that_gives_a_file_is_open_to_programs():
    found = {path for path, view in routes(get_resolver()) if open_to_programs(view)}
    assert found == {
        "feed/changes.<str:form>", "metrics/chart.csv", "metrics/chart.json",
        "metrics/export/<str:name>.<str:ending>", "audit/export.<str:form>", "reports/week/<str:name>.csv"
    }  # fmt: skip
    named = [path for path, view in routes(get_resolver()) if re.search(r"csv|jsonl|export", path)]
    assert [path for path in named if path not in found] == []


def test_csv_is_written_in_one_place():
    writers = [name for name, text in tracked("regions/*.py", "deployments/*.py", "dashboard/*.py")
               if re.search(r"^\s*import csv\b|csv\.(?:Dict)?[wW]riter", text, re.MULTILINE)]  # fmt: skip
    assert writers == ["regions/domain/tables.py"]


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_given_to_a_token_as_to_a_person(seeded, token, path):
    answer = Client().get(path, headers=token)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    person = Client()
    person.force_login(User.objects.get(username="robot"))
    assert person.get(path).status_code == 200


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("header", [None, "Bearer pane_of_nobody", "Bearer", "Basic YTpi"])
def test_who_is_not_signed_in_is_refused_as_json_and_led_nowhere(db, path, header):
    answer = Client().get(path, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert json.loads(answer.content)["detail"]


def test_a_token_opens_no_page(db, token):
    assert Client().get("/deployments/", headers=token).status_code == 302


@pytest.mark.parametrize("path", [path for path in FILES if ".csv" in path])
def test_no_cell_of_any_file_is_a_formula_and_moments_have_their_offset(seeded, token, path):
    rows = list(csv.reader(io.StringIO(body(Client().get(path, headers=token)))))
    assert rows
    for row in rows:
        for cell in row:
            begins = unicodedata.normalize("NFKC", cell.lstrip(" \u00a0\u200b\ufeff")[:1])
            assert begins not in ("=", "+", "@", "\t", "\r"), cell
            assert not re.match(r"-(?!\d+(\.\d+)?(e-?\d+)?$)", cell), cell
            if re.match(r"\d{4}-\d\d-\d\dT", cell):
                assert datetime.fromisoformat(cell).utcoffset() is not None


def test_what_a_cluster_said_is_in_the_file_as_words(seeded, token):
    text = body(Client().get("/feed/changes.csv?text=HYPERLINK", headers=token))
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["message"], row["reason"][:5]) == (f"'{EVIL}", "'=cmd")
