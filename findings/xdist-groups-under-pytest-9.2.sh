#!/usr/bin/env bash
# pytest-xdist 3.8.0 with pytest 9.2.0: `--dist loadgroup` groups nothing, and says nothing.
#
# Tests marked xdist_group("a") are promised one worker. xdist has each worker write the group behind the test's id
# (item._nodeid = "...@a", xdist/remote.py), and its scheduler reads it from there. Since pytest 9.2.0 the id that is told
# comes from a structured one (Node._id), so what is written to _nodeid is never read: each test is a group of its own, and
# tests that share a server, a port or a file run side by side. With pytest 9.1.1 the same run keeps each group together.
#
# What it means: a suite that relies on groups goes on passing or failing at random after an upgrade of pytest alone.
# Run: findings/xdist-groups-under-pytest-9.2.sh (needs Python; a minute).
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/test_groups.py" <<'PY'
import os
import time

import pytest


@pytest.mark.parametrize("n", range(6))
@pytest.mark.xdist_group("a")
def test_one(n):
    time.sleep(0.2)
    with open("ran", "a") as file:
        print(os.environ["PYTEST_XDIST_WORKER"], file=file)
PY

workers() {  # workers <version of pytest>: on how many workers the one group ran
  rm -rf "$folder/env" "$folder/ran"
  python3 -m venv "$folder/env"
  "$folder/env/bin/pip" install -q --disable-pip-version-check "pytest==$1" pytest-xdist==3.8.0
  (cd "$folder" && env/bin/python -m pytest -q -n 2 --dist loadgroup test_groups.py >log 2>&1) || { cat "$folder/log"; exit 1; }
  sort -u "$folder/ran" | wc -l
}

before=$(workers 9.1.1)
after=$(workers 9.2.0)
echo "pytest 9.1.1: one group on $before worker; pytest 9.2.0: on $after workers"
[ "$before" = 1 ] && [ "$after" = 2 ] || { echo "Changed." >&2; exit 1; }
