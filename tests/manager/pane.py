"""Pane beside a real manager: its watcher as a process, its API and pages by a client that is signed in."""

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.test import Client

from tests.manager.manager import Manager
from tests.real.watching import Watching

Found = TypeVar("Found")
Answer = dict[str, Any]
SYSTEM = "kcm-system"


class Pane:
    """`manager` answers, `watching` tells the copy, `ask` goes through the same door as every program."""

    def __init__(self, manager: Manager, watching: Watching) -> None:
        self.manager, self.watching = manager, watching
        self.client = Client()
        self.client.force_login(User.objects.create_superuser("ada"))

    def get(self, path: str) -> Answer:
        """Of the API; empty when it is not there."""
        answer = self.client.get(f"/api/v1/{path}")
        assert answer.status_code in (200, 404), answer.content
        found: Answer = answer.json() if answer.status_code == 200 else {}
        return found

    def ask(self, verb: str, path: str, body: Answer | None = None) -> tuple[int, Answer]:
        """Send a request, as a program does; its status and answer."""
        send = getattr(self.client, verb)
        answer = send(f"/api/v1/{path}", body or {}, content_type="application/json")
        found: Answer = answer.json()
        return answer.status_code, found

    def made(self, verb: str, path: str, body: Answer | None = None) -> Answer:
        """The same of what must be taken: every step stands."""
        status, answer = self.ask(verb, path, body)
        assert status in (200, 201), answer
        assert answer["state"] == "done", answer
        return answer

    def refused(self, verb: str, path: str, body: Answer | None = None) -> str:
        """The same of what must not be: the sentences, joined."""
        status, answer = self.ask(verb, path, body)
        assert status == 422, answer
        return " ".join(one["sentence"] for one in answer["problems"])

    def page(self, path: str) -> str:
        """The words of a page."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        plain = re.sub(r"<(script|style|svg).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", plain).split())

    def until(self, what: str, check: Callable[[], Found], seconds: float = 120) -> Found:
        """Wait until the check gives something true, and return that."""
        deadline = time.monotonic() + seconds
        while not (found := check()):
            if time.monotonic() > deadline:
                said = f"{self.watching.log[-1500:]}\n{self.manager.stand_in.trouble}\n{self.manager.log[-2500:]}"
                raise AssertionError(f"Not within {seconds:.0f} s: {what}\n{said}")
            time.sleep(0.3)
        return found
