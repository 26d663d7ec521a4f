"""What Pane says of itself: probes for kubelets, and series for Prometheus."""
