"""k0rdent's own manager beside real API servers: forms and words of Pane held against what it answers."""
