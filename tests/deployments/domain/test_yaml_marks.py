"""What is wrong stands at the line that says it."""

import pytest

from deployments.domain import safe_yaml
from deployments.domain.findings import error, warning
from deployments.domain.pasted import NotTaken, take
from deployments.domain.yaml_marks import marks
from tests.deployments.domain.worlds import SYSTEM

TEXT = """\
metadata:
  name: shop
spec:
  template: aws-1
  config:
    worker:
      count: 012
  serviceSpec:
    services:
    - name: a
    - template: gone
"""


def found(*problems):
    return [(one.line, one.column, one.severity) for one in marks(TEXT, problems)]


def test_a_problem_is_marked_where_its_field_stands_or_would_stand():
    spelling = (7, 13, "warning")
    assert found() == [spelling]
    assert found(error("name", "No.")) == [(2, 2, "error"), spelling]
    assert found(warning("config/worker/count", "No.")) == [(7, 6, "warning"), spelling]
    assert found(error("config/worker/instanceType", "No.")) == [(6, 4, "error"), spelling]
    assert found(error("services/1/template", "No.")) == [spelling, (11, 6, "error")]
    assert found(error("credential", "No.")) == [(3, 0, "error"), spelling]
    assert found(error("yaml", "No.")) == [(1, 0, "error"), spelling]


def test_what_cannot_be_read_is_marked_at_its_line_and_a_spelling_once():
    try:
        take("a: [", SYSTEM)
    except NotTaken as problem:
        (mark,) = marks("a: [", [error("yaml", str(problem))])
    assert (mark.line, mark.sentence) == (1, "This cannot be read: it is not YAML (line 1).")
    said = marks(TEXT, [warning("yaml", marks(TEXT, [])[0].sentence)])
    assert len(said) == 1


@pytest.mark.parametrize("number", [9.0, 0.5, -0.0, 1e20, 1e21, 1.5e300, 1e-7, -12.25, 2.0**63])
def test_a_number_that_pane_wrote_is_no_surprise(number: float):
    read, surprises = safe_yaml.read(safe_yaml.dump({"size": number}))
    assert (read, surprises) == ({"size": number}, ())
