"""Pages of metrics: the fleet, regions, deployments, figures, cost, alerts, stores, and their exports."""
