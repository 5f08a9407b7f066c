"""What is searched of the catalog: titles, numbers, brands; SKUs and barcodes of variants."""

from dashboard.core.searching import Searched

VARIANTS = Searched(
    "catalog.Variant", ("sku", "remote_id", "barcode", "title"), numbers=("sku", "remote_id", "barcode")
)
PRODUCTS = Searched(
    "catalog.Product",
    ("number", "remote_id", "title", "sku", "brand"),
    numbers=("number", "remote_id", "sku"),
    newest="updated_at",
    parts=((VARIANTS, "product_id"),),
)
