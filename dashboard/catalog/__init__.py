"""Products and variants of all connections."""
