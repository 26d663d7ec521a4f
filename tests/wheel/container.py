"""A root file system as a container has it, without an engine: what `make wheel` installed, in namespaces.

In it are Python, the system's libraries, the installed wheel, all of it read-only, and /data and /tmp to write to. What
runs there is the account 65532 without any capability. No clone is in it, so nothing can be found there by chance. An
engine does more (another network, cgroups, seccomp, a base image of its own): that is not shown by this.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.checkout import ROOT
from tests.rig import binaries
from tests.rig.process import Process

CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text().replace("\\\n", " ")
ACCOUNT = 65532
HOW = "No installed wheel here: run `make wheel`."
HOW_ROOT = "Only root may make a root file system of its own here (unshare, setpriv)."

# $1: the new root. $2: what is written to. $3…: what is there, read-only; then `--` and the command.
ENTER = """
set -e
new=$1 data=$2; shift 2
umask 022
mount --make-rprivate /
mount -t tmpfs -o mode=755 none "$new"
mkdir "$new/tmp" "$new/data" "$new/dev" "$new/proc"
while [ "$1" != -- ]; do
  mkdir -p "$new$1"; mount --bind "$1" "$new$1"; mount -o remount,bind,ro "$new$1"; shift
done; shift
for name in bin lib lib64 sbin; do [ ! -L "/$name" ] || cp -d "/$name" "$new/$name"; done
mount -t tmpfs -o mode=1777 none "$new/tmp"
mount --bind "$data" "$new/data"
mount --rbind /dev "$new/dev"
mount -t proc none "$new/proc"
mount -o remount,ro "$new"
cd "$new"
# No exec: it is the shell that dies with who started us, and all that runs here with it, as the first of its processes.
chroot "$new" setpriv --reuid=65532 --regid=65532 --clear-groups --no-new-privs \
  --bounding-set=-all --inh-caps=-all env -i --chdir=/data "$@" || exit
exit
"""


def installed() -> Path | None:
    """The environment in which `make wheel` has installed the wheel."""
    crc = subprocess.run(["cksum"], input=(ROOT / "requirements.lock").read_bytes(), capture_output=True, check=True)
    place = binaries.cache() / "wheel" / crc.stdout.split()[0].decode()
    return place if (place / "bin" / "pane").exists() else None


def possible() -> bool:
    return os.geteuid() == 0 and bool(shutil.which("unshare") and shutil.which("setpriv"))


def said(instruction: str) -> str:
    """What the last stage of the Containerfile says after an instruction; the last time that it stands there."""
    stage = CONTAINERFILE.rpartition("\nFROM ")[2]
    return re.findall(rf"^{instruction}\s+(.*)$", stage, re.MULTILINE)[-1].strip()


def variables() -> dict[str, str]:
    return dict(part.split("=", 1) for part in said("ENV").split())


def health_check() -> list[str]:
    return list(json.loads(said("HEALTHCHECK").partition("CMD")[2]))


class Container:
    """Runs commands in one root; what they write to /data stays between them."""

    def __init__(self, environment: Path, folder: Path) -> None:
        self.environment = environment
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir(mode=0o700)
        os.chown(self.data, ACCOUNT, ACCOUNT)
        self._running: list[Process] = []

    def stop(self) -> None:
        """End all that was started in it."""
        for process in self._running:
            process.kill()

    def command(self, *words: str, **more: str) -> list[str]:
        """A command by name, as the image finds it, with the image's variables and these."""
        root = self.folder / "root"
        root.mkdir(exist_ok=True)
        values = variables()
        values["PATH"] = values["PATH"].replace("/opt/pane", str(self.environment))
        there = [place for place in ("/usr", "/etc", "/lib", "/lib64", "/bin") if not Path(place).is_symlink()]
        there = [place for place in there if Path(place).is_dir()]
        if not sys.base_prefix.startswith("/usr"):
            there.append(sys.base_prefix)
        return [
            *("unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", ENTER, "enter"),
            *(str(root), str(self.data), *there, str(self.environment), "--"),
            *(f"{name}={value}" for name, value in {**values, **more}.items()),
            *words,
        ]

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = self.command(*words, **more)
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)

    def start(self, name: str, *words: str, **more: str) -> Process:
        process = Process(name, self.folder / f"{name}.log")
        process.start(self.command(*words, **more))
        self._running.append(process)
        return process
