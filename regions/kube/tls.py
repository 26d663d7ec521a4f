"""TLS from PEMs in memory: keys touch no disk."""

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key


def context(*, ca: bytes = b"", certificate: bytes = b"", key: bytes = b"", verified: bool = True) -> ssl.SSLContext:
    """A client context. Without a CA the system's roots are trusted. Raises ssl.SSLError or ValueError."""
    made = ssl.create_default_context(cadata=ca.decode("ascii") if ca else None)
    # Newer Pythons insist on extensions that many clusters' own authorities lack, and that kubectl does not ask for.
    made.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    # And older ones insist on a self-signed root, where kubectl takes whatever certificate it is given as an anchor.
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if not verified:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if certificate:
        with _readable(certificate.rstrip() + b"\n" + key) as path:
            made.load_cert_chain(path, password=_no_password)
    return made


def expiry(certificate: bytes) -> datetime:
    """When a client certificate ends: the first of its chain, which is ours. Raises ValueError on anything else."""
    return x509.load_pem_x509_certificates(certificate)[0].not_valid_after_utc


def check_authority(pem: bytes) -> None:
    """Raise ValueError unless this holds certificates."""
    pem.decode("ascii")
    x509.load_pem_x509_certificates(pem)


def belong_together(certificate: bytes, key: bytes) -> bool:
    """Whether the key is the certificate's. Raises ValueError or TypeError when one of them cannot be read."""
    leaf = x509.load_pem_x509_certificates(certificate)[0]
    held = load_pem_private_key(key, password=None).public_key()
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return leaf.public_key().public_bytes(*form) == held.public_bytes(*form)


def is_over(at: datetime | None) -> bool:
    """Whether that moment has passed."""
    return at is not None and at <= datetime.now(UTC)


def _no_password() -> str:
    # Without this OpenSSL would ask at the terminal.
    raise ValueError("the key is encrypted")


@contextmanager
def _readable(pem: bytes) -> Iterator[str]:
    """A path that OpenSSL can read once: anonymous memory on Linux, elsewhere a private file, deleted at once."""
    if hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd"):
        with open(os.memfd_create("pane", os.MFD_CLOEXEC), "wb", buffering=0) as memory:
            memory.write(pem)
            yield f"/proc/self/fd/{memory.fileno()}"
    else:
        descriptor, path = tempfile.mkstemp(prefix="pane-")  # mode 0600
        try:
            with open(descriptor, "wb") as file:
                file.write(pem)
            yield path
        finally:
            os.unlink(path)
