"""What a server echoes of a secret is hidden, in every shape in which it may come back."""

import base64
import json

import pytest

from deployments.domain.drafts import Secret
from deployments.domain.manifests import Planned
from deployments.submissions.secret_mask import SecretMask

PEM = "-----BEGIN KEY-----\nMIIEcanarycanary\nQUJDcanary\n-----END KEY-----\n"


@pytest.mark.parametrize("secret", ["canary-secret-1", 'quo"ted\\canary', PEM])
def test_no_shape_of_a_secret_is_left_in_a_text(secret: str):
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"key": Secret(secret)}}
    discreet = SecretMask([Planned("~management", manifest, "")])
    encoded = base64.b64encode(secret.encode()).decode()
    for shape in (secret, encoded, json.dumps(secret), *secret.splitlines()):
        said = discreet(f'Invalid value: "{shape}": is not allowed')
        assert "canary" not in said
        assert encoded not in said
        assert said.endswith("is not allowed")
