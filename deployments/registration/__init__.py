"""Regions registered, changed and given up: from a kubeconfig to a Region, its providers, a pause, and the way out."""
