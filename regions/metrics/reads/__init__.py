"""What was measured, as pages and the API see it: rows of the poller, joined with the copy."""
