"""What is told of a stretch of time: how reliable the fleet was, and the week."""
