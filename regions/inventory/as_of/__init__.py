"""How things were at a moment of the past (`?at=`): worked out from what is kept, then shown."""
