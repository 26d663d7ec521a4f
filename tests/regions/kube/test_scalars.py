"""Scalars without quotes, as kubectl reads them: a table, and the table held against the real kubectl."""

import json
import subprocess

import pytest

from regions.kube import scalars
from regions.kube.scalars import NotFinite
from tests.rig import binaries

# What is written, and what is sent for it.
VALUES = {
    "": None, "~": None, "null": None, "Null": None, "nULL": "nULL",
    "true": True, "True": True, "TRUE": True, "tRUE": "tRUE", "yes": True, "Yes": True, "on": True, "y": True,
    "Y": True,
    "false": False, "FALSE": False, "no": False, "NO": False, "off": False, "n": False, "N": False, "nO": "nO",
    "t": "t",
    "0": 0, "5": 5, "+5": 5, "-5": -5, "-0": 0, "1_000": 1000, "_1": "_1", "1__0": 10, "5_": 5, "+_1": 1,
    "012": 10, "-012": -10, "08": 8, "0o17": 15, "0O17": 15, "0o8": "0o8", "0_12": 10,
    "0x1F": 31, "0X1f": 31, "-0x1F": -31, "0x": "0x", "0xg": "0xg", "0b101": 5, "-0b101": -5, "0b2": "0b2",
    "0b-1": -1,
    "1.5": 1.5, "1.20": 1.2, "1.0": 1, "1.": 1, "-.5": -0.5, ".5": 0.5, "+.5": 0.5, ".5e1": 5, ".1_0": 0.1,
    "._1": "._1",
    "1e3": 1000, "1E3": 1000, "1e-3": 0.001, "-1.5e+2": -150, "1e": "1e", "e3": "e3", "1e21": 1e21, "1e400": "1e400",
    "9223372036854775807": 2**63 - 1, "9223372036854775808": 2.0**63, "18446744073709551616": 2.0**64,
    "-9223372036854775809": -(2.0**63), "1234567890123456789012": 1234567890123456789012.0,
    "1.2.3": "1.2.3", "1:30": "1:30", "190:20:30": "190:20:30", "2026-01-01": "2026-01-01",
    "2026-01-01T00:00:00Z": "2026-01-01T00:00:00Z",
    "10Gi": "10Gi", "500m": "500m", "1.2.3.4/8": "1.2.3.4/8", "v1.20": "v1.20", "<<": "<<", "=": "=", ".": ".",
    "-1-": "-1-", "٣": "٣",
}  # fmt: skip
KEYS = {
    "on": "true", "no": "false", "y": "true", "012": "10", "0x10": "16", "1.20": "1.2", "1e3": "1000", "1e6": "1e+06",
    "1234567.5": "1.2345675e+06", ".5": "0.5", "a": "a", "2026-01-01": "2026-01-01", "1e-5": "1e-05",
    "1e400": "1e400",
}  # fmt: skip
REFUSED = (".inf", "-.INF", "+.Inf", ".nan", ".NaN")


@pytest.mark.parametrize("text", VALUES)
def test_a_scalar_is_what_the_table_says(text):
    found = scalars.resolve(text)
    assert (type(found), found) == (type(VALUES[text]), VALUES[text])


def test_a_key_is_text_and_what_has_no_place_in_json_is_refused():
    assert {text: scalars.key(text) for text in KEYS} == KEYS
    for text in REFUSED:
        with pytest.raises(NotFinite):
            scalars.resolve(text)
    for text in ("", "~", "18446744073709551615"):
        with pytest.raises(ValueError, match=r"null|unsigned"):
            scalars.key(text)


@pytest.fixture
def kubectl():
    found = binaries.kubectl()
    if found is None:
        pytest.skip(binaries.HOW_KUBECTL)

    def read(lines: list[str]) -> subprocess.CompletedProcess[str]:
        head = ["apiVersion: example.org/v1", "kind: Any", "metadata: {name: any}", "read:"]
        # It needs no cluster to label a file, and prints what it would send.
        command = [str(found), "label", "--local", "--filename=-", "--output=json", "a=b"]
        return subprocess.run(command, input="\n".join([*head, *lines, ""]), capture_output=True, text=True, timeout=60)

    return read


@pytest.mark.real
def test_the_table_is_what_kubectl_sends(kubectl):
    values = json.loads(kubectl([f"- {text}" for text in VALUES]).stdout, parse_float=float)["read"]
    # It writes floats that are whole without a point: Python reads these as integers again.
    found = [float(one) if isinstance(want, float) else one for one, want in zip(values, VALUES.values(), strict=True)]
    assert [(type(one), one) for one in found] == [(type(one), one) for one in VALUES.values()]
    keys = json.loads(kubectl([f"- {text}: 0" for text in KEYS]).stdout)["read"]
    assert [next(iter(one)) for one in keys] == list(KEYS.values())
    for text in REFUSED:
        assert "unsupported value" in kubectl([f"- {text}"]).stderr
    assert "unsupported map key" in kubectl(["- ~: 0"]).stderr
