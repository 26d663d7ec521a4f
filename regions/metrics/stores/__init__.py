"""Stores of metrics, logs and alerts: where they are found, how they are reached, and the named queries."""
