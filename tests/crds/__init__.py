"""Compact CRDs: names, groups, versions and the status subresource of what Pane watches, without schemas."""
