"""Saved views: lists with their filters, order and columns under a name, and how somebody wants lists to look."""
