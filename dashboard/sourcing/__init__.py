"""Buying through an agent: sources, cart, purchase orders, warehouse, shipments abroad."""
