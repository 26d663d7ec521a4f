"""Fields of a kubeconfig that lead to its owner's machine or person: nobody else can use them, so they are refused.

One list for what Pane itself connects with (`kube.kubeconfig`) and for what k0rdent is to (`paste_checks`): each says
in its own words why it refuses. Source: kubectl's own fields, client-go `clientcmd/api/v1` (Kubernetes 1.36).
"""

PROGRAMS = ("exec", "auth-provider")
"""Of a user: a program is run to sign in."""

USER_FILES = {
    "tokenFile": "token",
    "client-certificate": "client-certificate-data",
    "client-key": "client-key-data",
}
"""Of a user: a file is opened; and the field that holds its content instead."""

CLUSTER_FILES = {"certificate-authority": "certificate-authority-data"}
"""The same of a cluster."""

IMPERSONATION = ("as", "as-uid", "as-groups", "as-user-extra")
"""Of a user: it acts as somebody else."""
