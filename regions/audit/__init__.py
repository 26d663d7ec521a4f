"""Who did what, from where, with what outcome: rows that are only appended, each of which seals all before it."""
