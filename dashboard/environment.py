"""What the environment says, read for the settings. Refuses in one sentence; never guesses in production."""

import os
import re
import secrets
import stat
import tempfile
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit, urlunsplit

from regions.domain.metrics import spending
from regions.domain.proxies import proxy_of
from regions.domain.shards import Shard

PREFIX = "PANE_"
KNOWN_KEYS = {"development", "changeme", "change-me", "secret", "default", "insecure"}
KEY_LENGTH = 50
ROOT = Path(__file__).resolve().parent.parent  # where packages, templates and static files lie
CLONE = (ROOT / "pyproject.toml").is_file()  # or what a wheel has installed
SQLITE = "django.db.backends.sqlite3"
HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(:(?P<port>\d{1,5}))?")
SHARED_SECOND_LEVELS = {"ac", "co", "com", "edu", "gov", "go", "ne", "net", "or", "org"}


def refuse(sentence: str) -> NoReturn:
    """End the process with a sentence for the person who started it; no traceback."""
    raise SystemExit(f"Pane does not start: {sentence}")


def command(words: str) -> str:
    """A command of Pane as whoever reads it has to type it here."""
    return f"{'python manage.py' if CLONE else 'pane'} {words}"


def own_data() -> Path:
    """Where state lies when nobody says: in a clone its `var/`, else where the account that runs us keeps its data."""
    return ROOT / "var" if CLONE else Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share") / "pane"


def text(name: str, default: str = "") -> str:
    """PANE_<name>, or the contents of the file that PANE_<name>_FILE names, without the line end."""
    path = os.environ.get(f"{PREFIX}{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            refuse(f"{PREFIX}{name}_FILE names {path}, which cannot be read ({_why(error)}).")
    return os.environ.get(PREFIX + name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    """Whether PANE_<name> says yes; unset, the default. Anything that is neither a yes nor a no is refused."""
    value = text(name).lower() or ("1" if default else "0")
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    refuse(f"{PREFIX}{name} is {value!r}; say 1 or 0.")


def number(name: str, default: int, least: int = 1) -> int:
    """PANE_<name> as a whole number of at least `least`."""
    value = text(name, str(default))
    if value.isascii() and value.isdigit() and int(value) >= least:
        return int(value)
    refuse(f"{PREFIX}{name} is {value!r}; it must be a whole number, {least} or more.")


def share(name: str, default: float) -> float:
    """A share in percent, above 0 and at most 100."""
    given = text(name) or str(default)
    try:
        found = float(given)
    except ValueError:
        found = 0.0
    if not 0 < found <= 100:
        refuse(f"PANE_{name} is {given!r}; it must be a number of percent above 0, at most 100, such as {default}.")
    return found


def trusted_hops() -> int:
    """How many proxies of ours a request comes through: PANE_TRUSTED_HOPS; PANE_TRUST_PROXY=1 means one."""
    one = flag("TRUST_PROXY")
    hops = number("TRUSTED_HOPS", 1 if one else 0, least=0)
    if one and not hops:
        refuse("PANE_TRUST_PROXY says that there is a proxy, and PANE_TRUSTED_HOPS that there is none.")
    return hops


def networks(entries: list[str]) -> list[IPv4Network | IPv6Network]:
    """Networks in which servers may lie: 10.0.0.0/8, or one address."""
    found = []
    for entry in entries:
        try:
            found.append(ip_network(entry))
        except ValueError:
            refuse(f"PANE_EGRESS has {entry!r}, which is no network: write one like 10.0.0.0/8 or 2001:db8::/32.")
    return found


def shard(name: str) -> str:
    """A part of the clusters, such as 1/2; unset: all of them."""
    given = text(name) or "1/1"
    try:
        return str(Shard.parse(given))
    except ValueError as error:
        refuse(f"{PREFIX}{name}: {error}. Say which part of how many, or leave it out.")


def path(name: str) -> str:
    """PANE_<name> as the path under which Pane lies on its host, such as /pane; empty for the host as a whole."""
    value = text(name).rstrip("/")
    if value and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", value):
        refuse(f"{PREFIX}{name} is {value!r}; it must be a path such as /pane.")
    return value


def choice(name: str, allowed: list[str]) -> str:
    """PANE_<name>, in capitals, one of `allowed`; the first when unset."""
    value = text(name).upper() or allowed[0]
    if value in allowed:
        return value
    refuse(f"{PREFIX}{name} is {value!r}; it must be one of {', '.join(allowed)}.")


def rights(impersonate: bool, production: bool) -> str:
    """Who says what a person may see: the management cluster, where they are somebody there, or Pane's own roles."""
    said = text("RIGHTS").lower() or ("cluster" if impersonate and production else "roles")
    if said not in ("cluster", "roles"):
        refuse(f"PANE_RIGHTS is {said!r}; it must be cluster or roles.")
    if said == "cluster" and not impersonate:
        refuse("PANE_RIGHTS=cluster needs PANE_IMPERSONATE: without it nobody is somebody on the management cluster.")
    return said


def items(name: str, default: list[str] | None = None) -> list[str]:
    """PANE_<name> as a list: parts between commas."""
    return [part.strip() for part in text(name).split(",") if part.strip()] or list(default or [])


def link(address: str) -> str:
    """An address that a page may link to: a web page, nothing that runs; empty stays empty."""
    if address and not address.lower().startswith(("https://", "http://")):
        refuse(f"{address!r} is no address of a web page: it must begin with https:// or http://.")
    return address


def proxies(entries: list[str]) -> list[str]:
    """Addresses of proxies, in one spelling."""
    found = []
    for entry in entries:
        try:
            found.append(proxy_of(entry))
        except ValueError as error:
            refuse(f"PANE_REGION_PROXIES lists a proxy that cannot be used: {error}.")
    return found


def mail_server(address: str) -> dict[str, Any]:
    """Django's settings of the mail server that an address names: `smtp://host`, `smtps://user:password@host:465`, or
    `smtp+starttls://…`. Empty: none."""
    if not address:
        return {"EMAIL_HOST": "", "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False}
    try:
        parts = urlsplit(address)
        port = parts.port or {"smtp": 25, "smtps": 465, "smtp+starttls": 587}[parts.scheme]
    except (ValueError, KeyError):
        refuse("PANE_MAIL is no address of a mail server; write smtp://, smtps:// or smtp+starttls:// and its host.")
    if not parts.hostname:
        refuse("PANE_MAIL names no host.")
    if parts.password and parts.scheme == "smtp":
        refuse("PANE_MAIL would send a password that anybody on the way can read; write smtps:// or smtp+starttls://.")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def readable(path: str, name: str) -> str:
    """The path of a file that can be read, as PANE_<name> says it; empty stays empty."""
    if path:
        try:
            Path(path).read_bytes()
        except OSError as error:
            refuse(f"{PREFIX}{name} names {path}, which cannot be read ({_why(error)}).")
    return path


def stores(entries: list[str]) -> dict[str, tuple[str, str]]:
    """Addresses of metrics stores by name, each with the Secret (namespace/name) of its password, if it has one."""
    found = {}
    for entry in entries:
        name, _, rest = entry.partition("=")
        address, _, secret = rest.strip().partition(" ")
        called = secret.strip().removeprefix("secret=")
        if not name.strip() or not address.startswith(("https://", "http://")) or (secret and called.count("/") != 1):
            refuse(
                f"PANE_KOF_STORES has {entry!r}; say name=https://… or name=https://… secret=namespace/name, "
                "between commas."
            )
        if "@" in address.partition("//")[2].partition("/")[0]:
            refuse(f"PANE_KOF_STORES has a user or password in the address of {name.strip()}: name a Secret instead.")
        found[name.strip()] = (address, called)
    return found


def budgets(entries: list[str]) -> dict[str, float]:
    """Amounts a day by region, `*` for the fleet."""
    amounts, problems = spending.parse(entries)
    if problems:
        refuse(f"PANE_BUDGETS: {problems[0]}.")
    return amounts


def data_folder(default: Path) -> Path:
    """The folder for the database and other state (PANE_DATA), made if need be.

    What this process writes from here on is its owner's alone, there and elsewhere: a folder that was there already may
    be open to others.
    """
    os.umask(os.umask(0o077) | 0o077)
    folder = Path(text("DATA") or default)
    try:
        folder = folder.expanduser()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, RuntimeError) as error:  # the latter: an account without a home
        refuse(f"its data folder {folder} cannot be written ({_why(error)}). Set PANE_DATA to a folder that can.")
    return folder


def secret_key(data: Path, production: bool) -> str:
    """The key that signs sessions. In development one is made once and kept; production must bring its own."""
    key = text("SECRET_KEY")
    if production:
        if not key:
            refuse("PANE_SECRET_KEY (or PANE_SECRET_KEY_FILE) must be set in production.")
        if key.lower() in KNOWN_KEYS or "insecure" in key.lower() or len(set(key)) < 5 or len(key) < KEY_LENGTH:
            refuse(f"PANE_SECRET_KEY is a default or too easy to guess: use {KEY_LENGTH} random characters or more.")
    return key or _kept_key(data / "secret-key")


def _kept_key(path: Path) -> str:
    # Written aside and linked into place: of two processes that start at once, both use the first one's key.
    if not path.exists():
        handle, aside = tempfile.mkstemp(dir=path.parent)  # mode 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(aside)
    return private(path).read_text(encoding="ascii").strip()


def private(path: Path) -> Path:
    """A file that nobody but its owner reads or writes: made so when it is there already and open to others."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
    except FileNotFoundError:
        pass
    except OSError as error:
        refuse(f"others may read {path}, and that cannot be changed ({_why(error)}). Give it to whoever runs Pane.")
    return path


def allowed_hosts(production: bool) -> list[str]:
    """Names under which Pane may be called: loopback in development, said by name in production."""
    hosts = [host.lower() for host in items("ALLOWED_HOSTS")]
    if production and not hosts:
        refuse("PANE_ALLOWED_HOSTS must name the hosts under which Pane is called, for example pane.example.org.")
    if production and "*" in hosts:
        refuse("PANE_ALLOWED_HOSTS is *, which lets any site pose as Pane: name the hosts.")
    for host in hosts:
        if wrong := wrong_host(host, production):
            refuse(f"PANE_ALLOWED_HOSTS has {host!r}, {wrong}.")
    return hosts or ["localhost", "127.0.0.1", "[::1]"]


def wrong_host(host: str, production: bool) -> str:
    """What is wrong with a host that Pane may be called by, in words; empty when nothing is."""
    if host == "*":
        return ""
    if not re.fullmatch(r"\[[0-9a-f:.]+\]|\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*", host):
        return "which is no name of a host: leave out https://, port and path, and write .example.org for all below it"
    if production and host.startswith(".") and _public(host.removeprefix(".")):
        return "which lets everybody who has a name there pose as Pane: name the hosts"
    return ""


def trusted_origins(production: bool) -> list[str]:
    """Other origins that forms and sockets may come from: each with its scheme, in production by TLS and by name."""
    origins = [origin.lower().rstrip("/") for origin in items("TRUSTED_ORIGINS")]
    for origin in origins:
        scheme, parted, host = origin.partition("://")
        name = re.sub(r":\d{1,5}$", "", host)
        if not parted or scheme not in ("https", "http") or (name != "*" and wrong_host(_bare(name), False)):
            refuse(f"PANE_TRUSTED_ORIGINS has {origin!r}; an origin is like https://pane.example.org, without a path.")
        if production and scheme == "http":
            refuse(f"PANE_TRUSTED_ORIGINS has {origin!r}: whoever sits on the way could write forms there; say https.")
        if production and (name == "*" or (name.startswith("*.") and _public(_bare(name)))):
            refuse(f"PANE_TRUSTED_ORIGINS has {origin!r}, which trusts pages of everybody: name the origins.")
    return origins


def _bare(name: str) -> str:
    return name.removeprefix("*.")


def _public(domain: str) -> bool:
    """Whether names below this domain belong to many: a top-level domain, or one such as co.uk."""
    labels = domain.split(".")
    return len(labels) < 2 or (len(labels) == 2 and len(labels[1]) == 2 and labels[0] in SHARED_SECOND_LEVELS)


def debug(production: bool) -> bool:
    """PANE_DEBUG, never in production."""
    wanted = flag("DEBUG")
    if wanted and production:
        refuse("PANE_DEBUG shows settings and source to anybody who meets an error: unset it in production.")
    return wanted


def database(data: Path) -> dict[str, Any]:
    """The database: SQLite in the data folder, or what PANE_DATABASE_URL names. Tests get one a process."""
    url = text("DATABASE_URL")
    found: dict[str, Any] = {"ENGINE": SQLITE, "NAME": str(data / "pane.sqlite3")}
    if url:
        found = _database_at(url)
    options = dict(found.get("OPTIONS") or {})
    if found["ENGINE"] == SQLITE:
        # IMMEDIATE: a transaction that will write says so when it begins and waits its turn, instead of failing later.
        found["ENGINE"] = "dashboard.sqlite"  # whose writers take turns
        options |= {
            "timeout": 60,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        }
        test = {"NAME": str(Path(tempfile.gettempdir()) / f"pane-test-{os.getpid()}.sqlite3")}
        for beside in ("", "-wal", "-shm", "-journal", "-queue"):
            private(Path(f"{found['NAME']}{beside}"))
    else:
        # A paused writer must not hold the lease row for good: the server ends its transaction.
        given = f"{options.get('options', '')} -c idle_in_transaction_session_timeout=15000"
        options["options"] = given.strip()
        options.setdefault("connect_timeout", 5)
        test = {"NAME": f"test_{found.get('NAME') or 'pane'}_{os.getpid()}"}
    return {**found, "OPTIONS": options, "TEST": test}


def _database_at(url: str) -> dict[str, Any]:
    """What the address names. Of several hosts (a primary and its replicas, in any order) the one is used that takes
    writes: libpq's `target_session_attrs`.
    """
    import dj_database_url

    try:
        parts = urlsplit(url)
        account, at, place = parts.netloc.rpartition("@")
        hosts = [HOST.fullmatch(host) for host in place.split(",")]
        if len(hosts) == 1:
            return dict(dj_database_url.parse(url))
        if not all(hosts):
            raise ValueError(place)
        found: dict[str, Any] = dict(
            dj_database_url.parse(urlunsplit(parts._replace(netloc=f"{account}{at}{place.split(',')[0]}")))
        )
    except ValueError:
        # The error may quote the address, and with it a password.
        refuse(
            "PANE_DATABASE_URL is not an address like postgres://user:password@host:5432/name, or with several hosts, "
            "host1:5432,host2:5432."
        )
    found["HOST"] = ",".join(one["name"].strip("[]") for one in hosts if one)
    found["PORT"] = ",".join(one["port"] or "5432" for one in hosts if one)
    found["OPTIONS"] = {"target_session_attrs": "read-write"} | dict(found.get("OPTIONS") or {})
    return found


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or type(error).__name__).lower()
