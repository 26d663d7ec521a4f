"""A simulated k0rdent installation on loopback. Imports nothing of the product; they meet on the wire."""
