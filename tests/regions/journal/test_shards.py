"""Leases of several watchers, each of a part of the clusters: side by side, and never of two ways to split them."""

from datetime import UTC, datetime, timedelta

import pytest

from regions import journal
from regions.domain.kinds import KINDS
from regions.domain.notes import Heard, Put
from regions.domain.shards import WHOLE, Shard
from regions.models import Blindness, Lease, Resource

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
ONE, TWO = Shard(1, 2), Shard(2, 2)
SOON, LATE = NOON + timedelta(seconds=2), NOON + timedelta(seconds=20)


def claimed(holder: str, now: datetime, shard: Shard) -> int:
    term = journal.claim(holder, now, shard)
    assert term is not None
    return term


def test_each_shard_has_a_lease_and_a_term_of_its_own():
    first = claimed("a", NOON, ONE)
    assert journal.heartbeat() == (None, ""), "the second was never heard: not all is watched"
    second = claimed("b", NOON, TWO)
    assert first != second
    assert journal.claim("c", SOON, TWO) is None
    journal.beat(first, SOON)
    assert journal.heartbeat() == (NOON, ""), "as old as the older of the two"
    journal.beat(second, LATE, "full")
    assert journal.heartbeat() == (SOON, "full")
    third = claimed("c", LATE, ONE)  # the first fell silent
    for term, lost in ((first, True), (second, False), (third, False)):
        assert raises_lost(term) is lost


def test_whoever_splits_the_clusters_another_way_waits_until_all_others_are_gone():
    whole = claimed("whole", NOON, WHOLE)
    assert journal.claim("a", SOON, ONE) is None
    assert journal.claim("b", SOON, TWO) is None
    second = claimed("b", LATE, TWO)
    assert raises_lost(whole), "it was slow, not gone: and would have written of clusters that others watch now"
    assert journal.claim("whole", LATE, WHOLE) is None
    first = claimed("a", LATE, ONE)
    journal.release(first)
    assert journal.claim("whole", LATE, WHOLE) is None
    journal.release(second)
    again = claimed("whole", LATE, WHOLE)
    assert all(map(raises_lost, (first, second, whole)))
    assert not raises_lost(again)
    assert Lease.objects.count() == 1


def test_of_a_database_that_was_put_back_no_term_is_good_any_more():
    terms = [claimed("a", NOON, ONE), claimed("b", NOON, TWO)]
    copied = list(Lease.objects.values("pk", "term"))
    terms += [claimed("a", SOON, ONE), claimed("b", SOON, TWO), claimed("a", SOON, ONE)]  # after the copy was made
    for row in copied:
        Lease.objects.filter(pk=row["pk"]).update(term=row["term"])
    journal.begin_anew()
    assert all(map(raises_lost, terms))


def test_one_shard_that_writes_is_enough_to_be_watched():
    first, second = claimed("a", NOON, ONE), claimed("b", NOON, TWO)
    journal.beat(second, LATE)
    assert journal.watched(NOON + timedelta(seconds=40)), "though the first has not beaten for 40 s"
    journal.release(second)
    assert not journal.watched(NOON + timedelta(seconds=40))
    journal.release(first)
    assert not journal.watched(NOON)


def test_time_in_which_a_new_shard_was_not_there_yet_is_told():
    journal.release(claimed("whole", NOON, WHOLE))
    claimed("a", SOON, ONE)
    assert journal.heartbeat() == (NOON, ""), "what the second is for was heard last by the whole"
    assert not Blindness.objects.exists()
    later = NOON + timedelta(minutes=20)
    claimed("b", later, TWO)
    assert [(one.since, one.until) for one in Blindness.objects.all()] == [(NOON, later)]


def test_time_in_which_a_shard_was_dead_is_told_by_who_takes_all():
    journal.release(claimed("b", NOON, TWO))
    first = claimed("a", NOON, ONE)
    journal.beat(first, LATE + timedelta(minutes=20))
    journal.release(first)
    again = NOON + timedelta(minutes=21)
    claimed("whole", again, WHOLE)
    assert [(one.since, one.until) for one in Blindness.objects.all()] == [(NOON, again)]


def test_time_is_told_to_its_own_clusters_alone():
    machine = next(kind for kind in KINDS if kind.name == "Machine")
    meta = {"name": "m", "namespace": "default", "uid": "u", "resourceVersion": "1"}
    begun = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-08-20T11:59:59Z"}
    terms = {shard: claimed(str(shard), NOON, shard) for shard in (ONE, TWO)}
    for shard, cluster in ((ONE, "lund"), (TWO, "fra1")):
        manifest = {"apiVersion": "cluster.x-k8s.io/v1beta2", "kind": "Machine", "metadata": meta, "spec": {}}
        manifest |= {"status": {"conditions": [begun]}}
        heard = Heard(cluster, NOON, {"state": "connected", "heard_at": NOON})
        journal.record(terms[shard], [heard, Put(cluster, machine, manifest, NOON)], NOON)
    Resource.objects.update(due_at=NOON)
    assert [journal.tick(terms[shard], LATE, shard=shard) for shard in (ONE, TWO, ONE)] == [1, 1, 0]


def raises_lost(term: int) -> bool:
    try:
        journal.beat(term, LATE)
        journal.record(term, [], LATE)
    except journal.LeaseLost:
        return True
    return False
