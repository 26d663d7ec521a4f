"""What k0rdent adds to an API server: its admission webhooks."""
