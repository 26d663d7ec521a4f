"""Django's SQLite backend, with writers that take turns: named as ENGINE by `dashboard.environment`."""
