"""Charts as a source-controller would have fetched them: archives of k0rdent's own folders, over HTTP on loopback."""

import hashlib
import io
import tarfile
import threading
from dataclasses import dataclass
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SERVICE = {
    "Chart.yaml": "apiVersion: v2\nname: {name}\nversion: {version}\ndescription: A service of ours\n",
    "values.yaml": "replicas: 1\n",
    "values.schema.json": '{{"type": "object", "properties": {{"replicas": {{"type": "integer"}}}}}}',
    "templates/configmap.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n",
}


@dataclass(frozen=True)
class Archive:
    """One chart, packed."""

    name: str
    version: str
    content: bytes

    @cached_property
    def digest(self) -> str:
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"


class ChartServer:
    """Packs and serves whatever chart is asked for: k0rdent's own, else a small one of that name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._packed: dict[tuple[str, str], Archive] = {}
        charts = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name, _, version = self.path.strip("/").removesuffix(".tgz").rpartition("@")
                content = charts.archive(name, version).content
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="charts", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def archive(self, name: str, version: str) -> Archive:
        key = (name, version)
        if key not in self._packed:
            self._packed[key] = Archive(name, version, _pack(name, self._files(name, version)))
        return self._packed[key]

    def address(self, archive: Archive) -> str:
        return f"{self.url}/{archive.name}@{archive.version}.tgz"

    def interface(self, name: str) -> str:
        """The ProviderInterface that a provider's chart installs; empty for other charts."""
        file = self._folder / "provider" / name / "templates" / "interface.yaml"
        return file.read_text() if file.is_file() else ""

    def _files(self, name: str, version: str) -> dict[str, bytes]:
        for kind in ("cluster", "provider"):
            folder = self._folder / kind / name
            if folder.is_dir():
                files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
                # Other versions of the same chart differ in their number alone.
                return {
                    inside: _versioned(path, version) if inside == "Chart.yaml" else path.read_bytes()
                    for inside, path in files.items()
                }
        return {inside: text.format(name=name, version=version).encode() for inside, text in SERVICE.items()}


def _versioned(path: Path, version: str) -> bytes:
    lines = path.read_text().splitlines(keepends=True)
    return "".join(f"version: {version}\n" if line.startswith("version:") else line for line in lines).encode()


def _pack(name: str, files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for inside, content in sorted(files.items()):
            entry = tarfile.TarInfo(f"{name}/{inside}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
