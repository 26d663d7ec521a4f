"""The API as a whole: its root, what it takes, how it refuses, how it describes itself. Its parts are each `api.py`."""
