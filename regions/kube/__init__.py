"""The only Kubernetes I/O: one cluster's API, kubeconfigs, lists and watches (`listwatch`). Asynchronous."""
