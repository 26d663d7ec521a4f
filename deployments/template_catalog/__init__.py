"""Templates of clusters and services: listed, grouped by chart, chosen from for a new deployment."""
