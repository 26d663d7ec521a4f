"""What kubectl makes of a kubeconfig, Pane makes of it, or says by name what it does not take."""

import pytest

from tests.conftest import need
from tests.regions.kube.random_kubeconfigs import compare
from tests.rig import binaries

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]


async def test_random_kubeconfigs_are_taken_and_refused_as_by_kubectl() -> None:
    kubectl = binaries.kubectl()
    need(kubectl, binaries.HOW_KUBECTL)
    found = await compare(50, 7, str(kubectl))
    assert [(one.wrong, one.drawn.text) for one in found if one.wrong] == []
    assert sum(not one.pane for one in found) >= 10
    assert sum(bool(one.pane) for one in found) >= 10
