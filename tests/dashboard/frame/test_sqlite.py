"""SQLite's writers take turns: one that writes without pause holds up nobody for long."""

import threading
import time

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

HOLD, SPAN = 0.5, 12.0  # seconds of a transaction, and of the test
PATIENT = 5.0  # without a queue some wait for 10 s and more; with one for the four before them


@pytest.fixture
def one(transactional_db: None) -> User:
    if connection.vendor != "sqlite":
        pytest.skip("Other databases queue by themselves.")
    return User.objects.create_user("ada")


def write(user: User) -> None:
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())


def test_one_who_writes_without_pause_holds_up_nobody_for_long(one):
    until = time.monotonic() + SPAN
    waits: dict[str, list[float]] = {}
    failures: list[Exception] = []

    def hog() -> None:
        while time.monotonic() < until:
            with transaction.atomic():
                write(one)
                time.sleep(HOLD)

    def in_a_transaction() -> None:
        with transaction.atomic():
            write(one)

    def again_and_again(name: str, work) -> None:
        mine = waits.setdefault(name, [])
        while time.monotonic() < until:
            began = time.monotonic()
            work()
            mine.append(time.monotonic() - began)
            time.sleep(0.1)

    def thread(work, *arguments) -> threading.Thread:
        def run() -> None:
            try:
                work(*arguments)
            except Exception as error:
                failures.append(error)
            finally:
                connection.close()

        return threading.Thread(target=run)

    threads = [
        thread(hog),
        *(thread(again_and_again, f"transaction {number}", in_a_transaction) for number in range(2)),
        *(thread(again_and_again, f"statement {number}", lambda: write(one)) for number in range(2)),
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []
    assert {name: max(mine) for name, mine in waits.items() if max(mine) > PATIENT} == {}
    assert min(map(len, waits.values())) > 3


def test_what_is_read_waits_for_nobody(one):
    ready, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            write(one)
            ready.set()
            done.wait(20)
        connection.close()

    holding = threading.Thread(target=hold)
    holding.start()
    ready.wait(20)
    began = time.monotonic()
    assert User.objects.count() == 1
    assert time.monotonic() - began < 2
    done.set()
    holding.join()
