"""What the agent says → records. Pure; raises nothing but ``WireError`` with a path.

The agent states money in CNY and weights in grams. ``raw`` is the record's own JSON.
"""

from __future__ import annotations

from channels import records as r
from channels.fulfillbot import wire as w
from channels.wire import Count, amount, attributes, count, iso_time, required_id, table, text, urls, word

CURRENCY = "CNY"
WALLET = "wallet"

# Purchase orders keep the platform's seven words (they come in this order).
PURCHASE_STATUSES = ("pending", "paid", "purchased", "shipped_to_warehouse", "in_warehouse", "completed", "cancelled")
PURCHASE_STATUS = table({status: status for status in PURCHASE_STATUSES})

# The document shows pending and shipped; the others follow from its cancel and confirm-delivery calls.
SHIPMENT_STATUS = table(
    {
        "pending": "pending",
        "shipped": "shipped",
        "delivered": "delivered",
        "completed": "delivered",
        "cancelled": "cancelled",
    }
)


def currency(value: str | None) -> str:
    """The stated currency; where an answer has none it is the agent's only one."""
    return text(value).upper() or CURRENCY


# -- products and cart -----------------------------------------------------------------------------------------------


def source_product(product: w.Product, raw: bytes) -> r.SourceProductRecord:
    """A product at a source. ``sku`` is the id of its only SKU; with several it is empty."""
    skus = tuple(_sku(sku, index) for index, sku in enumerate(product.skus or ()))
    return r.SourceProductRecord(
        remote_id=required_id(product.id),
        title=text(product.title),
        source=text(product.platform),
        price=amount(product.price, "price"),
        original_price=amount(product.originalPrice, "originalPrice"),
        currency=currency(product.currency),
        sku=skus[0].remote_id if len(skus) == 1 else "",
        image=text(product.imageUrl),
        images=urls(product.images),
        shop=text(product.shopName),
        url=text(product.shopUrl),
        sales=count(product.sales, "sales"),
        quantity=count(product.stock, "stock"),
        minimum=max(count(product.minOrder, "minOrder") or 1, 1),
        description=text(product.description),
        skus=skus,
        attributes=attributes(product.attributes),
        raw=raw,
    )


def _sku(sku: w.Sku, index: int) -> r.SourceSku:
    at = f"skus[{index}]"
    return r.SourceSku(
        remote_id=required_id(sku.skuId, f"{at}.skuId"),
        name=text(sku.name),
        price=amount(sku.price, f"{at}.price"),
        stock=count(sku.stock, f"{at}.stock"),
        image=text(sku.image),
    )


def cart_item(item: w.CartItem, raw: bytes) -> r.CartItemRecord:
    """A line of the cart."""
    return r.CartItemRecord(
        remote_id=required_id(item.id),
        product_remote_id=required_id(item.productId, "productId"),
        sku=text(item.skuId),
        title=text(item.title),
        sku_name=text(item.skuName),
        price=amount(item.price, "price"),
        currency=CURRENCY,
        quantity=_pieces(item.quantity, "quantity"),
        selected=item.selected is not False,
        stock=count(item.stock, "stock"),
        image=text(item.imageUrl),
        remark=text(item.remark),
        raw=raw,
    )


def _pieces(value: Count | None, path: str) -> int:
    """A quantity; where none is stated it is one."""
    found = count(value, path)
    return 1 if found is None else found


# -- purchase orders -------------------------------------------------------------------------------------------------


def purchase_row(row: w.OrderRow, raw: bytes) -> r.PurchaseOrderRecord:
    """A row of the list: partial."""
    number = required_id(row.orderNo, "orderNo")
    return r.PurchaseOrderRecord(
        remote_id=number,
        number=number,
        status=word(PURCHASE_STATUS, row.status),
        remote_status=text(row.status),
        currency=CURRENCY,
        total=amount(row.totalAmount, "totalAmount"),
        item_count=count(row.itemCount, "itemCount"),
        placed_at=iso_time(row.createdAt, "createdAt"),
        is_partial=True,
        raw=raw,
    )


def purchase_order(order: w.Order, raw: bytes) -> r.PurchaseOrderRecord:
    """The whole purchase order, with its lines, logistics and inspection."""
    number = required_id(order.orderNo, "orderNo")
    logistics, inspection = order.logistics or w.Logistics(), order.inspection or w.Inspection()
    return r.PurchaseOrderRecord(
        remote_id=number,
        number=number,
        status=word(PURCHASE_STATUS, order.status),
        remote_status=text(order.status),
        currency=currency(order.currency),
        total=amount(order.totalAmount, "totalAmount"),
        service_fee=amount(order.serviceFee, "serviceFee"),
        item_count=len(order.items) if order.items is not None else None,
        source=text(order.platform),
        carrier=text(logistics.carrier),
        tracking_number=text(logistics.trackingNo),
        inspection=text(inspection.result),
        inspection_weight_grams=count(inspection.weight, "inspection.weight"),
        inspection_photos=urls(inspection.photos),
        remark=text(order.remark),
        placed_at=iso_time(order.createdAt, "createdAt"),
        updated_at=iso_time(order.updatedAt, "updatedAt"),
        lines=tuple(_purchase_line(item, index) for index, item in enumerate(order.items or ())),
        raw=raw,
    )


def _purchase_line(item: w.OrderItem, index: int) -> r.PurchaseLineRecord:
    at = f"items[{index}]"
    return r.PurchaseLineRecord(
        product_remote_id=text(item.productId),
        title=text(item.title),
        sku=text(item.skuId),
        sku_name=text(item.skuName),
        price=amount(item.price, f"{at}.price"),
        quantity=_pieces(item.quantity, f"{at}.quantity"),
        remark=text(item.remark),
    )


# -- logistics -------------------------------------------------------------------------------------------------------


def country(wire: w.Country) -> r.CountryRecord:
    """A country that can be shipped to."""
    return r.CountryRecord(code=text(wire.code).upper(), name=text(wire.name))


def shipping_method(method: w.ShippingMethod, raw: bytes) -> r.ShippingMethodRecord:
    """A shipping channel."""
    weights = method.weightRange or w.WeightRange()
    return r.ShippingMethodRecord(
        remote_id=required_id(method.channelId, "channelId"),
        name=text(method.name),
        carrier=text(method.carrier),
        delivery_days=text(method.deliveryDays),
        cargo_types=tuple(method.supportedCargo or ()),
        minimum_grams=count(weights.min, "weightRange.min"),
        maximum_grams=count(weights.max, "weightRange.max"),
        raw=raw,
    )


def freight_quote(freight: w.Freight) -> r.FreightQuote:
    """The price of one channel, as quoted; nothing is recomputed."""
    return r.FreightQuote(
        channel_remote_id=required_id(freight.channelId, "channelId"),
        name=text(freight.name),
        actual_grams=count(freight.actualWeight, "actualWeight"),
        volumetric_grams=count(freight.volumetricWeight, "volumetricWeight"),
        charge_grams=count(freight.chargeWeight, "chargeWeight"),
        price=amount(freight.totalPrice, "totalPrice"),
        currency=currency(freight.currency),
        delivery_days=text(freight.deliveryDays),
    )


# -- shipments and warehouse -----------------------------------------------------------------------------------------


def shipment_row(row: w.ShipmentRow, raw: bytes) -> r.ShipmentRecord:
    """A row of the list: partial."""
    number = required_id(row.orderNo, "orderNo")
    return r.ShipmentRecord(
        remote_id=number,
        number=number,
        status=word(SHIPMENT_STATUS, row.status),
        remote_status=text(row.status),
        channel=text(row.channelName),
        tracking_number=text(row.trackingNo),
        fee=amount(row.shippingFee, "shippingFee"),
        currency=currency(row.currency),
        weight_grams=count(row.totalWeight, "totalWeight"),
        placed_at=iso_time(row.createdAt, "createdAt"),
        is_partial=True,
        raw=raw,
    )


def shipment(whole: w.Shipment, raw: bytes) -> r.ShipmentRecord:
    """The whole shipment, with its packages and recipient."""
    number = required_id(whole.orderNo, "orderNo")
    return r.ShipmentRecord(
        remote_id=number,
        number=number,
        status=word(SHIPMENT_STATUS, whole.status),
        remote_status=text(whole.status),
        channel=text(whole.channelName),
        tracking_number=text(whole.trackingNo),
        fee=amount(whole.shippingFee, "shippingFee"),
        currency=currency(whole.currency),
        weight_grams=count(whole.totalWeight, "totalWeight"),
        recipient=_recipient(whole),
        items=tuple(_shipment_item(item, index) for index, item in enumerate(whole.items or ())),
        placed_at=iso_time(whole.createdAt, "createdAt"),
        updated_at=iso_time(whole.updatedAt, "updatedAt"),
        raw=raw,
    )


def _recipient(whole: w.Shipment) -> r.Address | None:
    found = r.Address(
        name=text(whole.recipientName),
        phone=text(whole.recipientPhone),
        street1=text(whole.recipientAddress),
        city=text(whole.recipientCity),
        state=text(whole.recipientState),
        postcode=text(whole.recipientZipCode),
        country=text(whole.recipientCountry).upper(),
    )
    return found if found != r.Address() else None


def _shipment_item(item: w.ShipmentItem, index: int) -> r.ShipmentItemRecord:
    at = f"items[{index}]"
    return r.ShipmentItemRecord(
        package_remote_id=required_id(item.inventoryId, f"{at}.inventoryId"),
        title=text(item.name),
        quantity=_pieces(item.quantity, f"{at}.quantity"),
    )


def package(wire: w.Package, raw: bytes, shippable: bool | None = None) -> r.PackageRecord:
    """A package in the warehouse. The platform's word is the status; whether it may be shipped is told elsewhere."""
    return r.PackageRecord(
        remote_id=required_id(wire.id),
        title=text(wire.productName),
        status=text(wire.status),
        remote_status=text(wire.status),
        purchase_order=text(wire.orderId),
        weight_grams=count(wire.weight, "weight"),
        storage_days=count(wire.storageDays, "storageDays"),
        photos=urls(wire.inspectionPhotos),
        shippable=shippable,
        arrived_at=iso_time(wire.arrivedAt, "arrivedAt"),
        raw=raw,
    )


def warehouse_stats(stats: w.PackageStats) -> r.WarehouseStats:
    """Counts of packages; what is not stated is none."""
    return r.WarehouseStats(
        total=count(stats.total, "total") or 0,
        in_warehouse=count(stats.inWarehouse, "inWarehouse") or 0,
        shippable=count(stats.shippable, "shippable") or 0,
    )


# -- user ------------------------------------------------------------------------------------------------------------


def profile(wire: w.Profile, raw: bytes) -> r.ProfileRecord:
    """Whose key it is."""
    return r.ProfileRecord(
        remote_id=required_id(wire.id),
        name=text(wire.username),
        email=text(wire.email),
        language=text(wire.language),
        avatar=text(wire.avatar),
        created_at=iso_time(wire.createdAt, "createdAt"),
        raw=raw,
    )


def balance(wire: w.Balance, raw: bytes) -> r.BalanceRecord:
    """The one wallet of a key; amounts as stated."""
    return r.BalanceRecord(
        remote_id=WALLET,
        currency=currency(wire.currency),
        balance=amount(wire.balance, "balance"),
        frozen=amount(wire.frozenBalance, "frozenBalance"),
        available=amount(wire.availableBalance, "availableBalance"),
        raw=raw,
    )


def wallet_movement(wire: w.Transaction, raw: bytes) -> r.WalletMovementRecord:
    """A movement; its sign and its word are the platform's."""
    return r.WalletMovementRecord(
        remote_id=required_id(wire.id),
        kind=text(wire.type),
        amount=amount(wire.amount),
        currency=currency(wire.currency),
        order_number=text(wire.orderNo),
        happened_at=iso_time(wire.createdAt, "createdAt"),
        raw=raw,
    )


def saved_address(wire: w.SavedAddress, raw: bytes) -> r.AddressBookRecord:
    """A saved address."""
    address = r.Address(
        name=text(wire.name),
        phone=text(wire.phone),
        street1=text(wire.address),
        city=text(wire.city),
        state=text(wire.state),
        postcode=text(wire.zipCode),
        country=text(wire.country).upper(),
    )
    return r.AddressBookRecord(
        remote_id=required_id(wire.id), address=address, is_default=bool(wire.isDefault), raw=raw
    )


def favourite(wire: w.Favorite, raw: bytes) -> r.FavouriteRecord:
    """A product put aside."""
    return r.FavouriteRecord(
        remote_id=required_id(wire.id),
        product_remote_id=required_id(wire.productId, "productId"),
        title=text(wire.title),
        price=amount(wire.price, "price"),
        currency=CURRENCY,
        image=text(wire.imageUrl),
        added_at=iso_time(wire.addedAt, "addedAt"),
        raw=raw,
    )


def coupon(wire: w.Coupon, raw: bytes, claimed: bool) -> r.CouponRecord:
    """A coupon: ours (``claimed``), or on offer. A percentage has no currency; its minimum is in CNY all the same."""
    return r.CouponRecord(
        remote_id=required_id(wire.id),
        name=text(wire.name),
        kind=text(wire.type),
        value=amount(wire.value, "value"),
        minimum=amount(wire.minOrderAmount, "minOrderAmount"),
        currency=CURRENCY,
        claimed=claimed,
        expires_at=iso_time(wire.expiresAt, "expiresAt"),
        raw=raw,
    )
