"""The demo fleet as the clusters that are asked, as for the pages of deployments."""

from tests.deployments.clusterdeployments.conftest import ada, clusters, fleet, known, loop, management

__all__ = ["ada", "clusters", "fleet", "known", "loop", "management"]
