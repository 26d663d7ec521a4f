"""Starting with nothing set, and refusing to start in production with what is unsafe."""

import os
import re
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard import environment as env
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
        ({"PANE_ALLOWED_HOSTS": ".com"}, "pose as Pane"),
        ({"PANE_TRUSTED_ORIGINS": "https://*"}, "trusts pages of everybody"),
        ({"PANE_TRUSTED_HOPS": "0", "PANE_TRUST_PROXY": "1"}, "PANE_TRUSTED_HOPS"),
        ({"PANE_DEBUG": "1"}, "PANE_DEBUG"),
        ({"PANE_PRODUCTION": "perhaps"}, "PANE_PRODUCTION"),
        ({"PANE_LOG_LEVEL": "loud"}, "PANE_LOG_LEVEL"),
        ({"PANE_KEEP_DAYS": "a week"}, "PANE_KEEP_DAYS"),
        ({"PANE_DATABASE_URL": "nonsense://user:hunter2@db/x"}, "PANE_DATABASE_URL"),
        ({"PANE_DATABASE_URL": "postgres://u:hunt[er2@db/pane"}, "PANE_DATABASE_URL"),
        ({"PANE_DATA": "/dev/null/pane"}, "/dev/null/pane"),
    ],
)
def test_it_refuses_to_start_in_a_sentence(tmp_path, change, word):
    done = manage("check", data=tmp_path, **{**SOUND, **change})
    assert done.returncode == 1
    assert done.stderr.startswith("Pane does not start: ")
    assert word in done.stderr
    assert done.stderr.count("\n") == 1, "one sentence, no traceback"
    assert not re.search(r"hunt\[?er2", done.stderr)


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


def test_of_several_hosts_the_one_is_used_that_takes_writes(monkeypatch, tmp_path):
    monkeypatch.setenv("PANE_DATABASE_URL", "postgresql://pane:s%2Fecret@db-1,[::1]:6432/pane?sslmode=require")
    found = env.database(tmp_path)
    assert [found[key] for key in ("HOST", "PORT", "USER", "PASSWORD", "NAME")] == [
        "db-1,::1",
        "5432,6432",
        "pane",
        "s/ecret",
        "pane",
    ]
    options = found["OPTIONS"]
    assert (options["target_session_attrs"], options["sslmode"]) == ("read-write", "require")


@pytest.mark.parametrize("hosts", ["db-1:port,db-2", "db-1,"])
def test_what_is_no_list_of_hosts_is_refused_without_its_password(monkeypatch, tmp_path, hosts):
    monkeypatch.setenv("PANE_DATABASE_URL", f"postgresql://pane:hunter2@{hosts}/pane")
    with pytest.raises(SystemExit, match="host1:5432,host2:5432") as refused:
        env.database(tmp_path)
    assert "hunter2" not in str(refused.value)


def refusal(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[bool], object], production: bool = True, **said: str
) -> str:
    """What is said against this setting; empty when it is taken."""
    for name, value in said.items():
        monkeypatch.setenv(f"PANE_{name}", value)
    try:
        read(production)
    except SystemExit as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(
    ("hosts", "word"),
    [
        (".com", "pose as Pane"),
        ("pane.example.org,.co.uk", "pose as Pane"),
        (".COM", "pose as Pane"),
        ("https://pane.example.org", "no name of a host"),
        ("pane.example.org:443", "no name of a host"),
        ("*.example.org", "no name of a host"),
        ("pane.example.org/wall", "no name of a host"),
        ("..", "no name of a host"),
        ("pane.example.org,.example.org,Pane-2.internal,10.0.0.1,[::1],.pane.co.uk", ""),
    ],
)
def test_in_production_hosts_are_names_of_ours(monkeypatch, hosts, word):
    said = refusal(monkeypatch, env.allowed_hosts, ALLOWED_HOSTS=hosts)
    assert word in said
    assert bool(said) == bool(word)


@pytest.mark.parametrize(
    ("origins", "word"),
    [
        ("https://*", "trusts pages of everybody"),
        ("https://*.com", "trusts pages of everybody"),
        ("https://*:8443", "trusts pages of everybody"),
        ("https://*.co.uk:8443", "trusts pages of everybody"),
        ("http://pane.example.org", "say https"),
        ("https://a.example.org,http://*.b.example.org", "say https"),
        ("pane.example.org", "an origin is like"),
        ("https://pane.example.org/wall", "an origin is like"),
        ("https://", "an origin is like"),
        ("javascript://pane.example.org", "an origin is like"),
        ("https://user@pane.example.org", "an origin is like"),
        ("https://a.*.example.org", "an origin is like"),
        ("https://pane.example.org,https://*.example.org,https://Pane.example.org:8443/,https://[::1]:8443", ""),
    ],
)
def test_in_production_origins_are_ours_and_come_by_tls(monkeypatch, origins, word):
    said = refusal(monkeypatch, env.trusted_origins, TRUSTED_ORIGINS=origins)
    assert word in said
    assert bool(said) == bool(word)


def test_on_a_development_machine_plain_origins_and_any_host_are_for_its_owner_to_say(monkeypatch):
    assert refusal(monkeypatch, env.allowed_hosts, False, ALLOWED_HOSTS="*") == ""
    assert refusal(monkeypatch, env.trusted_origins, False, TRUSTED_ORIGINS="http://localhost:3000") == ""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_to_others(tmp_path: Path) -> Iterator[Path]:
    """A folder that was there before, as a person or a volume makes one."""
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    before = os.umask(0o022)
    yield folder
    os.umask(before)


def test_in_a_folder_that_others_may_read_they_read_nothing_of_ours(open_to_others):
    assert manage("migrate", "-v", "0", data=open_to_others).returncode == 0
    held = sqlite3.connect(open_to_others / "pane.sqlite3")  # so that what stands beside it stays
    held.execute("select count(*) from auth_user")
    kept = {path.name: mode(path) for path in open_to_others.iterdir()}
    assert {"pane.sqlite3", "secret-key"} <= set(kept)
    assert set(kept.values()) == {0o600}


def test_what_others_could_read_until_now_is_closed_to_them(open_to_others):
    manage("migrate", "-v", "0", data=open_to_others)
    for name in ("pane.sqlite3", "secret-key"):
        (open_to_others / name).chmod(0o644)
    (open_to_others / "pane.sqlite3-wal").touch(0o666)
    assert manage("check", data=open_to_others).returncode == 0
    assert {mode(path) for path in open_to_others.iterdir()} == {0o600}


def test_static_files_that_are_collected_can_be_read_by_who_serves_them(tmp_path):
    manage("collectstatic", "--noinput", "-v", "0", data=tmp_path / "data", PANE_STATIC_ROOT=str(tmp_path / "static"))
    assert mode(tmp_path / "static" / "js") == 0o755
    assert mode(tmp_path / "static" / "js" / "live.js") & 0o044 == 0o044
