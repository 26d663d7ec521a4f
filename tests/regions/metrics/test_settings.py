"""What the environment may say of stores, and what is refused in one sentence."""

import pytest

from dashboard import environment


def test_stores_by_hand_have_an_address_and_may_have_a_secret():
    found = environment.stores(["eu=https://vm.example.org/select", "us=http://10.0.0.1:8427 secret=kof/us-login"])
    assert found == {"eu": ("https://vm.example.org/select", ""), "us": ("http://10.0.0.1:8427", "kof/us-login")}


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ("https://vm.example.org", "name=https"),
        ("eu=ftp://x", "name=https"),
        ("eu=https://x secret=login", "name=https"),
        ("eu=https://ada:secret-word@x/", "name a Secret instead"),
    ],
)
def test_what_cannot_be_meant_is_refused(entry: str, word: str):
    with pytest.raises(SystemExit, match=word) as caught:
        environment.stores([entry])
    assert "secret-word" not in str(caught.value)


def test_a_bundle_that_cannot_be_read_is_said_at_the_start():
    with pytest.raises(SystemExit, match=r"PANE_KOF_CA names /nowhere/ca\.pem"):
        environment.readable("/nowhere/ca.pem", "KOF_CA")
