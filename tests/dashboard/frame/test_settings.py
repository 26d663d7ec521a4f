"""Starting with nothing set, and refusing to start in production with what is unsafe."""

import stat

import pytest

from tests.dashboard.frame.processes import manage

KEY = "kY3-vB9_zQ1xW7mN5pR2tL8sD4fG6hJ0aC3eU1iO9yT7rE5wQ2"
SOUND = {"PANE_PRODUCTION": "1", "PANE_SECRET_KEY": KEY, "PANE_ALLOWED_HOSTS": "pane.example.org"}


def test_it_runs_with_nothing_set(tmp_path):
    done = manage("check", data=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    manage("check", data=tmp_path)
    kept = tmp_path / "secret-key"
    key = kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    manage("check", data=tmp_path)
    assert kept.read_text() == key
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_production_with_all_it_needs_passes_djangos_own_deployment_checks(tmp_path):
    done = manage("check", "--deploy", "--fail-level", "WARNING", data=tmp_path, **SOUND)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"PANE_SECRET_KEY": ""}, "PANE_SECRET_KEY"),
        ({"PANE_SECRET_KEY": "changeme"}, "too easy to guess"),
        ({"PANE_SECRET_KEY": "django-insecure-" + KEY}, "too easy to guess"),
        ({"PANE_SECRET_KEY": "a" * 60}, "too easy to guess"),
        ({"PANE_SECRET_KEY_FILE": "/nowhere/key"}, "/nowhere/key"),
        ({"PANE_ALLOWED_HOSTS": ""}, "PANE_ALLOWED_HOSTS"),
        ({"PANE_ALLOWED_HOSTS": "*"}, "PANE_ALLOWED_HOSTS"),
        ({"PANE_ALLOWED_HOSTS": "pane.example.org,*"}, "PANE_ALLOWED_HOSTS"),
        ({"PANE_DEBUG": "1"}, "PANE_DEBUG"),
        ({"PANE_PRODUCTION": "perhaps"}, "PANE_PRODUCTION"),
        ({"PANE_LOG_LEVEL": "loud"}, "PANE_LOG_LEVEL"),
        ({"PANE_KEEP_DAYS": "a week"}, "PANE_KEEP_DAYS"),
        ({"PANE_DATABASE_URL": "nonsense://user:hunter2@db/x"}, "PANE_DATABASE_URL"),
        ({"PANE_DATA": "/dev/null/pane"}, "/dev/null/pane"),
    ],
)
def test_it_refuses_to_start_in_a_sentence(tmp_path, change, word):
    done = manage("check", data=tmp_path, **{**SOUND, **change})
    assert done.returncode == 1
    assert done.stderr.startswith("Pane does not start: ")
    assert word in done.stderr
    assert done.stderr.count("\n") == 1, "one sentence, no traceback"
    assert "hunter2" not in done.stderr


def test_a_secret_can_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text(KEY + "\n")
    settings = {**SOUND, "PANE_SECRET_KEY": "", "PANE_SECRET_KEY_FILE": str(tmp_path / "key")}
    code = "from django.conf import settings as s; print(s.SECRET_KEY)"
    done = manage("shell", "-v", "0", "-c", code, data=tmp_path, **settings)
    assert done.stdout.strip() == KEY, done.stderr


def test_a_database_address_means_postgresql_that_ends_idle_transactions(tmp_path):
    code = "from django.conf import settings; d = settings.DATABASES['default']; print(d['ENGINE'], d['OPTIONS'])"
    address = "postgres://pane:secret@db.example:5432/pane"
    done = manage("shell", "-v", "0", "-c", code, data=tmp_path, PANE_DATABASE_URL=address)
    assert "django.db.backends.postgresql" in done.stdout, done.stderr
    assert "idle_in_transaction_session_timeout" in done.stdout
