"""People: accounts, sign-in, tokens, screens on walls, and on whose behalf something is read."""
