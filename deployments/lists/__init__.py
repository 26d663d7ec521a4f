"""What lists of every kind share: why one is empty, its facets and options."""
