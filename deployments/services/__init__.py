"""Services: those that deployments ask for, and those that MultiClusterServices bring."""
