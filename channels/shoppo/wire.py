"""What Shoppo says, in its spelling (the document's field tables). Every output field may be missing or null."""

from __future__ import annotations

from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

from channels.wire import Count, Id, Wire

T = TypeVar("T")
Loose = int | float | str | None
NULL = msgspec.Raw(b"null")


class Envelope(Wire, Generic[T]):
    """``{"data": {…}}``."""

    data: T


# -- connections (Relay) ---------------------------------------------------------------------------------------------


class PageInfo(Wire):
    """Where a connection goes on."""

    hasNextPage: bool | None = None
    endCursor: str | None = None


class Edge(Wire):
    """One item of a connection, still raw."""

    node: msgspec.Raw = NULL
    cursor: str | None = None


class Connection(Wire):
    """A page of a list; ``length`` counts all matches."""

    edges: list[Edge | None]
    length: Count | None = None
    pageInfo: PageInfo | None = None


# -- catalogue -------------------------------------------------------------------------------------------------------


class Image(Wire):
    """Section Image Fields."""

    id: Id | None = None
    checksum: str | None = None
    originalHeight: int | None = None
    originalWidth: int | None = None
    originalUrl: str | None = None
    mainColor: str | None = None
    type: str | None = None


class ConsumerProductCategory(Wire):
    """Section Consumer Category; ``path`` is ``A > B > C``."""

    id: Id | None = None
    categoryId: Id | None = None
    path: str | None = None


class SkuSpec(Wire):
    """One of a Sku's ``specs``."""

    name: Loose = None
    value: Loose = None


class CustomerShippingConfig(Wire):
    """Section Customer Shipping Config: price (USD) and time for one country's courier."""

    CountryCourierCode: str | None = None
    shippingPrice: Decimal | None = None
    shippingTime: str | None = None


class Sku(Wire):
    """Section Sku Fields: prices in USD, lengths in inches, weight in pounds."""

    id: Id | None = None
    originalId: Id | None = None
    color: str | None = None
    size: Loose = None
    enabled: bool | None = None
    inventory: Count | None = None
    price: Decimal | None = None
    msrp: Decimal | None = None
    shippingPrice: Decimal | None = None
    shippingTime: str | None = None
    shippingConfig: list[CustomerShippingConfig | None] | CustomerShippingConfig | None = None
    length: Loose = None
    width: Loose = None
    height: Loose = None
    weight: Loose = None
    specs: list[SkuSpec | None] | None = None
    coverImage: Image | None = None


class Product(Wire):
    """Section Product Fields."""

    id: Id | None = None
    isSnapshot: bool | None = None
    originalId: Id | None = None
    identifier: Id | None = None
    name: str | None = None
    chineseName: str | None = None
    description: str | None = None
    features: list[str | None] | None = None
    brand: str | None = None
    hasBattery: bool | None = None
    categoryId: Id | None = None
    status: str | None = None
    tags: list[str | None] | None = None
    landingPageUrl: str | None = None
    upc: Id | None = None
    enabled: bool | None = None
    inventory: Count | None = None
    targetUserType: str | None = None
    coverImage: Image | None = None
    whiteBackgroundImage: Image | None = None
    extraImages: list[Image | None] | None = None
    consumerCategories: list[ConsumerProductCategory | None] | None = None
    skus: list[Sku | None] | None = None


# -- orders ----------------------------------------------------------------------------------------------------------


class ShippingAddress(Wire):
    """Section Shipping Address Fields."""

    recipientFirstName: str | None = None
    recipientLastName: str | None = None
    streetAddress1: str | None = None
    streetAddress2: str | None = None
    city: str | None = None
    state: str | None = None
    countryCode: str | None = None
    zipcode: Id | None = None
    phoneNumber: Id | None = None


class Checkpoint(Wire):
    """One step of a package."""

    courier: str | None = None
    time: Count | None = None
    message: str | None = None
    location: str | None = None


class ShippingPackage(Wire):
    """Section Shipping Package Fields; times are unix seconds, ``status`` is free text."""

    id: Id | None = None
    courier: str | None = None
    status: str | None = None
    trackingNumber: Id | None = None
    isDelivered: bool | None = None
    timeShipped: Count | None = None
    timeTracked: Count | None = None
    timeLanded: Count | None = None
    timeDelivered: Count | None = None
    checkpoints: list[Checkpoint | None] | None = None


class ProductSnapshot(Wire):
    """The product as it was ordered: ``id`` is the snapshot's, ``originalId`` the live product's."""

    id: Id | None = None
    originalId: Id | None = None
    name: str | None = None


class OrderItem(Wire):
    """Section Order Item Fields; ``sku`` is a snapshot as ``product`` is."""

    id: Id | None = None
    status: str | None = None
    quantity: Count | None = None
    isRefunded: bool | None = None
    refundedAmount: Decimal | None = None
    shippingRefunded: bool | None = None
    timeRefunded: Count | None = None
    shippingProvider: str | None = None
    trackingNumber: Id | None = None
    product: ProductSnapshot | None = None
    sku: Sku | None = None
    shippingPackage: ShippingPackage | None = None


class Order(Wire):
    """Section Order Fields; amounts in USD, times in unix seconds."""

    id: Id | None = None
    status: str | None = None
    refundStatus: str | None = None
    discountAmount: Decimal | None = None
    orderSubtotal: Decimal | None = None
    orderTotal: Decimal | None = None
    shippingCost: Decimal | None = None
    timeCreated: Count | None = None
    timePaymentProcessed: Count | None = None
    trackingNumber: Id | None = None
    shippingAddress: ShippingAddress | None = None
    orderItems: list[OrderItem | None] | None = None


# -- tickets ---------------------------------------------------------------------------------------------------------


class Comment(Wire):
    """One comment: nothing but its content is documented, neither author nor time."""

    content: str | None = None


class CommentEdge(Wire):
    """One item of ``comments``."""

    node: Comment | None = None


class Comments(Wire):
    """A ticket's comments."""

    length: Count | None = None
    edges: list[CommentEdge | None] | None = None


class Ticket(Wire):
    """Section Ticket Fields, one shape for three kinds. ``ticketId`` is the id that the creation answered."""

    id: Id | None = None
    ticketId: Id | None = None
    reason: Loose = None
    firstName: str | None = None
    lastName: str | None = None
    email: str | None = None
    status: str | None = None
    zendeskStatus: str | None = None
    remark: str | None = None
    comments: Comments | None = None


# -- what a mutation answers: without it a write is not known to have happened -----------------------------------------


class OrderMade(Wire):
    """The order that a mutation made or changed."""

    id: Id
    status: str | None = None
    timePaymentProcessed: Count | None = None


class ItemMade(Wire):
    """The order item that a mutation changed."""

    id: Id
    status: str | None = None


class ImageMade(Wire):
    """The image that was stored."""

    id: Id
    originalUrl: str | None = None
    checksum: str | None = None


class TicketMade(Wire):
    """The ticket that was opened. ``ticketId`` is what it is read by."""

    id: Id
    ticketId: Id | None = None
    zendeskStatus: str | None = None


class OrderPayload(Wire):
    """Payload of createOrder, setOrderAsPaid and cancelOrder."""

    order: OrderMade


class ItemPayload(Wire):
    """Payload of cancelOrderItem."""

    orderItem: ItemMade


class ImagePayload(Wire):
    """Payload of uploadImage."""

    image: ImageMade


class TicketPayload(Wire):
    """Payload of the three mutations that open a ticket."""

    ticket: TicketMade


class ReplyPayload(Wire):
    """Payload of replyCustomerServiceTicket."""

    success: bool
