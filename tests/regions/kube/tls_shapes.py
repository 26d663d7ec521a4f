"""Certificates in every shape that servers show them, tried with kubectl and with Pane side by side.

    python -m tests.regions.kube.tls_shapes [kubectl]

prints the table; it ends with 1 where the two differ.
"""

import asyncio
import ipaddress
import shutil
import ssl
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from regions.kube import kubeconfig
from regions.kube.client import Client
from regions.kube.errors import KubeError
from tests.regions.watcher import servers

DAY = timedelta(days=1)
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
Key = Any


def dns(*names: str) -> list[x509.GeneralName]:
    return [x509.DNSName(name) for name in names]


def ip(*addresses: str) -> list[x509.GeneralName]:
    return [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]


LOCAL = [*dns("localhost"), *ip("127.0.0.1")]


@dataclass
class Made:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        form = serialization.PrivateFormat.PKCS8
        return bytes(self.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def make(
    name: str, by: Made | None = None, *, names: list[x509.GeneralName] | None = None, ca: bool | None = None,
    key: Key = None, begins: timedelta = -DAY, ends: timedelta = DAY, usage: tuple[ObjectIdentifier, ...] = (),
    signed_by: Key = None, digest: hashes.HashAlgorithm | None = None, path_length: int | None = None,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> Made:  # fmt: skip
    """A certificate; `by` None signs itself, `ca` None says nothing of being an authority."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now + begins).not_valid_after(now + ends)
    )  # fmt: skip
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length if ca else None), critical=True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    signer = signed_by or (by.key if by else key)
    algorithm = None if isinstance(signer, ed25519.Ed25519PrivateKey) else digest or hashes.SHA256()
    return Made(builder.sign(signer, algorithm), key)


@dataclass
class Shape:
    """What a server shows, what the kubeconfig trusts, and by what name it is asked for."""

    shown: list[Made]  # the leaf first
    trusted: list[Made]
    host: str = "127.0.0.1"
    server_name: str = ""
    bound: str = "127.0.0.1"
    extra: dict[str, Any] = field(default_factory=dict)


def _simple(**options: Any) -> Shape:
    root = make("root", ca=True)
    return Shape([make("leaf", root, **{"names": LOCAL, "usage": (SERVER,), **options})], [root])


def _named(names: list[x509.GeneralName], host: str = "127.0.0.1", server_name: str = "") -> Shape:
    shape = _simple(names=names)
    shape.host, shape.server_name = host, server_name
    return shape


def _chain(length: int, shown: int | None = None, trusted: slice = slice(0, 1), **last: Any) -> Shape:
    """So many authorities above the leaf; of them so many are shown, and these are trusted (0 is the root)."""
    authorities = [make("root", ca=True)]
    for number in range(1, length):
        authorities.append(
            make(f"between {number}", authorities[-1], ca=True, **(last if number == length - 1 else {}))
        )
    leaf = make("leaf", authorities[-1], names=LOCAL, usage=(SERVER,))
    between = list(reversed(authorities[1:]))
    return Shape([leaf, *between[: len(between) if shown is None else shown]], authorities[trusted])


def _leaf_trusted(**options: Any) -> Shape:
    shape = _simple(**options)
    shape.trusted = [shape.shown[0]]
    return shape


def _self_signed(ca: bool | None, **options: Any) -> Shape:
    made = make("alone", names=LOCAL, ca=ca, **options)
    return Shape([made], [made])


def _another_root(same_name: bool) -> Shape:
    shape = _simple()
    shape.trusted = [make("root" if same_name else "another", ca=True)]
    return shape


def _two_roots() -> Shape:
    shape = _simple()
    shape.trusted = [make("another", ca=True), *shape.trusted]
    return shape


def _root(**options: Any) -> Shape:
    root = make("root", **{"ca": True, **options})
    return Shape([make("leaf", root, names=LOCAL, usage=(SERVER,))], [root])


def _path_exceeded() -> Shape:
    root = make("root", ca=True, path_length=0)
    between = make("between", root, ca=True)
    return Shape([make("leaf", between, names=LOCAL), between], [root])


def _cross_signed() -> Shape:
    """The same authority by two roots: the one shown is of the root that is not trusted."""
    old, new = make("old root", ca=True), make("new root", ca=True)
    between = make("between", old, ca=True)
    again = make("between", new, ca=True, key=between.key)
    return Shape([make("leaf", between, names=LOCAL), between, again], [new])


def _forged() -> Shape:
    shape = _simple()
    root = shape.trusted[0]
    shape.shown = [make("leaf", root, names=LOCAL, signed_by=ec.generate_private_key(ec.SECP256R1()))]
    return shape


def _constrained(permitted: str) -> Shape:
    only = x509.NameConstraints([x509.DNSName(permitted)], None)
    root = make("root", ca=True, extensions=((only, True),))
    return Shape([make("leaf", root, names=dns("kube.corp.example"))], [root], server_name="kube.corp.example")


def _rsa(bits: int) -> Any:
    return rsa.generate_private_key(65537, bits)


_ODD_EXTENSION = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
_SIGNS_ONLY = x509.KeyUsage(True, False, False, False, False, False, False, False, False)

SHAPES: dict[str, Callable[[], Shape]] = {
    "address among the names": _simple,
    "host name among the names": lambda: _named(dns("localhost"), host="localhost"),
    "only another address": lambda: _named(ip("127.0.0.2")),
    "address written as a host name": lambda: _named(dns("127.0.0.1")),
    "only another host name": lambda: _named(dns("kube.example"), host="localhost"),
    "no names at all, a common name": lambda: _named([], host="localhost"),
    "tls-server-name that fits": lambda: _named(dns("kube.example"), server_name="kube.example"),
    "tls-server-name that does not fit": lambda: _named(LOCAL, server_name="kube.example"),
    "tls-server-name in other letters": lambda: _named(dns("KUBE.example"), server_name="kube.EXAMPLE"),
    "wildcard that fits": lambda: _named(dns("*.example.org"), server_name="kube.example.org"),
    "wildcard over two labels": lambda: _named(dns("*.example.org"), server_name="a.kube.example.org"),
    "wildcard within a label": lambda: _named(dns("k*.example.org"), server_name="kube.example.org"),
    "address as tls-server-name": lambda: _named(ip("10.1.2.3"), server_name="10.1.2.3"),
    "chain of two, whole": lambda: _chain(2),
    "chain of three, whole": lambda: _chain(3),
    "chain of four, whole": lambda: _chain(4),
    "chain of two, what is between not shown": lambda: _chain(2, shown=0),
    "chain of two, what is between trusted, not shown": lambda: _chain(2, shown=0, trusted=slice(0, 2)),
    "only what is between trusted, shown": lambda: _chain(2, trusted=slice(1, 2)),
    "only what is between trusted, not shown": lambda: _chain(2, shown=0, trusted=slice(1, 2)),
    "only the upper of two between trusted": lambda: _chain(3, trusted=slice(1, 2)),
    "what is between has expired": lambda: _chain(2, begins=-3 * DAY, ends=-DAY),
    "what is between has expired and is trusted": lambda: _chain(
        2, trusted=slice(1, 2), begins=-3 * DAY, ends=-DAY
    ),
    "what is between is no authority": lambda: _not_an_authority(),
    "the leaf itself trusted": _leaf_trusted,
    "the leaf itself trusted, expired": lambda: _leaf_trusted(begins=-3 * DAY, ends=-DAY),
    "the leaf itself trusted, another host": lambda: _leaf_trusted(names=dns("kube.example")),
    "signs itself, an authority": lambda: _self_signed(True),
    "signs itself, no authority": lambda: _self_signed(False),
    "signs itself, says nothing": lambda: _self_signed(None),
    "another root": lambda: _another_root(False),
    "another root of the same name": lambda: _another_root(True),
    "the right root among two": _two_roots,
    "signed by another key": _forged,
    "cross-signed, the trusted one shown last": _cross_signed,
    "expired": lambda: _simple(begins=-3 * DAY, ends=-DAY),
    "not yet valid": lambda: _simple(begins=DAY, ends=2 * DAY),
    "the root has expired": lambda: _root(begins=-3 * DAY, ends=-DAY),
    "the root is no authority": lambda: _root(ca=False),
    "the root does not say that it is one": lambda: _root(ca=None),
    "path longer than the root allows": _path_exceeded,
    "for clients only": lambda: _simple(usage=(CLIENT,)),
    "for servers and clients": lambda: _simple(usage=(SERVER, CLIENT)),
    "for nothing in particular": lambda: _simple(usage=()),
    "for any use": lambda: _simple(usage=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)),
    "a key that only signs": lambda: _simple(extensions=((_SIGNS_ONLY, True),)),
    "a critical extension that nobody knows": lambda: _simple(extensions=((_ODD_EXTENSION, True),)),
    "an extension that nobody knows": lambda: _simple(extensions=((_ODD_EXTENSION, False),)),
    "within the names that the root may sign": lambda: _constrained("corp.example"),
    "outside the names that the root may sign": lambda: _constrained("other.example"),
    "EC P-384": lambda: _simple(key=ec.generate_private_key(ec.SECP384R1())),
    "EC P-521": lambda: _simple(key=ec.generate_private_key(ec.SECP521R1())),
    "RSA 2048": lambda: _simple(key=_rsa(2048)),
    "RSA 4096": lambda: _simple(key=_rsa(4096)),
    "RSA 1024": lambda: _simple(key=_rsa(1024)),
    "Ed25519": lambda: _simple(key=ed25519.Ed25519PrivateKey.generate()),
    "root Ed25519": lambda: _root(key=ed25519.Ed25519PrivateKey.generate()),
    "root RSA 2048, SHA-512": lambda: _root(key=_rsa(2048), digest=hashes.SHA512()),
}  # fmt: skip


def _not_an_authority() -> Shape:
    root = make("root", ca=True)
    between = make("between", root, ca=False)
    return Shape([make("leaf", between, names=LOCAL), between], [root])


EXPLAINED = {
    "cross-signed, the trusted one shown last": "OpenSSL follows the first issuer that fits and does not turn back",
    "for any use": "OpenSSL wants the use named: `any` says nothing to it",
    "RSA 1024": "OpenSSL is built to refuse keys so weak (security level 2)",
}
"""Where Pane is stricter than kubectl, and why: by what OpenSSL does, not by anything of ours. Never laxer."""


@dataclass(frozen=True)
class Tried:
    """What both made of a shape: whether they were content, and their words."""

    name: str
    kubectl: bool
    pane: bool
    kubectl_said: str
    pane_said: str

    @property
    def agree(self) -> bool:
        return self.kubectl == self.pane


async def tried(name: str, kubectl: str) -> Tried:
    """One shape, served on loopback."""
    shape = SHAPES[name]()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tls.pem"
        file.write_bytes(b"".join(one.pem for one in shape.shown) + shape.shown[0].key_pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")  # the server shows whatever it has: who looks at it is under test
        context.load_cert_chain(file)
        server = servers.Cluster("shape")
        await server.start(context)
        try:
            server.url = server.url.replace("127.0.0.1", shape.host)
            named = {"tls-server-name": shape.server_name} if shape.server_name else {}
            text = server.kubeconfig(b"".join(one.pem for one in shape.trusted), **named)
            (Path(folder) / "kubeconfig").write_text(text)
            theirs, ours = await asyncio.gather(_by_kubectl(kubectl, Path(folder) / "kubeconfig"), _by_pane(text))
        finally:
            await server.stop()
    return Tried(name, not theirs, not ours, theirs, ours)


async def _by_kubectl(kubectl: str, path: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        kubectl, "--kubeconfig", str(path), "--request-timeout=10s", "get", "--raw", "/version",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env={"HOME": str(path.parent)},
    )  # fmt: skip
    _, said = await process.communicate()
    return "" if process.returncode == 0 else said.decode().strip().splitlines()[-1][:200]


async def _by_pane(text: str) -> str:
    try:
        async with Client(kubeconfig.parse(text), allow_loopback=True) as client:
            await client.server_version()
    except KubeError as error:
        return error.message
    return ""


async def _table(kubectl: str) -> int:
    different = 0
    for name in SHAPES:
        one = await tried(name, kubectl)
        explained = not one.agree and not one.pane and name in EXPLAINED
        different += not one.agree and not explained
        mark = "" if one.agree else "stricter" if explained else "DIFFER"
        words = {True: "takes it", False: "refuses"}
        print(f"{mark:9}{name:52} kubectl {words[one.kubectl]:9} Pane {words[one.pane]:9} {one.pane_said[:90]}")
    on = f"Python {sys.version.split()[0]}, {ssl.OPENSSL_VERSION}"
    print(f"{len(SHAPES)} shapes, {different} different without a reason; {on}")
    return int(different > 0)


if __name__ == "__main__":
    program = sys.argv[1] if len(sys.argv) > 1 else shutil.which("kubectl") or ""
    sys.exit(asyncio.run(_table(program)))
