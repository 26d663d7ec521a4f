"""Certificates and keys made for one run, so that none lies in the repository."""

import base64
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

ENDS = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


@cache
def key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(name: str, password: bytes = b"") -> bytes:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


@cache
def certificate(name: str) -> bytes:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key(name).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(ENDS)
        .sign(key(name), hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def fill(text: str) -> str:
    """A kubeconfig with what stands in its braces."""
    values = {
        "{ca}": certificate("ca"),
        "{cert}": certificate("me"),
        "{key}": key_pem("me"),
        "{other_key}": key_pem("other"),
        "{encrypted_key}": key_pem("me", b"password"),
    }
    for place, value in values.items():
        text = text.replace(place, b64(value))
    return text
