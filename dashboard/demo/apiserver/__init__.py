"""A Kubernetes API server in memory: what Pane, kubectl and the demo's own controllers need of one."""
