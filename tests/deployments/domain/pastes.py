"""What people paste, made here: real enough to be looked at, and no key of anybody."""

import base64
import json
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from deployments.domain import safe_yaml

CANARY = "c4n4ry"
"""In every secret made here: found nowhere but in what is sent."""

AWS_ID = "AKIADEMOC4N4RYC4N4RY"
AWS_SECRET = f"{CANARY}/abcdefghijklmnopqrstuvwxyz0123456"[:40]
UUID = "00000000-1111-2222-3333-444444444444"


@cache
def ssh_key(form: str = "openssh", passphrase: str = "") -> str:
    """A private key in this form: openssh, pem (PKCS 1) or pkcs8."""
    key = rsa.generate_private_key(65537, 2048) if form == "pem" else ed25519.Ed25519PrivateKey.generate()
    forms = {"openssh": PrivateFormat.OpenSSH, "pem": PrivateFormat.TraditionalOpenSSL, "pkcs8": PrivateFormat.PKCS8}
    how = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, forms[form], how).decode()


def locked_openssh_key() -> str:
    """How an OpenSSH key with a passphrase begins: its cipher has a name."""
    raw = b"openssh-key-v1\0" + b"".join(len(word).to_bytes(4, "big") + word for word in (b"aes256-ctr", b"bcrypt"))
    body = base64.b64encode(raw + bytes(160)).decode()
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n"


def public_key() -> str:
    key = ed25519.Ed25519PrivateKey.generate().public_key()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode() + " ops@example"


def kubeconfig(server: str = "https://api.fra1.example.net:6443", user: dict | None = None, **cluster: object) -> str:
    return safe_yaml.dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": server, **cluster}}],
            "users": [{"name": "u", "user": {"token": f"{CANARY}-token"} if user is None else user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


def service_account(**fields: object) -> str:
    key = {
        "type": "service_account",
        "project_id": "shop-prod",
        "private_key_id": CANARY,
        "private_key": ssh_key("pkcs8"),
        "client_email": "pane@shop-prod.iam.gserviceaccount.com",
        **fields,
    }
    return json.dumps({name: value for name, value in key.items() if value is not None})


def clouds(cloud: str = "openstack", auth: dict | None = None, **fields: object) -> str:
    whole = {
        "auth_url": "https://keystone.lund.example.net/v3",
        "application_credential_id": "0123456789abcdef",
        "application_credential_secret": CANARY,
    }
    return safe_yaml.dump(
        {"clouds": {cloud: {"region_name": "lund-1", "auth": whole if auth is None else auth, **fields}}}
    )


def answers(recipe: str) -> tuple[dict[str, str], dict[str, str]]:
    """Plain and secret answers with which this recipe has nothing to say against."""
    azure = {"tenant_id": UUID, "client_id": UUID}
    found: dict[str, tuple[dict[str, str], dict[str, str]]] = {
        "aws-static": ({}, {"access_key_id": AWS_ID, "secret_access_key": AWS_SECRET}),
        "aws-role": ({"role_arn": "arn:aws:iam::123456789012:role/pane"}, {}),
        "aws-controller": ({}, {}),
        "azure": (azure, {"client_secret": f"{CANARY}~abc"}),
        "azure-aks": ({**azure, "subscription_id": UUID}, {"client_secret": f"{CANARY}~abc"}),
        "gcp": ({}, {"credentials": service_account()}),
        "gcp-gke": ({}, {"credentials": service_account()}),
        "openstack": ({}, {"clouds": clouds()}),
        "vsphere": ({"datacenter": "DC 1"}, {"username": "pane@vsphere.local", "password": CANARY}),
        "kubevirt": ({}, {"kubeconfig": kubeconfig()}),
        "docker": ({}, {}),
        "adopted": ({}, {"kubeconfig": kubeconfig()}),
        "remote": ({}, {"private_key": ssh_key()}),
    }
    return found[recipe]
