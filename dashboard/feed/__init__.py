"""`/feed/`: what happened, one change of it, and the feed as a file."""
