"""What the seller API says, in its own spelling. Answers are read tolerantly: any field may be missing or null."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec

from channels.wire import Count, Id, Wire

T = TypeVar("T")


class Envelope(Wire, Generic[T]):
    """Every answer. ``code`` is text (leading zeros matter), ``"0000"`` the only success; ``data`` may be missing."""

    code: str
    msg: str | None = None
    time: str | None = None
    data: T | None = None


class Whole(Wire):
    """An envelope whose ``data`` stays as it came, ``null`` included."""

    code: str
    data: msgspec.Raw = msgspec.Raw(b"null")


class Session(Wire):
    """``data`` of a login. ``expiresIn`` in seconds is authoritative."""

    accessToken: str
    tokenType: str | None = None
    expiresIn: Count | None = None
    refreshToken: str | None = None


class Paged(Wire):
    """``data`` of a list. Items stay raw so that one bad item cannot spoil its page."""

    rows: list[msgspec.Raw] | None = msgspec.field(name="list", default=None)
    totalCount: Count | None = None


# -- products ----------------------------------------------------------------------------------------------------------


class ProductQuery(Wire, omit_defaults=True):
    """Filters of the product list; ``pageIndex`` and ``pageSize`` 1–100, times ISO 8601."""

    pageIndex: int = 0
    pageSize: int = 0
    categoryId3: Id | None = None
    productSpuNum: str | None = None
    brandIds: list[Id] | None = None
    title: str | None = None
    minPrice: Decimal | None = None
    maxPrice: Decimal | None = None
    productSpuStatus: int | None = None
    createTimeStart: str | None = None
    createTimeEnd: str | None = None
    updateTimeStart: str | None = None
    updateTimeEnd: str | None = None


class Sku(Wire):
    """One SKU of a product; all but ``id`` is assumed."""

    id: Id | None = None
    title: str | None = None
    price: Decimal | None = None
    currencyCode: str | None = None
    stock: Count | None = None
    alertStock: Count | None = None


class Product(Wire):
    """One row of the product list. The formats of its dates are stated nowhere."""

    id: Id | None = None
    title: str | None = None
    productSpuNum: Id | None = None
    brandId: Id | None = None
    brandName: str | None = None
    categoryId3: Id | None = None
    categoryName3: str | None = None
    productSpuStatus: Id | None = None
    publishDate: Id | None = None
    updateTime: Id | None = None
    deliveryType: Id | None = None
    productSkus: list[Sku] | None = None


class ListingSwitch(Wire):
    """Products put on sale (``ON_SALE``) or taken off (``SHELF_DOWN``)."""

    productSpuIds: list[Id]
    productStatus: str


class SkuStock(Wire, omit_defaults=True):
    """The available stock of one SKU, absolute."""

    id: Id
    stock: int
    alertStock: int | None = None


class StockUpdate(Wire):
    """Stock of several SKUs."""

    skuList: list[SkuStock]


class SkuPrice(Wire):
    """The new price of one SKU, in the request's currency."""

    id: Id
    price: Decimal


class PriceUpdate(Wire):
    """Prices of several SKUs in one currency."""

    productSkuPrices: list[SkuPrice]
    currencyCode: str


# -- orders ------------------------------------------------------------------------------------------------------------


class OrderQuery(Wire, omit_defaults=True):
    """Filters of the order list (assumed)."""

    pageIndex: int = 0
    pageSize: int = 0
    orderId: Id | None = None
    orderNum: str | None = None
    sellerOrderStatus: int | None = None
    createTimeStart: str | None = None
    createTimeEnd: str | None = None


class Order(Wire):
    """One row of the order list; from ``updateTime`` on assumed. ``createdAt`` carries no zone: UTC."""

    orderId: Id | None = None
    orderNum: Id | None = None
    sellerOrderStatus: Id | None = None
    buyerId: Id | None = None
    buyerName: str | None = None
    createdAt: Id | None = None
    updateTime: Id | None = None
    productSpuId: Id | None = None
    productSkuId: Id | None = None
    productTitle: str | None = None
    quantity: Count | None = None
    price: Decimal | None = None
    currencyCode: str | None = None
    totalPrice: Decimal | None = None
    deliveryRequirements: Any = None
    remark: str | None = None


class Deliver(Wire, omit_defaults=True):
    """What is delivered: a text, or rows (assumed)."""

    content: str | list[str]
    quantity: int | None = None
    carrier: str | None = None
    trackingNumber: str | None = None


class DeliveryItem(Wire):
    """One delivery as it was submitted (assumed)."""

    content: Any = None
    quantity: Count | None = None
    carrier: str | None = None
    trackingNumber: str | None = None
    createTime: Id | None = None
    deliveringNumber: Count | None = None


class DeliverError(Wire, omit_defaults=True):
    """A problem with the delivery."""

    imageUrls: list[str] | None = None
    remark: str | None = None


class DeliveryErrorItem(Wire):
    """A reported problem; ``description`` holds what was sent as ``remark``."""

    imageUrls: list[str | None] | None = None
    description: str | None = None
    content: str | None = None
    isSendEmail: Any = None
    createTime: Id | None = None
    deliveringNumber: Count | None = None


class OrderCallback(Wire):
    """The body of the order status callback. Nothing signs it."""

    orderId: Id | None = None
    orderNum: Id | None = None
    sellerOrderStatus: Id | None = None
    buyerId: Id | None = None
    createdAt: Id | None = None


# -- after-sales -------------------------------------------------------------------------------------------------------


class Audit(Wire, omit_defaults=True):
    """A decision: true refunds; rejecting demands ``rejectDescription``."""

    isApproved: bool
    rejectDescription: str | None = None
    rejectImageUrls: list[str] | None = None


class AfterSales(Wire):
    """The after-sales case of an order. Its codes are listed nowhere; prices come as seller's and buyer's."""

    id: Id | None = None
    orderId: Id | None = None
    orderNum: Id | None = None
    buyerName: str | None = None
    afterSalesOrderNum: Id | None = None
    isReceipt: Any = None
    afterSalesReason: Id | None = None
    afterSalesReasonText: str | None = None
    originalCurrencyProductPrice: Decimal | None = None
    originalCurrencyCode: str | None = None
    originalCurrencySymbol: str | None = None
    convertCurrencyPrice: Decimal | None = None
    convertCurrencyCode: str | None = None
    convertCurrencySymbol: str | None = None
    orderDeliveryStatus: Id | None = None
    description: str | None = None
    imageUrls: list[str | None] | None = None
    imageIds: list[Id | None] | None = None
    rejectReason: Id | None = None
    rejectImageUrls: list[str | None] | None = None
    rejectImageIds: list[Id | None] | None = None
    operationTime: Id | None = None
    orderAfterSalesStatus: Id | None = None
    afterSalesCount: Count | None = None
    createTime: Id | None = None
    updateTime: Id | None = None


# -- messages ----------------------------------------------------------------------------------------------------------


class TextContent(Wire):
    """Content of a text message: the first letter must be lower case."""

    text: str


class OutgoingBody(Wire):
    """The body of a message to send: one object, where history answers a list."""

    msgType: str
    msgContent: TextContent


class SendMessage(Wire):
    """A message to send. ``msgRandom`` is an unsigned 32-bit number."""

    buyerId: Id
    msgRandom: int
    msgBody: OutgoingBody


class ContactQuery(Wire):
    """A page of the contact list (assumed)."""

    pageIndex: int
    pageSize: int


class Contact(Wire):
    """One conversation (assumed). ``lastMsgTime`` in milliseconds."""

    buyerId: Id | None = None
    buyerName: str | None = None
    unreadCount: Count | None = None
    lastMsgTime: Id | None = None


class MessageQuery(Wire):
    """A stretch of history, ``minTime`` to ``maxTime`` in seconds; ``buyerId`` null asks for every buyer's."""

    buyerId: Id | None
    minTime: int
    maxTime: int
    lastMsgKey: str | msgspec.UnsetType = msgspec.UNSET


class History(Wire):
    """A page of messages. ``complete`` 1: all fetched. ``lastMsgTime`` is documented in milliseconds."""

    complete: bool | Count | None = None
    lastMsgTime: Count | None = None
    lastMsgKey: Id | None = None
    msgList: list[msgspec.Raw] | None = None


class MessageBody(Wire):
    """One element of a message; ``msgContent`` is an object, or the same as JSON text."""

    msgType: str | None = None
    msgContent: Any = None


class Message(Wire):
    """One message of the history. The unit of ``msgTimestamp`` is stated nowhere."""

    fromAccount: Id | None = None
    toAccount: Id | None = None
    msgTimestamp: Count | None = None
    msgDateTime: str | None = None
    msgSeq: Id | None = None
    msgRandom: Id | None = None
    msgBody: list[MessageBody] | MessageBody | None = None
