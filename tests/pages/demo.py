"""A demo of its own for tests that walk through it, and the way into it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.demo.test_command import Running, processes, until


@contextmanager
def walked(data: Path, *, regions: int, deployments: int) -> Iterator[Running]:
    """A demo of this size that Pane has seen whole; when it ends nothing of it is left."""
    running = Running(data, "--regions", str(regions), "--deployments", str(deployments))
    assert until(lambda: running.get("/api/v1/deployments/")["count"] == deployments)
    yield running
    running.process.kill()
    running.process.wait(20)
    until(lambda: not processes(data), 15)


def sign_in(page: Any, demo: Running) -> None:
    """By the link that the demo prints."""
    link = re.search(r"http://\S+/sign-in/link/\S+", demo.said)
    assert link
    page.goto(link[0])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{demo.address}/")
