"""What is done to a deployment that runs, each by a small form: scaled, upgraded, made real, tried again, paused."""
