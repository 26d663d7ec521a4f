"""A page that was left open learns that Pane was upgraded."""

import pytest

from dashboard.live.version import version


@pytest.mark.parametrize(
    "path",
    [
        "deployments/catalog/lists.py",
        "deployments/domain/recipes/aws.py",
        "regions/metrics/queries.yaml",
        "regions/views.py",
        "dashboard/wall/words.py",
        "templates/wall/tile.html",
        "static/css/wall.css",
    ],
)
def test_whatever_decides_what_a_page_shows_changes_the_version(tmp_path, settings, path):
    settings.BASE_DIR = tmp_path
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text("before")
    before = version.__wrapped__()
    file.write_text("after")
    assert version.__wrapped__() != before
