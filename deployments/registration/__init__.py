"""Regions after their registration: their providers, a pause, another kubeconfig, and the way out.

around(name, *, viewer) -> Around        a Region as the copy has it, with what lives in it; raises fleet.NotFound
"""

from deployments.registration.dependents import RegionDependents, around

__all__ = ["RegionDependents", "around"]
