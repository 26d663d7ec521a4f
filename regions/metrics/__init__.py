"""What KOF's stores say: asked (stores), collected (polling), read back (reads), drawn (charts, pages)."""
