"""The schemas of the Sales Channels API 4.0, spelled as documented; everything may be missing or null on reading."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from channels.wire import Count, Id, Wire


class NameValue(Wire):
    """An item of ``CatalogProductAttributes`` and ``CatalogProductOptions``."""

    name: Id | None = None
    value: int | float | str | bool | None = None


class CatalogProductVariant(Wire):
    """``CatalogProductVariant`` as read."""

    token: Id | None = None
    sku: Id | None = None
    barcode: Id | None = None
    price: Decimal | None = None
    quantity: Count | None = None
    images: list[str | None] | None = None
    options: list[NameValue] | None = None
    attributes: list[NameValue] | None = None
    weight: Decimal | None = None
    weight_unit: str | None = None
    height: Decimal | None = None
    depth: Decimal | None = None
    width: Decimal | None = None
    dimension_unit: str | None = None
    update_date: str | None = None


class CatalogProduct(Wire):
    """``CatalogProduct`` as read: without currency and description, which are write-only."""

    token: Id | None = None
    external_id: Id | None = None
    sku: Id | None = None
    quantity: Count | None = None
    is_simple: Any = None
    status: Id | None = None
    title: str | None = None
    images: list[str | None] | None = None
    attributes: list[NameValue] | None = None
    update_date: str | None = None
    variants: list[CatalogProductVariant] | None = None


class ShippingAddress(Wire):
    """``Order.shipping_address``; its keys are known from the example."""

    name: str | None = None
    phone: Id | None = None
    street_first: str | None = None
    street_second: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: Id | None = None
    country_code: str | None = None


class OrderTotal(Wire):
    """``Order.total``. The amounts need not add up: none is ever computed from the others."""

    total: Decimal | None = None
    shipping: Decimal | None = None
    subtotal: Decimal | None = None
    tax: Decimal | None = None
    discount: Decimal | None = None
    currency: str | None = None


class OrderItem(Wire):
    """``OrderItem``; ``price`` is that of one unit."""

    title: str | None = None
    sku: Id | None = None
    barcode: Id | None = None
    item_id: Id | None = None
    quantity: Count | None = None
    price: Decimal | None = None
    tracking_service: str | None = None
    tracking_numbers: list[Id | None] | None = None


class Order(Wire):
    """``Order``. An address without fields may come as an empty list."""

    token: Id | None = None
    order_id: Id | None = None
    source_order_id: Id | None = None
    buyer_name: str | None = None
    buyer_email: str | None = None
    status: Id | None = None
    is_archived: bool | None = None
    sale_date: str | None = None
    ship_date: str | None = None
    ship_by_date: str | None = None
    shipping_address: ShippingAddress | list[Any] | None = None
    country_code: str | None = None
    total: OrderTotal | None = None
    items: list[OrderItem] | None = None


class Account(Wire):
    """``Account``. ``is_valid`` false: its credentials must be authorised again at M2E."""

    token: Id | None = None
    channel: str | None = None
    title: str | None = None
    identifier: Id | None = None
    is_valid: bool | None = None
    create_date: str | None = None


class Found(Wire):
    """``CatalogProductsFindResponse`` and ``OrdersFindResponse``, items still raw."""

    items: list[msgspec.Raw] = msgspec.field(name="list")
    total: Count | None = None


class Created(Wire):
    """``CatalogProductsCreateResponse``: ``created`` is required, while the table lists ``deleted``; either counts."""

    created: Count | None = None
    deleted: Count | None = None

    def __post_init__(self) -> None:
        if self.created is None and self.deleted is None:
            raise ValueError("Neither `created` nor `deleted` is there")

    @property
    def count(self) -> Count:
        """Products made."""
        return self.created if self.created is not None else self.deleted or 0


class Updated(Wire):
    """The answer of both PATCH calls."""

    updated: Count


class Deleted(Wire):
    """``CatalogProductsDeleteResponse``."""

    deleted: Count


class Error(Wire):
    """``Error``: the code is text by the schema, a number or null in the examples; the rest is not needed."""

    message: str
    code: Id | None = None
