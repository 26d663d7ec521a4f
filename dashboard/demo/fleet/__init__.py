"""The demo's k0rdent installation: a plan drawn from a seed, and the objects that follow from it."""
