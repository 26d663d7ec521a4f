"""The poller: asks every store at its turns, and writes what it said. The only writer of what was measured."""
