"""The command palette: pages, objects and what can be done with them, by name."""
