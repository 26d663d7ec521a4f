"""Credentials: what each needs, what is wrong with it, which cloud it is for, and whether that accepts it. Pure."""
