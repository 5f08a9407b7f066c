"""The words and tones of the catalog's states."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as lazy

Sign = tuple[str, Any]  # tone and word

STATUS: dict[str, Sign] = {
    "on_sale": ("good", lazy("On sale")),
    "off_sale": ("", lazy("Off sale")),
    "draft": ("", lazy("Draft")),
    "in_review": ("wait", lazy("In review")),
    "problem": ("act", lazy("Problem")),
    "archived": ("", lazy("Archived")),
    "unknown": ("unknown", lazy("Unknown")),
}
FIELDS: dict[str, Any] = {
    "title": lazy("Title"),
    "description": lazy("Description"),
    "price": lazy("Price"),
    "currency": lazy("Currency"),
    "sku": lazy("SKU"),
    "barcode": lazy("Barcode"),
    "quantity": lazy("Stock"),
    "category": lazy("Category"),
    "category_id": lazy("Category"),
    "images": lazy("Images"),
    "attributes": lazy("Attributes"),
    "variants": lazy("Variants"),
    "status": lazy("Status"),
    "remote_status": lazy("Status on the platform"),
    "min_quantity": lazy("Least quantity"),
    "source_id": lazy("Source id"),
    "source_url": lazy("Source address"),
    "warranty_days": lazy("Warranty, days"),
    "supplier_name": lazy("Supplier"),
    "accounts": lazy("Accounts"),
    "file": lazy("Image"),
}


def status(product: Any) -> Sign:
    """A product's state; a word that nobody knows is shown as the platform's own."""
    if product.gone_at is not None:
        return "", lazy("Gone")
    tone, word = STATUS.get(product.status, STATUS["unknown"])
    return (tone, product.remote_status) if tone == "unknown" and product.remote_status else (tone, word)


def choices() -> list[tuple[str, Any]]:
    """The states as choices of a filter."""
    return [(key, word) for key, (_tone, word) in STATUS.items()]
