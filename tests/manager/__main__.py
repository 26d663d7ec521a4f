"""`python -m tests.manager FOLDER`: the manager and its API servers, until Ctrl-C; their kubeconfigs lie in FOLDER.

Then Pane for it, beside: `PANE_KUBECONFIG=FOLDER/management PANE_ALLOW_LOOPBACK=1 python manage.py up`.
"""

import signal
import sys
from pathlib import Path

from tests.manager.manager import Manager
from tests.rig import binaries, kcm
from tests.rig.fleet import Rig


def main(folder: Path) -> None:
    servers, found = binaries.find(), kcm.find()
    if not servers or not found:
        sys.exit(kcm.HOW if servers else binaries.HOW)
    folder.mkdir(parents=True, exist_ok=True)
    rig = Rig(servers)
    manager = Manager(rig, found, folder)
    try:
        rig.start()
        manager.start()
        for name, cluster in {"management": rig.management, **rig.regions}.items():
            file = folder / name
            file.touch(mode=0o600)
            file.write_text(cluster.kubeconfig())
        print(f"Management is Ready. Kubeconfigs: {folder}. Ctrl-C ends it.", flush=True)
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        manager.stop()
        rig.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
