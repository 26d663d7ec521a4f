"""Forms that make, rotate, copy, re-point and delete credentials."""
