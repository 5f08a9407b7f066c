"""What staff may do when buying. Importing this package registers its kinds."""

from dashboard.sourcing.commands import cart, organising, purchases, shipments

__all__ = ["cart", "organising", "purchases", "shipments"]
