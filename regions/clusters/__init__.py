"""Getting to clusters: where kubeconfigs lie, clients for one piece of work, a look at one not yet registered."""
