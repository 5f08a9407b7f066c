"""What staff may do with orders. Importing this package registers its kinds."""

from dashboard.orders.commands import creating, delivering, invoicing, states

__all__ = ["creating", "delivering", "invoicing", "states"]
