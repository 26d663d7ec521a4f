"""Alerts of any source as one shape, and in the order of somebody on call. Pure."""
