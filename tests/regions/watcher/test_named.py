"""Objects that others name: read by name, a few at a time, and never by a name that leads elsewhere."""

import asyncio
from typing import Any

import pytest

from regions.domain.notes import Gone, Note, Put
from regions.domain.redact import HIDDEN, redact
from regions.kube.errors import KubeError, NotFound
from regions.watcher.named import AT_ONCE, NamedReader, as_named


class Slow:
    """A client that counts how many requests are under way."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.now = self.most = 0

    async def get(self, path: str) -> dict[str, Any]:
        self.paths.append(path)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.02)
        self.now -= 1
        name = path.rpartition("/")[2]
        if name == "gone":
            raise NotFound("no such Secret")
        return {"metadata": {"name": name, "namespace": "kcm-system"}, "data": {"password": "aHVudGVyMg=="}}


class Notes:
    def __init__(self) -> None:
        self.notes: list[Note] = []

    async def note(self, *notes: Note) -> None:
        self.notes += notes


def reader() -> tuple[NamedReader, Slow, Notes]:
    client, notes = Slow(), Notes()
    return NamedReader("fra1", client, notes, "kcm-system"), client, notes  # type: ignore[arg-type]


async def test_secrets_are_read_side_by_side_and_not_all_at_once() -> None:
    named, client, notes = reader()
    began = asyncio.get_running_loop().time()
    await named._read_all({("Secret", "kcm-system", f"s-{number}") for number in range(80)})
    took = asyncio.get_running_loop().time() - began
    assert client.most == AT_ONCE
    assert took < 80 * 0.02 / 2
    assert len(notes.notes) == 80
    assert all("aHVudGVyMg" not in str(note) for note in notes.notes)


async def test_what_is_not_there_is_gone_and_the_others_are_read() -> None:
    named, _, notes = reader()
    await named._read_all({("Secret", "kcm-system", "gone"), ("Secret", "kcm-system", "there")})
    assert {type(note) for note in notes.notes} == {Put, Gone}


@pytest.mark.parametrize(
    ("namespace", "name"),
    [("kcm-system", "../../../nodes"), ("../kube-system", "a"), ("kcm-system", "a?watch=1"), ("kcm-system", "a%2fb"),
     ("kcm-system", ".."), ("KCM", "a"), ("kcm-system", "x" * 254), ("kcm-system", "\x00")],
)  # fmt: skip
async def test_a_name_that_could_lead_elsewhere_is_never_asked_for(namespace: str, name: str) -> None:
    named, client, _ = reader()
    await named._read_all({("ConfigMap", namespace, name)})
    assert [path for path in client.paths if ".." in path or "%" in path or " " in path] == []
    assert all(path.count("/") == 6 for path in client.paths)


@pytest.mark.parametrize(
    "found",
    [{}, {"metadata": []}, {"metadata": {"name": "other", "namespace": "ns"}}, {"metadata": {"name": 7}},
     {"metadata": {"name": "a", "namespace": "ns", "uid": "u" * 65}}, {"metadata": {"name": "a", "namespace": "no"}}],
)  # fmt: skip
def test_an_answer_that_is_something_else_is_not_taken_for_it(found: dict[str, Any]) -> None:
    with pytest.raises(KubeError):
        as_named(found, ("ConfigMap", "ns", "a"))


def test_of_a_secret_is_kept_that_it_carries_a_copy_of_itself_and_nothing_of_it() -> None:
    applied = "kubectl.kubernetes.io/last-applied-configuration"
    meta = {"name": "a", "namespace": "ns", "annotations": {applied: '{"stringData":{"key":"hunter2"}}', "team": "x"}}
    kept = as_named({"metadata": meta, "data": {"key": "aHVudGVyMg=="}}, ("Secret", "ns", "a"))
    assert kept["metadata"]["annotations"] == {applied: ""}
    assert redact(kept)["metadata"]["annotations"] == {applied: HIDDEN}
    assert "hunter2" not in str(kept)
