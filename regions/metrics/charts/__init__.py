"""Range queries for charts, asked when somebody looks."""
