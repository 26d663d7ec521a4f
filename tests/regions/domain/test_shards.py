"""How watching is split: every cluster is in exactly one shard, and management in the first."""

import pytest

from regions.domain.refs import MANAGEMENT
from regions.domain.shards import WHOLE, Shard

NAMES = [f"region-{number:04d}" for number in range(1000)]


@pytest.mark.parametrize("of", [1, 2, 3, 7, 64])
def test_every_cluster_is_in_exactly_one_shard_and_none_has_much_more_than_another(of: int):
    shards = [Shard(number, of) for number in range(1, of + 1)]
    assert all(sum(shard.holds(name) for shard in shards) == 1 for name in [*NAMES, MANAGEMENT])
    assert shards[0].holds(MANAGEMENT)
    sizes = [sum(map(shard.holds, NAMES)) for shard in shards]
    assert sum(sizes) == len(NAMES)
    assert max(sizes) <= 2 * len(NAMES) / of


def test_a_shard_is_said_as_which_of_how_many():
    assert (Shard.parse("1/1"), str(Shard.parse("2/3"))) == (WHOLE, "2/3")
    for text in ("", "2", "0/2", "3/2", "1/0", "1/65", "a/b", "1/2/3", "-1/2", "²/3"):
        with pytest.raises(ValueError, match=r"shard|none of"):
            Shard.parse(text)
