"""Two versions of an object, line by line."""

from deployments.domain.manifests import Planned
from deployments.domain.side_by_side import compared, sides
from regions.domain.refs import MANAGEMENT


def rows(before: str, after: str):
    return [
        (one.kind, one.before, one.after, one.before_number, one.after_number, one.folded)
        for one in compared(before, after)
    ]


def test_what_both_have_folds_but_for_the_lines_around_a_change():
    common = [f"a{number}" for number in range(20)]
    found = rows("\n".join([*common, "b", "c", "end"]), "\n".join([*common, "B", "end", "new"]))
    assert found[0] == ("folded", "", "", None, None, 17)
    assert found[1:4] == [("same", f"a{at}", f"a{at}", at + 1, at + 1, 0) for at in (17, 18, 19)]
    assert found[4:] == [
        ("changed", "b", "B", 21, 21, 0),
        ("gone", "c", "", 22, None, 0),
        ("same", "end", "end", 23, 22, 0),
        ("new", "", "new", None, 23, 0),
    ]


def test_a_patch_is_shown_as_the_object_that_it_makes_and_a_secret_never():
    stands = {"kind": "X", "metadata": {"name": "a", "uid": "u"}, "spec": {"one": 1, "two": 2}, "status": {"x": 1}}
    patch = {"apiVersion": "v1", "kind": "X", "metadata": {"name": "a"}, "spec": {"one": 5, "two": None}}
    found = sides(Planned(MANAGEMENT, patch, "", verb="patch"), stands)
    assert [(one.before, one.after) for one in found if one.kind != "same"] == [
        ("  one: 1", "  one: 5"),
        ("  two: 2", ""),
    ]
    assert not [one for one in found if "uid" in one.before or "status" in one.before]
    assert sides(Planned(MANAGEMENT, patch, ""), stands) == ()
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"k": "djI="}}
    assert sides(Planned(MANAGEMENT, secret, "", verb="patch"), {"kind": "Secret", "data": {"k": "djE="}}) == ()
