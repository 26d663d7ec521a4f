"""The demo fleet: its plan, its servers with all their faults, k0rdent on them, and the story."""
