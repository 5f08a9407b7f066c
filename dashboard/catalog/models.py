"""Products, variants and categories as the platforms have them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from dashboard.catalog.querysets import ProductQuerySet, VariantQuerySet
from dashboard.sync.models import Command, MirroredModel, MirroredPart


class Product(MirroredModel):
    """A product on one connection.

    `description` is the platform's HTML, unsanitised: show it only through the sanitiser.
    """

    number = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=500, blank=True)
    brand = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=300, blank=True)
    category_remote_id = models.CharField(max_length=200, blank=True)
    sku = models.CharField(max_length=200, blank=True)
    quantity = models.IntegerField(null=True)
    url = models.TextField(blank=True)
    description = models.TextField(blank=True)
    images = models.JSONField(default=list)
    attributes = models.JSONField(default=list)
    created_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)

    objects = ProductQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = pgettext_lazy("model", "product")
        verbose_name_plural = pgettext_lazy("model", "products")
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="product_once")]
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="product_newest"),
            models.Index(fields=["connection", "-updated_at", "-id"], name="product_of_connection"),
            models.Index(fields=["status", "-updated_at", "-id"], name="product_by_status"),
            models.Index(fields=["title", "id"], name="product_by_title"),
        ]

    def __str__(self) -> str:
        return self.title or self.sku or self.remote_id


class Variant(MirroredPart):
    """What has a price and a stock. `currency` may be empty where a platform states none."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants", db_index=False)
    sku = models.CharField(max_length=200, blank=True, db_index=True)
    barcode = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=500, blank=True)
    price = models.DecimalField(max_digits=19, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    quantity = models.IntegerField(null=True)
    alert_quantity = models.IntegerField(null=True)
    image = models.TextField(blank=True)
    options = models.JSONField(default=list)
    attributes = models.JSONField(default=list)
    weight_grams = models.IntegerField(null=True)
    updated_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "variant")
        verbose_name_plural = pgettext_lazy("model", "variants")
        constraints = [models.UniqueConstraint(fields=["product", "remote_id"], name="variant_once")]

    def __str__(self) -> str:
        return self.title or self.sku or self.remote_id


class Category(MirroredModel):
    """A category of a platform; `path` is its whole breadcrumb."""

    name = models.CharField(max_length=300, blank=True)
    path = models.CharField(max_length=500, blank=True)
    parent_remote_id = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "category")
        verbose_name_plural = pgettext_lazy("model", "categories")
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="category_once")]

    def __str__(self) -> str:
        return self.path or self.name or self.remote_id


class StockPool(models.Model):
    """How many accounts were handed to a product's delivery pool from here; never the accounts themselves.

    `command` is what handed them over.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="pool_entries")
    command = models.OneToOneField(Command, on_delete=models.SET_NULL, null=True, related_name="+")
    accounts = models.PositiveIntegerField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "addition to a pool")
        verbose_name_plural = pgettext_lazy("model", "additions to pools")

    def __str__(self) -> str:
        return f"{self.accounts}"
