"""Orders of every connection, and what staff do with them."""
