"""What staff may do with the catalog. Importing this package registers its kinds."""

from dashboard.catalog.commands import accounts, images, products, values

__all__ = ["accounts", "images", "products", "values"]
