"""What the agent says, spelled as its API reference spells it. Everything but ids may be missing or null."""

from __future__ import annotations

from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

from channels.wire import Count, Id, Wire

T = TypeVar("T")


class Data(Wire, Generic[T]):
    """The envelope of every success."""

    data: T


class Listing(Wire):
    """A page of a list; favourites state no ``page`` and ``limit``. Items are decoded one by one."""

    items: list[msgspec.Raw]
    total: Count | None = None
    limit: Count | None = None


class Said(Wire):
    """An answer that only confirms."""

    message: str | None = None


class Problem(Wire):
    """The error envelope. ``message`` may be a list of faults."""

    statusCode: int | None = None
    message: str | list[str] | None = None
    error: str | None = None


class Saved(Wire):
    """An assumed answer to something made or changed: the thing, or perhaps only a message."""

    id: Id | None = None
    message: str | None = None


class Kept(Wire):
    """The documented answer to a cart line that was added or changed."""

    id: Id
    message: str | None = None


# -- products --------------------------------------------------------------------------------------------------------


class Sku(Wire):
    """One kind of a product. ``skuId`` is text such as ``s001``."""

    skuId: Id
    name: str | None = None
    price: Decimal | None = None
    stock: Decimal | None = None
    image: str | None = None


class NameValue(Wire):
    """An attribute of a product."""

    name: str | None = None
    value: str | int | None = None


class Product(Wire):
    """A product: search results and imports carry part of it. ``minOrder`` is documented for imports only."""

    id: Id
    title: str | None = None
    description: str | None = None
    price: Decimal | None = None
    originalPrice: Decimal | None = None
    currency: str | None = None
    platform: str | None = None
    platformItemId: Id | None = None
    imageUrl: str | None = None
    images: list[str | None] | None = None
    shopName: str | None = None
    shopUrl: str | None = None
    sales: Decimal | None = None
    stock: Decimal | None = None
    categoryId: Id | None = None
    minOrder: Count | None = None
    skus: list[Sku] | None = None
    attributes: list[NameValue] | None = None


# -- cart ------------------------------------------------------------------------------------------------------------


class CartItem(Wire):
    """A line of the cart."""

    id: Id
    productId: Id
    title: str | None = None
    skuId: Id | None = None
    skuName: str | None = None
    price: Decimal | None = None
    quantity: Count | None = None
    imageUrl: str | None = None
    selected: bool | None = None
    stock: Decimal | None = None
    remark: str | None = None


class Cart(Wire):
    """The whole cart. ``totalItems`` counts lines."""

    items: list[msgspec.Raw]
    totalItems: Count | None = None
    totalAmount: Decimal | None = None


class CartBatchItem(Wire):
    """One line of the answer to several items."""

    id: Id
    productId: Id | None = None


class CartBatch(Wire):
    """The answer to several items."""

    added: Count
    items: list[CartBatchItem] | None = None


# -- purchase orders -------------------------------------------------------------------------------------------------


class OrderItem(Wire):
    """A line of a purchase order; no document shows its SKU id or remark."""

    productId: Id | None = None
    title: str | None = None
    skuId: Id | None = None
    skuName: str | None = None
    price: Decimal | None = None
    quantity: Count | None = None
    remark: str | None = None


class Logistics(Wire):
    """How the goods travel to the agent's warehouse."""

    trackingNo: Id | None = None
    carrier: str | None = None


class Inspection(Wire):
    """What the warehouse found; ``weight`` in grams."""

    result: str | None = None
    weight: Decimal | None = None
    photos: list[str | None] | None = None


class OrderRow(Wire):
    """A row of the list of purchase orders."""

    orderNo: Id
    status: str | None = None
    totalAmount: Decimal | None = None
    itemCount: Count | None = None
    createdAt: str | None = None


class Order(Wire):
    """A whole purchase order; the answer to a new one has part of it. ``serviceFee`` is not part of ``totalAmount``."""

    orderNo: Id
    status: str | None = None
    totalAmount: Decimal | None = None
    serviceFee: Decimal | None = None
    currency: str | None = None
    platform: str | None = None
    items: list[OrderItem] | None = None
    logistics: Logistics | None = None
    inspection: Inspection | None = None
    remark: str | None = None
    createdAt: str | None = None
    updatedAt: str | None = None


class OrderStatus(Wire):
    """Just the status (assumed shape)."""

    orderNo: Id | None = None
    status: str | None = None


class OrderCancelled(Wire):
    """The answer to a cancellation. ``refundAmount`` goes back to the wallet."""

    orderNo: Id
    status: str | None = None
    refundAmount: Decimal | None = None
    message: str | None = None


# -- logistics -------------------------------------------------------------------------------------------------------


class Country(Wire):
    """A country that can be shipped to."""

    code: str
    name: str | None = None


class WeightRange(Wire):
    """Bounds in grams."""

    min: Decimal | None = None
    max: Decimal | None = None


class ShippingMethod(Wire):
    """A shipping channel. ``deliveryDays`` is text such as ``7-15``."""

    channelId: Id
    name: str | None = None
    carrier: str | None = None
    deliveryDays: str | int | None = None
    supportedCargo: list[str] | None = None
    weightRange: WeightRange | None = None


class Freight(Wire):
    """The price of one channel; weights in grams."""

    channelId: Id
    name: str | None = None
    actualWeight: Decimal | None = None
    volumetricWeight: Decimal | None = None
    chargeWeight: Decimal | None = None
    totalPrice: Decimal | None = None
    currency: str | None = None
    deliveryDays: str | int | None = None


class FreightBatch(Wire):
    """The prices of every channel."""

    channels: list[Freight]


# -- shipments and warehouse -----------------------------------------------------------------------------------------


class ShipmentItem(Wire):
    """A package inside a shipment."""

    inventoryId: Id
    name: str | None = None
    quantity: Count | None = None


class ShipmentRow(Wire):
    """A row of the list of shipping orders; ``totalWeight`` in grams."""

    orderNo: Id
    status: str | None = None
    channelName: str | None = None
    trackingNo: Id | None = None
    totalWeight: Decimal | None = None
    shippingFee: Decimal | None = None
    currency: str | None = None
    createdAt: str | None = None


class Shipment(ShipmentRow):
    """A whole shipping order (assumed: the row with its items and recipient)."""

    items: list[ShipmentItem] | None = None
    recipientName: str | None = None
    recipientPhone: Id | None = None
    recipientCountry: str | None = None
    recipientState: str | None = None
    recipientCity: str | None = None
    recipientAddress: str | None = None
    recipientZipCode: Id | None = None
    updatedAt: str | None = None


class ShipmentSaid(Wire):
    """The answer to a cancelled or confirmed shipment (assumed shape)."""

    orderNo: Id | None = None
    status: str | None = None
    message: str | None = None


class Package(Wire):
    """A package in the warehouse. ``orderId`` is the number of its purchase order; ``weight`` in grams."""

    id: Id
    productName: str | None = None
    weight: Decimal | None = None
    status: str | None = None
    orderId: Id | None = None
    inspectionPhotos: list[str | None] | None = None
    arrivedAt: str | None = None
    storageDays: Decimal | None = None


class PackageStats(Wire):
    """Counts of packages (assumed shape)."""

    total: Count | None = None
    inWarehouse: Count | None = None
    shippable: Count | None = None


# -- user ------------------------------------------------------------------------------------------------------------


class Profile(Wire):
    """Whose key it is."""

    id: Id
    username: str | None = None
    email: str | None = None
    avatar: str | None = None
    language: str | None = None
    createdAt: str | None = None


class Balance(Wire):
    """The wallet."""

    balance: Decimal | None = None
    frozenBalance: Decimal | None = None
    availableBalance: Decimal | None = None
    currency: str | None = None


class Transaction(Wire):
    """A movement of the wallet (assumed shape)."""

    id: Id
    type: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    orderNo: Id | None = None
    createdAt: str | None = None


class SavedAddress(Wire):
    """A saved address."""

    id: Id
    name: str | None = None
    phone: Id | None = None
    country: str | None = None
    state: str | None = None
    city: str | None = None
    address: str | None = None
    zipCode: Id | None = None
    isDefault: bool | None = None


class Favorite(Wire):
    """A product put aside."""

    id: Id
    productId: Id
    title: str | None = None
    price: Decimal | None = None
    imageUrl: str | None = None
    addedAt: str | None = None


class Coupon(Wire):
    """A coupon. ``type`` is ``percentage`` or a word that no document lists."""

    id: Id
    name: str | None = None
    type: str | None = None
    value: Decimal | None = None
    minOrderAmount: Decimal | None = None
    expiresAt: str | None = None
