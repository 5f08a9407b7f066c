"""What the agent can do for us: each capability is a line or two of client and mapping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from channels import errors as e
from channels import records as r
from channels.fulfillbot import bodies, mapping
from channels.fulfillbot import wire as w
from channels.fulfillbot.client import Client
from channels.fulfillbot.dialect import NOT_FOUND, held_scopes
from channels.fulfillbot.lists import PAGE, Shippable, items, numbered, whole
from channels.http import Http

R = TypeVar("R")


class FulfillbotChannel:
    """One key of the purchasing agent. No list can be asked for changes only, so that ``since`` is not used."""

    sources = ("taobao", "1688", "weidian")
    cancellable_purchase_statuses = ("pending", "paid")
    profile_fields = ("username", "email", "avatar", "language")

    def __init__(self, http: Http, now: Callable[[], datetime]) -> None:
        self.http = http
        self.client = Client(http)
        self._shippable = Shippable(self.client, now)

    def check_credentials(self) -> r.Identity:
        """Reads the profile. A key without that scope still stands: the refusal then tells the scopes that it has."""
        try:
            found = self.client.profile().wire
        except e.AuthFailed as error:
            if not error.missing_scope:
                raise
            note = f"The key lacks {error.missing_scope}: its owner cannot be read."
            return r.Identity(name="", scopes=held_scopes(error.words), notes=(note,))
        note = "The platform tells a key's scopes only when one is missing."
        return r.Identity(name=found.username or found.email or str(found.id), notes=(note,))

    # -- sources -----------------------------------------------------------------------------------------------------

    def search_sources(self, query: r.SourceQuery) -> r.Page[r.SourceProductRecord]:
        """One page of results; pages hold at most 100."""
        if query.source and query.source not in self.sources:
            raise e.NotSent(f"There is no search of “{query.source}”; known: {', '.join(self.sources)}.")
        size = min(max(query.limit, 1), PAGE)

        def fetch(page: int) -> w.Listing:
            return self.client.search_products(bodies.search(query, page, size), query.source)

        return numbered(str(query.page), fetch, w.Product, mapping.source_product, size=size)

    def read_source_product(self, remote_id: str) -> r.SourceProductRecord | None:
        """A product with its SKUs; ``None`` when the agent does not know it."""
        found = _known(lambda: self.client.product(remote_id))
        return mapping.source_product(found.wire, found.raw) if found else None

    def import_source_product(self, url: str = "", offer_id: str = "") -> r.SourceProductRecord:
        """A 1688 product by address or offer id; only this answer states the least quantity."""
        found = self.client.import_1688(bodies.import_1688(url, offer_id))
        return mapping.source_product(found.wire, found.raw)

    # -- cart --------------------------------------------------------------------------------------------------------

    def pull_cart(self, after: str | None, since: datetime | None) -> r.Page[r.CartItemRecord]:
        """The cart, which comes whole."""
        return whole(self.client.cart().items, w.CartItem, mapping.cart_item, at="$.data.items")

    def add_to_cart(self, items: tuple[r.PurchaseItem, ...]) -> r.Receipt:
        """One item, or several in one call. Remarks are documented for one item at a time only."""
        if len(items) == 1:
            added = self.client.add_cart_item(bodies.purchase_item(items[0]))
            return r.Receipt(remote_id=str(added.id), words=added.message or "", accepted=1)
        if any(item.remark for item in items):
            raise e.Rejected("Several items cannot carry remarks in one call. Add those with a remark one by one.")
        batch = self.client.add_cart_items({"items": [bodies.purchase_item(item) for item in items]})
        made = ",".join(str(item.id) for item in batch.items or ())
        return r.Receipt(accepted=int(batch.added), data={"ids": made})

    def update_cart(self, item: r.Ref, quantity: int | None, selected: bool | None) -> r.Receipt:
        """Quantity and selection of a line."""
        done = self.client.update_cart_item(item.remote_id, bodies.cart_change(quantity, selected))
        return r.Receipt(remote_id=item.remote_id, words=done.message or "")

    def remove_from_cart(self, item: r.Ref) -> r.Receipt:
        """A line taken out."""
        return _said(self.client.remove_cart_item(item.remote_id), item)

    def clear_cart(self) -> r.Receipt:
        """Every line taken out."""
        return _said(self.client.clear_cart())

    # -- purchase orders ---------------------------------------------------------------------------------------------

    def pull_purchase_orders(self, after: str | None, since: datetime | None) -> r.Page[r.PurchaseOrderRecord]:
        """Purchase orders; the rows are partial."""
        return numbered(
            after, lambda page: self.client.orders(_page(page)), w.OrderRow, mapping.purchase_row, "orderNo"
        )

    def read_purchase_order(self, order: r.Ref) -> r.PurchaseOrderRecord | None:
        """A purchase order with lines, logistics and inspection."""
        found = _known(lambda: self.client.order(order.remote_id))
        return mapping.purchase_order(found.wire, found.raw) if found else None

    def place_purchase_order(self, draft: r.PurchaseDraft) -> r.Receipt:
        """A purchase paid from the wallet. The platform knows no idempotency key."""
        placed = self.client.create_order(bodies.purchase(draft))
        facts = {"status": placed.status, "total": placed.totalAmount, "service_fee": placed.serviceFee}
        return _ordered(placed.orderNo, facts, placed.currency)

    def cancel_purchase_order(self, order: r.Ref, reason: str) -> r.Receipt:
        """A cancellation; the receipt tells the refund."""
        done = self.client.cancel_order(order.remote_id, {"reason": reason} if reason else {})
        facts = {"status": done.status, "refund": done.refundAmount}
        return msgspec.structs.replace(_ordered(done.orderNo, facts, None), words=done.message or "")

    # -- warehouse and shipments -------------------------------------------------------------------------------------

    def pull_packages(self, after: str | None, since: datetime | None) -> r.Page[r.PackageRecord]:
        """Packages in the warehouse, each with whether it may be shipped."""
        ids = self._shippable.ids(afresh=after is None)

        def record(wire: w.Package, raw: bytes) -> r.PackageRecord:
            return mapping.package(wire, raw, None if ids is None else str(wire.id) in ids)

        return numbered(after, lambda page: self.client.packages(_page(page)), w.Package, record)

    def read_warehouse_stats(self) -> r.WarehouseStats:
        """Counts of the warehouse."""
        return mapping.warehouse_stats(self.client.package_stats())

    def read_package(self, package: r.Ref) -> r.PackageRecord | None:
        """One package, with whether it may be shipped right now."""
        found = _known(lambda: self.client.package(package.remote_id))
        if found is None:
            return None
        ids = self._shippable.ids(afresh=True)
        return mapping.package(found.wire, found.raw, None if ids is None else str(found.wire.id) in ids)

    def pull_shipments(self, after: str | None, since: datetime | None) -> r.Page[r.ShipmentRecord]:
        """Shipments abroad; the rows are partial."""
        return numbered(
            after, lambda page: self.client.shipments(_page(page)), w.ShipmentRow, mapping.shipment_row, "orderNo"
        )

    def read_shipment(self, shipment: r.Ref) -> r.ShipmentRecord | None:
        """A shipment with packages and recipient."""
        found = _known(lambda: self.client.shipment(shipment.remote_id))
        return mapping.shipment(found.wire, found.raw) if found else None

    def create_shipment(self, draft: r.ShipmentDraft) -> r.Receipt:
        """A shipment paid from the wallet. The platform knows no idempotency key."""
        made = self.client.create_shipment(bodies.shipment(draft))
        facts = {"status": made.status, "fee": made.shippingFee, "weight_grams": made.totalWeight}
        return _ordered(made.orderNo, facts, made.currency)

    def cancel_shipment(self, shipment: r.Ref) -> r.Receipt:
        """A shipment cancelled."""
        return _said(self.client.cancel_shipment(shipment.remote_id), shipment)

    def confirm_delivery(self, shipment: r.Ref) -> r.Receipt:
        """A shipment confirmed as received."""
        return _said(self.client.confirm_delivery(shipment.remote_id), shipment)

    # -- logistics ---------------------------------------------------------------------------------------------------

    def pull_shipping_methods(self, after: str | None, since: datetime | None) -> r.Page[r.ShippingMethodRecord]:
        """Every shipping channel, whatever the country and weight."""
        return whole(self.client.shipping_methods({}), w.ShippingMethod, mapping.shipping_method, "channelId")

    def quote_freight(self, query: r.FreightQuery) -> tuple[r.FreightQuote, ...]:
        """Prices of every channel that takes the parcel, or of the one that the query names."""
        body = bodies.freight(query)
        if query.channel:
            return (mapping.freight_quote(self.client.calculate_freight(body)),)
        return tuple(mapping.freight_quote(one) for one in self.client.calculate_freight_batch(body).channels)

    def read_countries(self) -> tuple[r.CountryRecord, ...]:
        """Countries that can be shipped to."""
        return tuple(mapping.country(one) for one in self.client.countries())

    # -- user --------------------------------------------------------------------------------------------------------

    def pull_addresses(self, after: str | None, since: datetime | None) -> r.Page[r.AddressBookRecord]:
        """Saved addresses, which come whole."""
        return whole(self.client.addresses(), w.SavedAddress, mapping.saved_address)

    def save_address(self, ref: r.Ref | None, address: r.Address, is_default: bool | None) -> r.Receipt:
        """An address created, or replaced whole."""
        body = bodies.address(address, is_default)
        done = self.client.update_address(ref.remote_id, body) if ref else self.client.create_address(body)
        made = str(done.id) if done.id is not None else ref.remote_id if ref else ""
        return r.Receipt(remote_id=made, words=done.message or "")

    def delete_address(self, ref: r.Ref) -> r.Receipt:
        """An address deleted."""
        return _said(self.client.delete_address(ref.remote_id), ref)

    def pull_favourites(self, after: str | None, since: datetime | None) -> r.Page[r.FavouriteRecord]:
        """Favourites, which come whole."""
        return whole(self.client.favorites().items, w.Favorite, mapping.favourite, at="$.data.items")

    def add_favourite(self, product_remote_id: str) -> r.Receipt:
        """A product put aside."""
        done = self.client.add_favorite({"productId": product_remote_id})
        return r.Receipt(remote_id="" if done.id is None else str(done.id), words=done.message or "")

    def remove_favourite(self, favourite: r.Ref) -> r.Receipt:
        """A favourite removed, by its own id."""
        return _said(self.client.remove_favorite(favourite.remote_id), favourite)

    def pull_profile(self, after: str | None, since: datetime | None) -> r.Page[r.ProfileRecord]:
        """The profile behind the key."""
        found = self.client.profile()
        return r.Page(records=(mapping.profile(found.wire, found.raw),), total=1)

    def update_profile(self, fields: dict[str, str]) -> r.Receipt:
        """Fields of the profile, in the platform's names."""
        return _said(self.client.update_profile(dict(fields)))

    # -- money -------------------------------------------------------------------------------------------------------

    def pull_balances(self, after: str | None, since: datetime | None) -> r.Page[r.BalanceRecord]:
        """The wallet."""
        found = self.client.wallet_balance()
        return r.Page(records=(mapping.balance(found.wire, found.raw),), total=1)

    def pull_wallet(self, after: str | None, since: datetime | None) -> r.Page[r.WalletMovementRecord]:
        """Movements of the wallet."""
        return numbered(
            after, lambda page: self.client.wallet_transactions(_page(page)), w.Transaction, mapping.wallet_movement
        )

    def pull_coupons(self, after: str | None, since: datetime | None) -> r.Page[r.CouponRecord]:
        """Coupons that are ours, then those on offer that are not ours yet."""
        ours, bad = items(self.client.my_coupons(), w.Coupon, lambda c, raw: mapping.coupon(c, raw, claimed=True))
        offered, worse = items(
            self.client.available_coupons(), w.Coupon, lambda c, raw: mapping.coupon(c, raw, claimed=False)
        )
        held = {coupon.remote_id for coupon in ours}
        return r.Page(records=ours + tuple(c for c in offered if c.remote_id not in held), bad=bad + worse)


def _page(number: int) -> dict[str, str | int]:
    return {"page": number, "limit": PAGE}


def _known(read: Callable[[], R]) -> R | None:
    """What was read, or ``None`` when the platform says that there is no such record."""
    try:
        return read()
    except e.Rejected as error:
        if error.code == NOT_FOUND:
            return None
        raise


def _said(done: w.Said | w.ShipmentSaid, target: r.Ref | None = None) -> r.Receipt:
    return r.Receipt(remote_id=target.remote_id if target else "", words=done.message or "")


def _ordered(number: str | int, facts: Mapping[str, object], currency: str | None) -> r.Receipt:
    """A receipt of an order with the facts that were stated."""
    data = {key: str(value) for key, value in facts.items() if value is not None}
    return r.Receipt(remote_id=str(number), number=str(number), data={**data, "currency": mapping.currency(currency)})
