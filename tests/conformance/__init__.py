"""One suite, two servers: what Pane uses of Kubernetes is the same on the demo and on a real kube-apiserver."""
