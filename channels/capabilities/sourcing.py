"""Capabilities of buying through an agent."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

from channels import records as r


@runtime_checkable
class SearchesSources(Protocol):
    """A live search at the sources; ``sources`` are the ones that can be named."""

    sources: tuple[str, ...]

    def search_sources(self, query: r.SourceQuery) -> r.Page[r.SourceProductRecord]: ...

    def read_source_product(self, remote_id: str) -> r.SourceProductRecord | None: ...


@runtime_checkable
class ImportsSources(Protocol):
    """A product brought in by its URL or offer id."""

    def import_source_product(self, url: str = "", offer_id: str = "") -> r.SourceProductRecord: ...


@runtime_checkable
class PullsCart(Protocol):
    """The buying cart."""

    def pull_cart(self, after: str | None, since: datetime | None) -> r.Page[r.CartItemRecord]: ...


@runtime_checkable
class EditsCart(Protocol):
    """The cart changed. ``update_cart`` leaves what is ``None`` as it is."""

    def add_to_cart(self, items: tuple[r.PurchaseItem, ...]) -> r.Receipt: ...

    def update_cart(self, item: r.Ref, quantity: int | None, selected: bool | None) -> r.Receipt: ...

    def remove_from_cart(self, item: r.Ref) -> r.Receipt: ...

    def clear_cart(self) -> r.Receipt: ...


@runtime_checkable
class PullsPurchaseOrders(Protocol):
    """Purchase orders; a list row may be partial."""

    def pull_purchase_orders(self, after: str | None, since: datetime | None) -> r.Page[r.PurchaseOrderRecord]: ...


@runtime_checkable
class ReadsPurchaseOrders(Protocol):
    """One purchase order, whole, with its logistics and inspection."""

    def read_purchase_order(self, order: r.Ref) -> r.PurchaseOrderRecord | None: ...


@runtime_checkable
class PlacesPurchaseOrders(Protocol):
    """A purchase paid from the wallet. Spends money."""

    def place_purchase_order(self, draft: r.PurchaseDraft) -> r.Receipt: ...


@runtime_checkable
class CancelsPurchaseOrders(Protocol):
    """A purchase cancelled, while its status (one of ``cancellable_purchase_statuses``) allows."""

    cancellable_purchase_statuses: tuple[str, ...]

    def cancel_purchase_order(self, order: r.Ref, reason: str) -> r.Receipt: ...


@runtime_checkable
class PullsPackages(Protocol):
    """Packages in the agent's warehouse."""

    def pull_packages(self, after: str | None, since: datetime | None) -> r.Page[r.PackageRecord]: ...


@runtime_checkable
class ReadsWarehouse(Protocol):
    """Counts of the warehouse, and one package."""

    def read_warehouse_stats(self) -> r.WarehouseStats: ...

    def read_package(self, package: r.Ref) -> r.PackageRecord | None: ...


@runtime_checkable
class PullsShipments(Protocol):
    """Shipments abroad; a list row may be partial."""

    def pull_shipments(self, after: str | None, since: datetime | None) -> r.Page[r.ShipmentRecord]: ...


@runtime_checkable
class ReadsShipments(Protocol):
    """One shipment, whole."""

    def read_shipment(self, shipment: r.Ref) -> r.ShipmentRecord | None: ...


@runtime_checkable
class CreatesShipments(Protocol):
    """A shipment made from packages. Spends money."""

    def create_shipment(self, draft: r.ShipmentDraft) -> r.Receipt: ...


@runtime_checkable
class CancelsShipments(Protocol):
    """A shipment cancelled."""

    def cancel_shipment(self, shipment: r.Ref) -> r.Receipt: ...


@runtime_checkable
class ConfirmsDeliveries(Protocol):
    """A shipment confirmed as received."""

    def confirm_delivery(self, shipment: r.Ref) -> r.Receipt: ...


@runtime_checkable
class PullsShippingMethods(Protocol):
    """Ways to ship abroad."""

    def pull_shipping_methods(self, after: str | None, since: datetime | None) -> r.Page[r.ShippingMethodRecord]: ...


@runtime_checkable
class QuotesFreight(Protocol):
    """Live freight prices, and the countries that can be shipped to."""

    def quote_freight(self, query: r.FreightQuery) -> tuple[r.FreightQuote, ...]: ...

    def read_countries(self) -> tuple[r.CountryRecord, ...]: ...


@runtime_checkable
class PullsAddresses(Protocol):
    """Saved recipient addresses."""

    def pull_addresses(self, after: str | None, since: datetime | None) -> r.Page[r.AddressBookRecord]: ...


@runtime_checkable
class SavesAddresses(Protocol):
    """Recipient addresses created (``ref`` is ``None``), changed, deleted."""

    def save_address(self, ref: r.Ref | None, address: r.Address, is_default: bool | None) -> r.Receipt: ...

    def delete_address(self, ref: r.Ref) -> r.Receipt: ...


@runtime_checkable
class PullsFavourites(Protocol):
    """Source products put aside."""

    def pull_favourites(self, after: str | None, since: datetime | None) -> r.Page[r.FavouriteRecord]: ...


@runtime_checkable
class EditsFavourites(Protocol):
    """Favourites added by product id, removed by favourite id."""

    def add_favourite(self, product_remote_id: str) -> r.Receipt: ...

    def remove_favourite(self, favourite: r.Ref) -> r.Receipt: ...


@runtime_checkable
class PullsProfile(Protocol):
    """The profile behind the credentials, as a page of one."""

    def pull_profile(self, after: str | None, since: datetime | None) -> r.Page[r.ProfileRecord]: ...


@runtime_checkable
class UpdatesProfile(Protocol):
    """Fields of the profile changed; ``profile_fields`` names them."""

    profile_fields: tuple[str, ...]

    def update_profile(self, fields: dict[str, str]) -> r.Receipt: ...
