"""One picture of what stands on what: management, regions, deployments, and what each deployment is made of."""
