"""What is done to a deployment that runs, a module an action: scaled, upgraded, made real, tried again, paused."""
