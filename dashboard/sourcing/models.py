"""What is bought through an agent, as the agent has it. Weights are grams."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Index, Q, UniqueConstraint
from django.utils.translation import pgettext_lazy

from dashboard.orders.models import Order
from dashboard.sourcing.querysets import PackageQuerySet, PurchaseQuerySet, ShipmentQuerySet
from dashboard.sync.models import Command, Connection, MirroredModel, MirroredPart, ScopedQuerySet


def amount() -> models.DecimalField[Any, Any]:
    """A column for money in major units; `None`: not stated."""
    return models.DecimalField(max_digits=19, decimal_places=4, null=True)


class SourceProduct(MirroredModel):
    """A product at a source that somebody looked at, imported or put aside. `minimum` is the least quantity to order.

    `description` is the platform's HTML, unsanitised. `skus` are ``{"remote_id", "name", "price", "stock", "image"}``,
    the price as text.
    """

    title = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=60, blank=True)
    price = amount()
    original_price = amount()
    currency = models.CharField(max_length=3, blank=True)
    sku = models.CharField(max_length=200, blank=True)
    image = models.TextField(blank=True)
    images = models.JSONField(default=list)
    shop = models.CharField(max_length=200, blank=True)
    url = models.TextField(blank=True)
    sales = models.IntegerField(null=True)
    quantity = models.IntegerField(null=True)
    minimum = models.IntegerField(default=1)
    description = models.TextField(blank=True)
    skus = models.JSONField(default=list)
    attributes = models.JSONField(default=list)

    class Meta:
        verbose_name = pgettext_lazy("model", "source product")
        verbose_name_plural = pgettext_lazy("model", "source products")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="source_product_once")]

    def __str__(self) -> str:
        return self.title or self.remote_id


class CartItem(MirroredModel):
    """One line of the buying cart."""

    product_remote_id = models.CharField(max_length=200, blank=True)
    sku = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=500, blank=True)
    sku_name = models.CharField(max_length=300, blank=True)
    price = amount()
    currency = models.CharField(max_length=3, blank=True)
    quantity = models.IntegerField(default=1)
    selected = models.BooleanField(default=True)
    stock = models.IntegerField(null=True)
    image = models.TextField(blank=True)
    remark = models.TextField(blank=True)
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "cart line")
        verbose_name_plural = pgettext_lazy("model", "cart lines")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="cart_item_once")]

    def __str__(self) -> str:
        return self.title or self.sku or self.remote_id


class PurchaseOrder(MirroredModel):
    """A purchase through the agent; `status` is the agent's own word. `items` is the first line, for lists."""

    number = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    total = amount()
    service_fee = amount()
    item_count = models.IntegerField(null=True)
    items = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=60, blank=True)
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    inspection = models.CharField(max_length=120, blank=True)
    inspection_weight_grams = models.IntegerField(null=True)
    inspection_photos = models.JSONField(default=list)
    remark = models.TextField(blank=True)
    placed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)

    objects = PurchaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = pgettext_lazy("model", "purchase order")
        verbose_name_plural = pgettext_lazy("model", "purchase orders")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="purchase_order_once")]
        indexes = [
            Index(fields=["-placed_at", "-id"], name="purchase_newest"),
            Index(fields=["connection", "-placed_at", "-id"], name="purchase_of_connection"),
            Index(fields=["status", "-placed_at", "-id"], name="purchase_by_status"),
            Index(fields=["total", "id"], name="purchase_by_total"),
        ]

    def __str__(self) -> str:
        return self.number or self.remote_id


class PartQuerySet(ScopedQuerySet):
    """Lines of a purchase order or shipment, through its connection."""

    connection_path = "whole__connection"


class PurchaseLine(MirroredPart):
    """A line of a purchase order; the price is in its currency."""

    whole = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines", db_index=False)
    product_remote_id = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=500, blank=True)
    sku = models.CharField(max_length=200, blank=True)
    sku_name = models.CharField(max_length=300, blank=True)
    price = amount()
    quantity = models.IntegerField(default=1)
    remark = models.TextField(blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "purchase line")
        verbose_name_plural = pgettext_lazy("model", "purchase lines")
        constraints = [UniqueConstraint(fields=["whole", "remote_id"], name="purchase_line_once")]

    def __str__(self) -> str:
        return self.title or self.remote_id


class Package(MirroredModel):
    """A package in the agent's warehouse. `shippable` is `None` when nobody said."""

    title = models.CharField(max_length=500, blank=True)
    purchase_order = models.CharField(max_length=120, blank=True)
    weight_grams = models.IntegerField(null=True)
    storage_days = models.IntegerField(null=True)
    photos = models.JSONField(default=list)
    shippable = models.BooleanField(null=True)
    arrived_at = models.DateTimeField(null=True)

    objects = PackageQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = pgettext_lazy("model", "warehouse package")
        verbose_name_plural = pgettext_lazy("model", "warehouse packages")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="package_once")]
        indexes = [
            Index(fields=["-arrived_at", "-id"], name="package_newest"),
            Index(fields=["connection", "purchase_order"], name="package_of_purchase"),
        ]

    def __str__(self) -> str:
        return self.title or self.remote_id


class Shipment(MirroredModel):
    """A parcel from the agent's warehouse abroad. `recipient` holds the fields of an address, or nothing."""

    number = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=200, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    fee = amount()
    currency = models.CharField(max_length=3, blank=True)
    weight_grams = models.IntegerField(null=True)
    recipient = models.JSONField(null=True)
    placed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)

    objects = ShipmentQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = pgettext_lazy("model", "shipment")
        verbose_name_plural = pgettext_lazy("model", "shipments")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="shipment_once")]
        indexes = [
            Index(fields=["-placed_at", "-id"], name="shipment_newest"),
            Index(fields=["connection", "-placed_at", "-id"], name="shipment_of_connection"),
            Index(fields=["status", "-placed_at", "-id"], name="shipment_by_status"),
        ]

    def __str__(self) -> str:
        return self.number or self.remote_id


class ShipmentItem(MirroredPart):
    """One package inside a shipment."""

    whole = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="items", db_index=False)
    package_remote_id = models.CharField(max_length=200)
    title = models.CharField(max_length=500, blank=True)
    quantity = models.IntegerField(default=1)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "package of a shipment")
        verbose_name_plural = pgettext_lazy("model", "packages of shipments")
        constraints = [UniqueConstraint(fields=["whole", "remote_id"], name="shipment_item_once")]

    def __str__(self) -> str:
        return self.title or self.package_remote_id


class ShippingMethod(MirroredModel):
    """A way to ship abroad; `delivery_days` is the agent's text, such as ``7-15``."""

    name = models.CharField(max_length=200, blank=True)
    carrier = models.CharField(max_length=120, blank=True)
    delivery_days = models.CharField(max_length=60, blank=True)
    cargo_types = models.JSONField(default=list)
    minimum_grams = models.IntegerField(null=True)
    maximum_grams = models.IntegerField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "shipping method")
        verbose_name_plural = pgettext_lazy("model", "shipping methods")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="shipping_method_once")]

    def __str__(self) -> str:
        return self.name or self.remote_id


class AddressEntry(MirroredModel):
    """A saved recipient address."""

    name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=500, blank=True)
    postcode = models.CharField(max_length=40, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        verbose_name = pgettext_lazy("model", "address")
        verbose_name_plural = pgettext_lazy("model", "addresses")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="address_once")]
        ordering = [F("is_default").desc(), "name", "pk"]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.city, self.country) if part) or self.remote_id


class Favourite(MirroredModel):
    """A source product that was put aside."""

    product_remote_id = models.CharField(max_length=200)
    title = models.CharField(max_length=500, blank=True)
    price = amount()
    currency = models.CharField(max_length=3, blank=True)
    image = models.TextField(blank=True)
    added_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "favourite")
        verbose_name_plural = pgettext_lazy("model", "favourites")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="favourite_once")]

    def __str__(self) -> str:
        return self.title or self.product_remote_id


class Profile(MirroredModel):
    """Who the credentials belong to on the platform."""

    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=40, blank=True)
    avatar = models.TextField(blank=True)
    created_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "profile")
        verbose_name_plural = pgettext_lazy("model", "profiles")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="profile_once")]

    def __str__(self) -> str:
        return self.name or self.email or self.remote_id


class PurposeQuerySet(ScopedQuerySet):
    """Purposes, through the connection of the order that is bought for."""

    connection_path = "order__connection"


class Purpose(models.Model):
    """Which buyer's order a purchase is for, as staff said.

    `command` placed the purchase, where it was placed here; `purchase_remote_id` is empty until the platform named it.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    purchase_remote_id = models.CharField(max_length=200, blank=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+")
    command = models.ForeignKey(Command, on_delete=models.SET_NULL, null=True, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PurposeQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "purpose of a purchase")
        verbose_name_plural = pgettext_lazy("model", "purposes of purchases")
        constraints = [
            UniqueConstraint(
                fields=["connection", "purchase_remote_id", "order"],
                condition=~Q(purchase_remote_id=""),
                name="purpose_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purchase_remote_id or self.command_id} → {self.order_id}"
