"""Signing in by OpenID Connect: which providers, who somebody is by their claims, and whether they still are."""
