"""One request asks each cluster through one client, several things side by side, and no more at once than is polite."""

from typing import Any

import pytest

from dashboard.demo.installation import Installation
from deployments import submissions
from deployments.credentials.namespaces import with_namespaces
from deployments.domain.drafts import CredentialDraft
from deployments.domain.manifests import Planned
from deployments.submissions import ClusterSession
from regions.clusters import pool
from regions.domain.viewer import Viewer
from regions.kube.client import Client
from tests.deployments.submissions.asked import WORLD, credential

pytestmark = pytest.mark.django_db


class Counted(Client):
    """The real client; the class knows how many there are, and how many creations were under way at once."""

    opened = closed = under_way = most = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        Counted.opened += 1

    async def close(self) -> None:
        Counted.closed += 1
        await super().close()

    async def create(self, *args: Any, **kwargs: Any) -> Any:
        Counted.under_way += 1
        Counted.most = max(Counted.most, Counted.under_way)
        try:
            return await super().create(*args, **kwargs)
        finally:
            Counted.under_way -= 1


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> type[Counted]:
    Counted.opened = Counted.closed = Counted.under_way = Counted.most = 0
    monkeypatch.setattr(pool, "Client", Counted)
    return Counted


def test_a_request_opens_each_cluster_once_however_often_it_asks(
    clusters: Installation, operator: Viewer, counted: type[Counted]
):
    key = submissions.new_key()
    with ClusterSession(operator) as session:
        with_namespaces(session, WORLD, CredentialDraft("aws-static", "search", "aws-new", "eu-west"))
        digest = submissions.preview(session, credential("aws-once"), key).digest
        sent = submissions.submit(session, credential("aws-once"), digest, key)
        assert sent.submission.state == "done"
        assert counted.opened == 2  # management and eu-west
    assert counted.closed == 2


def test_a_request_that_asks_nothing_opens_nothing(clusters: Installation, operator: Viewer, counted: type[Counted]):
    with ClusterSession(operator):
        pass
    assert (counted.opened, counted.closed) == (0, 0)


def test_what_was_opened_is_closed_whatever_went_wrong(
    clusters: Installation, operator: Viewer, counted: type[Counted]
):
    def fails() -> None:
        with ClusterSession(operator) as session:
            submissions.preview(session, credential("aws-lost"), submissions.new_key())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert counted.opened == counted.closed == 2


def test_objects_are_looked_at_side_by_side_and_only_so_many_at_once(
    clusters: Installation, operator: Viewer, counted: type[Counted]
):
    many = [
        Planned(
            "eu-west", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"n{place}"}}, "", shared=True
        )
        for place in range(3 * pool.AT_ONCE)
    ]
    with ClusterSession(operator) as session:
        seen = submissions.preview(session, [*many, *credential("aws-many")], submissions.new_key())
    assert [one.ref.name for one in seen.objects[:3]] == ["n0", "n1", "n2"]  # in the order of the plan
    assert all(one.outcome == "create" for one in seen.objects)
    assert 1 < counted.most <= 2 * pool.AT_ONCE  # so many at each of two clusters


def test_a_cluster_that_does_not_answer_is_waited_for_once(
    clusters: Installation, loop: Any, operator: Viewer, counted: type[Counted]
):
    loop.run(clusters.switch("eu-west", on=False))
    try:
        with ClusterSession(operator) as session:
            for _ in range(3):
                seen = submissions.preview(session, credential("aws-deaf"), submissions.new_key())
                assert {one.outcome for one in seen.objects if one.planned.cluster == "eu-west"} == {"unchecked"}
            assert counted.opened <= 2
    finally:
        loop.run(clusters.switch("eu-west", on=True))
