"""Measurements: each part runs real processes beside a peer that does the same job plainly. `manage.py bench`."""
