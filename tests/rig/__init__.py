"""A rig of real parts: one etcd, and a kube-apiserver for the management cluster and for each region.

Tests take the fixtures `rig` (one for the whole run) and `fresh_fleet` (the same, emptied); see tests/conftest.py.
"""
