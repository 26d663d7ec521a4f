"""How a webhook says no."""


class Denied(Exception):
    """With one sentence; becomes a 403 that names the webhook."""
