"""Orders as the platforms have them, and what staff add to them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dashboard.core.crypto import EncryptedTextField
from dashboard.orders.querysets import UNDER_WAY, OrderQuerySet, PartQuerySet, ToldQuerySet
from dashboard.sync.models import Command, MirroredModel, MirroredPart


class Tag(models.Model):
    """A word that staff put on orders."""

    name = models.CharField(max_length=40, unique=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "tag")
        verbose_name_plural = pgettext_lazy("model", "tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Order(MirroredModel):
    """An order on one connection. Amounts are the platform's own; none is recomputed.

    `delivered` is the secret content that the platform shows in the order itself (one row a line). `items` and
    `line_count` are for lists. Staff's own columns, which no reading touches: `partner_code` (our code, on orders that
    we created), `assignee`, `tags`.
    """

    number = models.CharField(max_length=120, blank=True)
    source_order_id = models.CharField(max_length=120, blank=True)
    account_remote_id = models.CharField(max_length=200, blank=True)
    marketplace = models.CharField(max_length=60, blank=True)
    payment_status = models.CharField(max_length=20, blank=True)
    fulfilment_status = models.CharField(max_length=20, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    total = models.DecimalField(max_digits=19, decimal_places=4, null=True)
    totals = models.JSONField(default=list)
    buyer = models.CharField(max_length=200, blank=True)
    buyer_remote_id = models.CharField(max_length=200, blank=True)
    buyer_email = models.CharField(max_length=254, blank=True)
    address = models.JSONField(null=True)
    requirements = models.TextField(blank=True)
    payment_method = models.CharField(max_length=120, blank=True)
    is_archived = models.BooleanField(default=False)
    items = models.CharField(max_length=300, blank=True)
    line_count = models.IntegerField(default=0)
    quantity = models.IntegerField(null=True)
    delivered_units = models.IntegerField(null=True)
    delivered = EncryptedTextField(null=True)
    ship_by = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    placed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)

    partner_code = models.CharField(max_length=120, blank=True, db_default="")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    tags = models.ManyToManyField(Tag, related_name="orders", blank=True)

    objects = OrderQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = pgettext_lazy("model", "order")
        verbose_name_plural = pgettext_lazy("model", "orders")
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="order_once")]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            models.Index(fields=["connection", "-placed_at", "-id"], name="order_of_connection"),
            models.Index(fields=["status", "-placed_at", "-id"], name="order_by_status"),
            models.Index(
                fields=["connection", "buyer_remote_id", "-placed_at", "-id"],
                name="order_of_buyer",
                condition=~Q(buyer_remote_id=""),
            ),
            models.Index(fields=["ship_by", "id"], name="order_by_deadline"),
            models.Index(fields=["ship_by", "id"], name="order_open_deadline", condition=Q(status__in=UNDER_WAY)),
            models.Index(fields=["total", "id"], name="order_by_total"),
            models.Index(
                fields=["payment_status", "-placed_at", "-id"],
                name="order_by_payment",
                condition=~Q(payment_status="paid"),
            ),
            models.Index(fields=["assignee"], name="order_assigned", condition=Q(assignee__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number or self.partner_code or self.remote_id


class OrderLine(MirroredPart):
    """A line of an order; product and variant are named by their remote ids."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    sku = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=500, blank=True)
    quantity = models.IntegerField(default=1)
    unit_price = models.DecimalField(max_digits=19, decimal_places=4, null=True)
    status = models.CharField(max_length=40, blank=True)
    remote_status = models.CharField(max_length=120, blank=True)
    product_remote_id = models.CharField(max_length=200, blank=True)
    variant_remote_id = models.CharField(max_length=200, blank=True)
    image = models.TextField(blank=True)
    barcode = models.CharField(max_length=200, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "order line")
        verbose_name_plural = pgettext_lazy("model", "order lines")
        constraints = [models.UniqueConstraint(fields=["order", "remote_id"], name="order_line_once")]

    def __str__(self) -> str:
        return self.title or self.sku or self.remote_id


class Parcel(MirroredPart):
    """A parcel of an order; `checkpoints` are ``{"at", "words", "place"}``, as the carrier states them."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="parcels", db_index=False)
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=120, blank=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    checkpoints = models.JSONField(default=list)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "parcel")
        verbose_name_plural = pgettext_lazy("model", "parcels")
        constraints = [models.UniqueConstraint(fields=["order", "remote_id"], name="parcel_once")]

    def __str__(self) -> str:
        return self.tracking_number or self.remote_id


class DeliveryRecord(MirroredModel):
    """What the platform says was delivered; `content` is secret."""

    order_remote_id = models.CharField(max_length=200)
    content = EncryptedTextField(null=True)
    quantity = models.IntegerField(null=True)
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(null=True)

    objects = ToldQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = pgettext_lazy("model", "delivery record")
        verbose_name_plural = pgettext_lazy("model", "delivery records")
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="delivery_once")]
        indexes = [models.Index(fields=["connection", "order_remote_id"], name="delivery_of_order")]

    def __str__(self) -> str:
        return self.remote_id


class DeliveryError(MirroredModel):
    """A delivery error that the platform was told of."""

    order_remote_id = models.CharField(max_length=200)
    remark = models.TextField(blank=True)
    image_urls = models.JSONField(default=list)
    quantity = models.IntegerField(null=True)
    email_sent = models.BooleanField(null=True)
    created_at = models.DateTimeField(null=True)

    objects = ToldQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = pgettext_lazy("model", "delivery error")
        verbose_name_plural = pgettext_lazy("model", "delivery errors")
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="delivery_error_once")]
        indexes = [models.Index(fields=["connection", "order_remote_id"], name="delivery_error_of_order")]

    def __str__(self) -> str:
        return self.remark[:60] or self.remote_id


class Account(MirroredModel):
    """An account on a marketplace behind a connection; not `is_valid`: it must be authorised again there."""

    marketplace = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200, blank=True)
    identifier = models.CharField(max_length=200, blank=True)
    is_valid = models.BooleanField(default=True)
    created_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "marketplace account")
        verbose_name_plural = pgettext_lazy("model", "marketplace accounts")
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="account_once")]

    def __str__(self) -> str:
        return self.title or self.identifier or self.remote_id


class Note(models.Model):
    """What staff write to each other about an order; no platform ever sees it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "note on an order")
        verbose_name_plural = pgettext_lazy("model", "notes on orders")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Invoice(models.Model):
    """A PDF invoice that was made or given here; `command` is how it went to the platform, if it did."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="invoices")
    number = models.CharField(max_length=120)
    pdf = models.BinaryField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    command = models.OneToOneField(
        Command, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", default=None
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "invoice")
        verbose_name_plural = pgettext_lazy("model", "invoices")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.number
