import csv
import io
import math
from datetime import UTC, datetime

import pytest

from regions.domain.tables import as_csv, as_json, file_name

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


EVIL = [
    "=1+2", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u200b=1", "＝1", "\xa0＠SUM(A1)",
]  # fmt: skip


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_is_a_formula(evil):
    row = next(csv.reader(io.StringIO(as_csv([evil], []))))
    assert row == [f"'{evil}"]


def test_numbers_stay_numbers_and_what_is_not_known_is_empty():
    text = as_csv(["a", "b", "c", "d", "e"], [[-1.5, 0, None, NOON, math.nan]])
    assert text == '"a","b","c","d","e"\r\n-1.5,0,"","2026-03-04T12:00:00Z",""\r\n'


def test_a_spreadsheet_that_parts_cells_by_semicolons_finds_no_formula_either():
    text = as_csv(["said"], [['a;=HYPERLINK("http://x")']])
    assert list(csv.reader(io.StringIO(text), delimiter=";"))[1] == ['a;=HYPERLINK("http://x")']


def test_commas_quotes_and_lines_stay_in_their_cell():
    said = 'a, "b"\nc'
    assert list(csv.reader(io.StringIO(as_csv(["x"], [[said]])))) == [["x"], [said]]


def test_json_knows_no_nan():
    assert as_json(math.inf) is None
    assert as_json(NOON) == "2026-03-04T12:00:00Z"


def test_names_of_files_are_harmless():
    assert file_name("cpu", "../../etc/passwd", ending="csv") == "cpu-etc-passwd.csv"
    assert file_name('"\r\n', ending="json") == "pane.json"
    assert file_name(".hidden", "ü", ending="csv") == "hidden.csv"
