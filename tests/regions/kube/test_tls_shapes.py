"""Certificates are taken and refused as kubectl takes and refuses them, on every Python."""

import ssl

import pytest

from regions.kube import tls
from tests.conftest import need
from tests.regions.kube.tls_shapes import EXPLAINED, SHAPES, tried
from tests.rig import binaries


def test_every_python_judges_chains_by_the_same_rules() -> None:
    """3.13 made both flags its default; kubectl is as strict as neither of them was before."""
    flags = tls.context().verify_flags
    assert flags & ssl.VERIFY_X509_PARTIAL_CHAIN
    assert not flags & getattr(ssl, "VERIFY_X509_STRICT", 0)


@pytest.mark.real
@pytest.mark.parametrize("shape", SHAPES)
async def test_a_certificate_is_taken_as_kubectl_takes_it(shape: str) -> None:
    kubectl = binaries.kubectl()
    need(kubectl, binaries.HOW_KUBECTL)
    one = await tried(shape, str(kubectl))
    if shape in EXPLAINED:
        assert (one.kubectl, one.pane) == (True, False), one
    else:
        assert one.agree, one


def test_there_are_shapes_that_are_taken_and_shapes_that_are_refused() -> None:
    assert len(SHAPES) >= 25
