"""A real Keycloak on a free port of this machine, with a realm from a file: people sign in by it."""

import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from tests.rig import binaries
from tests.rig.process import Process, free_port

POM = Path(__file__).resolve().parent.parent / "keycloak" / "pom.xml"
REALM = POM.parent / "realm.json"
HOW = "No Keycloak here: run `make keycloak` (fetches and builds it once; needs Maven and Java 17)."
ADMIN = "admin"
PASSWORD = "correct horse battery"
OPENED = ("java.util", "java.util.concurrent", "java.security", "java.lang")


def find() -> Path | None:
    """The folder that `make keycloak` made, or None."""
    found = re.search(r"<keycloak.version>(.+)<", POM.read_text())
    assert found
    folder = binaries.cache() / "keycloak" / found[1]
    return folder if os.access(folder / "bin" / "kc.sh", os.X_OK) else None


class Keycloak:
    """Started, administered, stopped. `issuer` is that of the realm of `realm.json`."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.issuer = f"{self.url}/realms/corp"
        self.process = Process("keycloak", folder / "keycloak.log")

    def start(self) -> None:
        # As bin/kc.sh starts it, but as a process of our own that can be ended, and for a life of a minute.
        java = ["-Xms256m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8"]
        java += [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENED]
        java += [f"-Dkc.home.dir={self.program}", f"-Djboss.server.config.dir={self.program / 'conf'}"]
        java += ["-Djava.util.logging.manager=org.jboss.logmanager.LogManager", "-Dpicocli.disable.closures=true"]
        self.process.start(
            [
                "env",
                f"KC_BOOTSTRAP_ADMIN_USERNAME={ADMIN}",
                f"KC_BOOTSTRAP_ADMIN_PASSWORD={ADMIN}",
                "java",
                *java,
                *("-cp", str(self.program / "lib" / "quarkus-run.jar")),
                "io.quarkus.bootstrap.runner.QuarkusEntryPoint",
                *("start", "--optimized", "--http-enabled=true", "--http-host=127.0.0.1", f"--http-port={self.port}"),
                *("--http-management-port=0", "--hostname-strict=false", "--cache=local", "--log-level=warn"),
            ]
        )
        self.process.wait(self._ready, 600)
        self.call("POST", "/admin/realms", json.loads(REALM.read_text()))

    def stop(self) -> None:
        self.process.kill()

    def person(self, name: str, *groups: str) -> str:
        """A new account of this name and its own password, `PASSWORD`, in these groups; its id (which is its `sub`)."""
        for known in self.realm("GET", f"/users?username={name}&exact=true"):
            self.realm("DELETE", f"/users/{known['id']}")
        said = {"username": name, "enabled": True, "email": f"{name}@example.org", "emailVerified": True}
        said |= {"firstName": name.capitalize(), "lastName": "Example", "groups": [f"/{group}" for group in groups]}
        self.realm("POST", "/users", said | {"credentials": [{"type": "password", "value": PASSWORD}]})
        return str(self.realm("GET", f"/users?username={name}&exact=true")[0]["id"])

    def realm(self, method: str, path: str = "", body: Any = None) -> Any:
        """Administer the realm of the tests."""
        return self.call(method, f"/admin/realms/corp{path}", body)

    def tokens(self, name: str, client: str) -> dict[str, Any]:
        """What a client that takes passwords itself is given for this person."""
        said = {"grant_type": "password", "client_id": client, "username": name, "password": PASSWORD}
        return self._posted("/realms/corp/protocol/openid-connect/token", said | {"scope": "openid"})

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the administration API, as its administrator."""
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with self._open(request) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.code} {error.read()[:500]!r}") from error

    def _token(self) -> str:
        said = {"grant_type": "password", "client_id": "admin-cli", "username": ADMIN, "password": ADMIN}
        return str(self._posted("/realms/master/protocol/openid-connect/token", said)["access_token"])

    def _posted(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        request = urllib.request.Request(self.url + path, urllib.parse.urlencode(form).encode())
        with self._open(request) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found

    def _ready(self) -> bool:
        try:
            with self._open(urllib.request.Request(f"{self.url}/realms/master")) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    @staticmethod
    def _open(request: urllib.request.Request) -> Any:
        return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60)
