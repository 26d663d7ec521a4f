"""`/badges/…`: the health of one region or deployment as a small picture."""
