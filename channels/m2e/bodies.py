"""Arguments → request bodies. Pure; what the document rules out is ``Rejected`` here, before anything is sent."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from channels import records as r
from channels.errors import Rejected
from channels.wire import table, text, word

PAGE = 100

STATUS_CODES = {
    "Active": 1,
    "Inactive": 2,
    "Disabled": 3,
    "Preorder": 4,
    "Available": 5,
    "Draft": 7,
    "Pending": 8,
    "Private": 9,
    "Publish": 10,
    "Archived": 11,
}
_STATUS_WORDS = table({name: str(code) for name, code in STATUS_CODES.items()} | {"Archive": "11"})
PRODUCT_FIELDS = (
    "title", "description", "price", "currency", "sku", "barcode", "quantity", "images", "attributes", "variants",
    "status",
)  # fmt: skip
UPDATABLE_FIELDS = ("title", "description", "currency", "images", "attributes")
# Which of these a variant must carry is documented for the first four only: all are sent.
_VARIANT: dict[str, Any] = {
    "sku": "", "barcode": None, "price": None, "quantity": None, "images": [], "options": [], "attributes": [],
    "weight": None, "weight_unit": None, "height": None, "depth": None, "width": None, "dimension_unit": None,
}  # fmt: skip


# -- finding ---------------------------------------------------------------------------------------------------------


def page(offset: int, count: int = PAGE) -> dict[str, Any]:
    """``_result``: both parts are required as soon as one is given."""
    return {"limit": {"offset": offset, "count": count}}


def products_page(offset: int, direction: str) -> dict[str, Any]:
    """All products by their time of change, ``asc`` or ``desc``."""
    return {"sort": {"update_date": direction}, "_result": page(offset)}


def products_of_sku(sku: str) -> dict[str, Any]:
    """The products of one SKU."""
    return {"filters": {"sku": [sku]}, "_result": page(0)}


def orders_page(offset: int, direction: str, since: datetime | None) -> dict[str, Any]:
    """Orders by the time of sale, ``asc`` or ``desc``, from ``since`` on."""
    filters = {"filters": {"sale_date": {"from": since.strftime("%Y-%m-%dT%H:%M:%SZ")}}} if since else {}
    return {"sort": {"sale_date": direction}, **filters, "_result": page(offset)}


def orders_search(number: str) -> dict[str, Any]:
    """Orders that a number names."""
    return {"search": number, "_result": page(0)}


# -- changing --------------------------------------------------------------------------------------------------------


def stock(changes: Iterable[r.StockChange]) -> list[dict[str, Any]]:
    """``CatalogProductsVariantsUpdate`` with quantities."""
    return [{"sku": sku_of(change.variant, "variant"), "quantity": change.quantity} for change in changes]


def prices(changes: Iterable[r.PriceChange], currency: str) -> list[dict[str, Any]]:
    """``CatalogProductsVariantsUpdate`` with prices. The call names no currency: only the catalog's own will do."""
    found = []
    for change in changes:
        if change.price.currency != currency:
            raise Rejected(f"Prices are kept in {currency} here; {change.price.currency} cannot be set.")
        found.append({"sku": sku_of(change.variant, "variant"), "price": change.price.amount})
    return found


def sku_of(ref: r.Ref, what: str) -> str:
    """The SKU that every write names its target by. Raises ``Rejected`` without one."""
    if not ref.sku:
        raise Rejected(f"The {what} {ref.remote_id} has no SKU; M2E Cloud changes a {what} by its SKU only.")
    return ref.sku


def new_product(draft: r.ProductDraft, currency: str) -> dict[str, Any]:
    """``CatalogProductCreate``. Without variants one is made from SKU, barcode, price and quantity."""
    sku, title = text(draft.sku), text(draft.title)
    if not sku or not title:
        raise Rejected("A new product needs a SKU and a title.")
    given = draft.variants or ({"barcode": draft.barcode, "price": draft.price, "quantity": draft.quantity},)
    variants = [_new_variant(one, sku if len(given) == 1 else "") for one in given]
    body = {
        "sku": sku,
        "status": status_code(draft.status),
        "is_simple": len(variants) == 1 and not variants[0]["options"],
        "currency": draft.currency or currency,
        "title": title,
        "images": list(draft.images or ()),
        "attributes": pairs(draft.attributes or ()),
        "variants": variants,
    }
    return body if draft.description is None else {**body, "description": draft.description}


def _new_variant(given: dict[str, Any], fallback_sku: str) -> dict[str, Any]:
    unknown = ", ".join(sorted(given.keys() - _VARIANT.keys()))
    if unknown:
        raise Rejected(f"A variant has no {unknown}. Known: {', '.join(_VARIANT)}.")
    body = {**_VARIANT, **given, "sku": text(given.get("sku")) or fallback_sku}
    missing = [key for key in ("sku", "price", "quantity") if body[key] in (None, "")]
    if missing:
        raise Rejected(f"A variant needs {' and '.join(missing)}.")
    return {**body, "price": _number(body["price"], "price"), "quantity": int(_number(body["quantity"], "quantity"))}


def _number(value: object, what: str) -> Decimal:
    try:
        found = Decimal(str(value))
    except ArithmeticError:
        raise Rejected(f"“{value}” is no {what}.") from None
    whole = what == "quantity"
    if not found.is_finite() or found.adjusted() > 14 or (whole and found != found.to_integral_value()):
        raise Rejected(f"“{value}” is no {what}.")
    return found


def status_code(status: str | None) -> int:
    """The number of a product status given as word or number; Active where none is given."""
    if not text(status):
        return STATUS_CODES["Active"]
    found = text(status)
    code = found if found in map(str, STATUS_CODES.values()) else word(_STATUS_WORDS, found)
    if code == "unknown":
        raise Rejected(f"“{found}” is no product status. Known: {', '.join(STATUS_CODES)}.")
    return int(code)


def product_changes(ref: r.Ref, changes: r.ProductDraft) -> dict[str, Any]:
    """``CatalogProductsUpdate``: only what is given; price, quantity and status have no place in it."""
    sku = sku_of(ref, "product")
    given = {key: value for key, value in msgspec.structs.asdict(changes).items() if value is not None}
    if given.get("sku") == sku:
        del given["sku"]
    fixed = ", ".join(sorted(given.keys() - set(UPDATABLE_FIELDS)))
    if fixed:
        raise Rejected(f"A product's {fixed} cannot be changed here. What can: {', '.join(UPDATABLE_FIELDS)}.")
    if not given:
        raise Rejected("Nothing to change was given.")
    if changes.images is not None:
        given["images"] = list(changes.images)
    if changes.attributes is not None:
        given["attributes"] = pairs(changes.attributes)
    return {"sku": sku, **given}


def pairs(attributes: Iterable[r.Attribute]) -> list[dict[str, str]]:
    """``CatalogProductAttributes``."""
    return [{"name": one.name, "value": one.value} for one in attributes]


def invoice(order: r.Ref, given: r.Invoice) -> dict[str, Any]:
    """``UploadInvoiceRequest``; ``order_id`` is the id within the store, amounts are in the order's currency."""
    if not order.source_order_id:
        raise Rejected(f"The order {order.number or order.remote_id} has no store order id to send an invoice for.")
    return {
        "order_id": order.source_order_id,
        "invoice_number": given.number,
        "total_amount": given.total,
        "total_vat_amount": given.vat,
        "shipping_id": given.shipping_id or None,
        "transaction_id": given.transaction_id or None,
        "invoice_data": base64.b64encode(given.pdf).decode("ascii"),
    }
