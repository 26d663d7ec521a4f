"""How things are, judged: kinds, manifests, health, changes, events, redaction, metrics. Plain Python, pure."""
