"""What the table of bad input calls by name: too long, too deep or too odd to be written down there."""

import base64
from pathlib import Path

from tests.deployments.domain import pastes

HOSTILE = Path(__file__).resolve().parent.parent.parent / "regions" / "kube" / "hostile"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"{chr(98 + step)}: &{chr(98 + step)} [{','.join(['*' + chr(97 + step)] * 9)}]" for step in range(12)
)


def make(name: str) -> str:
    """The text of this name: `hostile NAME`, `long N`, or one of those below."""
    word, _, rest = name.partition(" ")
    if word == "hostile":
        return (HOSTILE / f"{rest}.yaml").read_text()
    if word == "long":
        return "x" * int(rest)
    return MADE[name]


MADE = {
    "bomb": BOMB,
    "deep yaml": "[" * 5000,
    "deep json": '{"a":' * 5000 + "1" + "}" * 5000,
    "wide yaml": "\n".join(f"k{number}: v" for number in range(60000)),
    "python tag": "!!python/object/apply:os.system ['true']",
    "anchors": "a: &x 1\nb: *x",
    "two documents": "a: 1\n---\nb: 2",
    "merge key": "a: &a {x: 1}\nb:\n  <<: *a",
    "control letters": "a: \x01",
    "tabs": "a:\n\t- b",
    "zero byte": "abc\x00def",
    "kubeconfig exec": pastes.kubeconfig(user={"exec": {"command": "aws"}}),
    "kubeconfig auth-provider": pastes.kubeconfig(user={"auth-provider": {"name": "gcp"}}),
    "kubeconfig token file": pastes.kubeconfig(user={"tokenFile": "/var/run/token"}),
    "kubeconfig certificate file": pastes.kubeconfig(user={"client-certificate": "/a", "client-key": "/b"}),
    "kubeconfig as": pastes.kubeconfig(user={"token": "t", "as": "system:admin"}),
    "kubeconfig ca file": pastes.kubeconfig(**{"certificate-authority": "/etc/ca.crt"}),
    "kubeconfig ca not base64": pastes.kubeconfig(**{"certificate-authority-data": "@@@"}),
    "kubeconfig certificate alone": pastes.kubeconfig(user={"client-certificate-data": "YWJj"}),
    "kubeconfig key alone": pastes.kubeconfig(user={"client-key-data": "YWJj"}),
    "kubeconfig nobody": pastes.kubeconfig(user={}),
    "kubeconfig http": pastes.kubeconfig("http://api.example.net"),
    "kubeconfig no scheme": pastes.kubeconfig("api.example.net:6443"),
    "kubeconfig javascript": pastes.kubeconfig("javascript:alert(1)"),
    "kubeconfig user in address": pastes.kubeconfig("https://me:pw@api.example.net"),
    "kubeconfig markup in address": pastes.kubeconfig("https://<script>alert(1)</script>"),
    "kubeconfig port": pastes.kubeconfig("https://api.example.net:99999"),
    "kubeconfig no context": pastes.kubeconfig().replace("current-context: x", "current-context: y"),
    "kubeconfig no cluster": pastes.kubeconfig().replace("cluster: c\n", "cluster: other\n"),
    "kubeconfig no user": pastes.kubeconfig().replace("user: u", "user: other"),
    "kubeconfig management": pastes.kubeconfig("https://mgmt.example.net:6443"),
    "kubeconfig base64": base64.b64encode(pastes.kubeconfig().encode()).decode(),
    "clouds": pastes.clouds(),
    "clouds of another name": pastes.clouds("mycloud"),
    "clouds without auth": "clouds: {openstack: {region_name: a}}",
    "clouds without address": pastes.clouds(auth={"username": "u", "password": "p"}),
    "clouds ftp": pastes.clouds(auth={"auth_url": "ftp://k", "username": "u", "password": "p"}),
    "clouds nobody": pastes.clouds(auth={"auth_url": "https://k/v3"}),
    "clouds no project": pastes.clouds(auth={"auth_url": "https://k/v3", "username": "u", "password": "p"}),
    "clouds list": "clouds: [openstack]",
    "clouds number": "clouds: {openstack: 1}",
    "rc file": "export OS_AUTH_URL=https://k/v3\nexport OS_USERNAME=me",
    "service account": pastes.service_account(),
    "service account base64": base64.b64encode(pastes.service_account().encode()).decode(),
    "service account of a person": pastes.service_account(type="authorized_user"),
    "service account external": pastes.service_account(type="external_account"),
    "service account of nothing": pastes.service_account(type=None),
    "service account odd type": pastes.service_account(type=["service_account"]),
    "service account without project": pastes.service_account(project_id=None),
    "service account without mail": pastes.service_account(client_email=None),
    "service account without key": pastes.service_account(private_key=None),
    "service account damaged key": pastes.service_account(private_key="-----BEGIN PRIVATE KEY-----\nabc"),
    "service account number": pastes.service_account(project_id=7),
    "ssh key": pastes.ssh_key(),
    "ssh key cut": pastes.ssh_key()[:120],
    "ssh public": pastes.public_key(),
    "ssh locked pem": pastes.ssh_key("pkcs8", "secret"),
    "ssh locked": pastes.locked_openssh_key(),
    "ssh not base64": "-----BEGIN RSA PRIVATE KEY-----\n@@@@\n-----END RSA PRIVATE KEY-----",
    "ssh of nothing": "-----BEGIN RSA PRIVATE KEY-----\n\n-----END RSA PRIVATE KEY-----",
    "ssh not openssh": "-----BEGIN OPENSSH PRIVATE KEY-----\nYWJj\n-----END OPENSSH PRIVATE KEY-----",
    "certificate": "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----",
    "putty": "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none",
}
