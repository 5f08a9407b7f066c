"""Capabilities of the catalog."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable

import msgspec

from channels import records as r


class PriceRule(msgspec.Struct, frozen=True, kw_only=True):
    """What prices a platform takes: inclusive bounds in major units, decimals, currencies (``None``: the variant's)."""

    minimum: Decimal = Decimal(0)
    maximum: Decimal = Decimal("999999999.99")
    decimals: int = 2
    currencies: tuple[str, ...] | None = None


class StockRule(msgspec.Struct, frozen=True, kw_only=True):
    """What stock a platform takes: inclusive bounds, and whether an alert threshold can be set."""

    minimum: int = 0
    maximum: int = 2_147_483_647
    has_alert: bool = False


@runtime_checkable
class ChecksCredentials(Protocol):
    """Proves the credentials with one harmless read."""

    def check_credentials(self) -> r.Identity: ...


@runtime_checkable
class PullsProducts(Protocol):
    """Products with their variants."""

    def pull_products(self, after: str | None, since: datetime | None) -> r.Page[r.ProductRecord]: ...


@runtime_checkable
class ReadsProducts(Protocol):
    """One product."""

    def read_product(self, product: r.Ref) -> r.ProductRecord | None: ...


@runtime_checkable
class PullsCategories(Protocol):
    """The platform's categories."""

    def pull_categories(self, after: str | None, since: datetime | None) -> r.Page[r.CategoryRecord]: ...


@runtime_checkable
class PullsAccounts(Protocol):
    """Accounts on the marketplaces behind an aggregator."""

    def pull_accounts(self, after: str | None, since: datetime | None) -> r.Page[r.AccountRecord]: ...


@runtime_checkable
class SetsStock(Protocol):
    """Absolute stock of variants; at most ``stock_batch`` changes a call."""

    stock_batch: int
    stock_rule: StockRule

    def set_stock(self, changes: tuple[r.StockChange, ...]) -> r.Receipt: ...


@runtime_checkable
class SetsPrices(Protocol):
    """Absolute prices of variants; at most ``price_batch`` changes of one currency a call."""

    price_batch: int
    price_rule: PriceRule

    def set_prices(self, changes: tuple[r.PriceChange, ...]) -> r.Receipt: ...


@runtime_checkable
class SetsListings(Protocol):
    """Products put on sale or taken off; at most ``listing_batch`` products of one direction a call."""

    listing_batch: int

    def set_listings(self, changes: tuple[r.ListingChange, ...]) -> r.Receipt: ...


@runtime_checkable
class CreatesProducts(Protocol):
    """A new product. ``find_product`` finds one made from a draft again (by SKU, source id or title), for read-back.

    ``product_fields`` names the fields of :class:`~channels.records.ProductDraft` that the platform takes,
    ``required_product_fields`` those it demands, ``product_statuses`` the words ``status`` may have.
    """

    product_fields: tuple[str, ...]
    required_product_fields: tuple[str, ...]
    product_statuses: tuple[str, ...]

    def create_product(self, draft: r.ProductDraft) -> r.Receipt: ...

    def find_product(self, draft: r.ProductDraft) -> r.ProductRecord | None: ...


@runtime_checkable
class UpdatesProducts(Protocol):
    """Changes of a product; only the fields that ``updatable_product_fields`` names."""

    updatable_product_fields: tuple[str, ...]

    def update_product(self, product: r.Ref, changes: r.ProductDraft) -> r.Receipt: ...


@runtime_checkable
class DeletesProducts(Protocol):
    """A product taken away for good."""

    def delete_product(self, product: r.Ref) -> r.Receipt: ...


@runtime_checkable
class AppendsAccounts(Protocol):
    """Accounts (username and password) added to a product's delivery pool; at most ``account_batch`` a call."""

    account_batch: int

    def append_accounts(self, product: r.Ref, accounts: str | tuple[dict[str, str], ...]) -> r.Receipt: ...


@runtime_checkable
class UploadsImages(Protocol):
    """An image stored on the platform; the receipt's ``remote_id`` is what other calls refer to it by."""

    def upload_image(self, image: r.Upload) -> r.Receipt: ...
