"""Who made what: facts of each executed statement, the graph over them, and slices of it."""
