"""One method per documented endpoint. Everything that goes out and comes back is in the document's spelling.

Reads of one thing give a :class:`Whole`, so that its own JSON is kept; lists give their items undecoded, so that one
bad item spoils nothing else. Raises the errors of ``channels.errors``.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from channels import errors as e
from channels.fulfillbot import wire as w
from channels.http import Call, Http
from channels.wire import decode

T = TypeVar("T")
Query = dict[str, str | int]
Body = dict[str, Any]


class Whole(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One decoded thing with the JSON that it came as."""

    wire: T
    raw: bytes


class Client:
    """Calls the agent's API with one key."""

    def __init__(self, http: Http) -> None:
        self._http = http

    # -- products ----------------------------------------------------------------------------------------------------

    def search_products(self, query: Query, source: str = "") -> w.Listing:
        """GET /products/search, or the search of one source. ``query``: q, page, limit, categoryId, sort, order."""
        name = f"products.search_{source}" if source else "products.search"
        return self._list(name, query)

    def product(self, product_id: str) -> Whole[w.Product]:
        """GET /products/:id."""
        return self._read("products.read", w.Product, one=product_id)

    def import_1688(self, body: Body) -> Whole[w.Product]:
        """POST /products/import/1688 with ``url`` or ``offerId``. Changes nothing that is ours."""
        return self._read("products.import_1688", w.Product, body)

    # -- cart --------------------------------------------------------------------------------------------------------

    def cart(self) -> w.Cart:
        """GET /cart."""
        return self._data("cart.read", w.Data[w.Cart])

    def add_cart_item(self, body: Body) -> w.Kept:
        """POST /cart/items."""
        return self._data("cart.add", w.Data[w.Kept], body)

    def add_cart_items(self, body: Body) -> w.CartBatch:
        """POST /cart/items/batch."""
        return self._data("cart.add_batch", w.Data[w.CartBatch], body)

    def update_cart_item(self, item_id: str, body: Body) -> w.Kept:
        """PATCH /cart/items/:itemId."""
        return self._data("cart.update", w.Data[w.Kept], body, one=item_id)

    def remove_cart_item(self, item_id: str) -> w.Said:
        """DELETE /cart/items/:itemId."""
        return self._done("cart.remove", one=item_id)

    def clear_cart(self) -> w.Said:
        """DELETE /cart."""
        return self._done("cart.clear")

    # -- purchase orders ---------------------------------------------------------------------------------------------

    def create_order(self, body: Body) -> w.Order:
        """POST /orders. Spends wallet money."""
        return self._data("orders.create", w.Data[w.Order], body)

    def orders(self, query: Query) -> w.Listing:
        """GET /orders. ``query``: page, limit, status."""
        return self._list("orders.list", query)

    def order(self, number: str) -> Whole[w.Order]:
        """GET /orders/:id."""
        return self._read("orders.read", w.Order, one=number)

    def order_status(self, number: str) -> w.OrderStatus:
        """GET /orders/:id/status."""
        return self._data("orders.status", w.Data[w.OrderStatus], one=number)

    def order_logistics(self, number: str) -> w.Logistics | None:
        """GET /orders/:id/logistics; ``None`` before the seller has sent."""
        return self._data("orders.logistics", w.Data[w.Logistics | None], one=number)

    def order_inspection(self, number: str) -> w.Inspection | None:
        """GET /orders/:id/inspection; ``None`` before the warehouse has looked."""
        return self._data("orders.inspection", w.Data[w.Inspection | None], one=number)

    def cancel_order(self, number: str, body: Body) -> w.OrderCancelled:
        """POST /orders/:id/cancel."""
        return self._data("orders.cancel", w.Data[w.OrderCancelled], body, one=number)

    # -- logistics ---------------------------------------------------------------------------------------------------

    def countries(self) -> list[w.Country]:
        """GET /logistics/countries."""
        return self._data("logistics.countries", w.Data[list[w.Country]])

    def shipping_methods(self, query: Query) -> list[msgspec.Raw]:
        """GET /logistics/shipping-methods. ``query``: country, weight (grams), cargoType."""
        return self._rows("logistics.methods", query)

    def calculate_freight_batch(self, body: Body) -> w.FreightBatch:
        """POST /logistics/calculate-freight-batch. Changes nothing."""
        return self._data("logistics.quote_all", w.Data[w.FreightBatch], body)

    def calculate_freight(self, body: Body) -> w.Freight:
        """POST /logistics/calculate-freight for one ``channelId``. Changes nothing."""
        return self._data("logistics.quote", w.Data[w.Freight], body)

    # -- shipments and warehouse -------------------------------------------------------------------------------------

    def create_shipment(self, body: Body) -> w.Shipment:
        """POST /shipping/create. Spends wallet money."""
        return self._data("shipping.create", w.Data[w.Shipment], body)

    def shipments(self, query: Query) -> w.Listing:
        """GET /shipping/orders. ``query``: page, limit."""
        return self._list("shipping.list", query)

    def shipment(self, number: str) -> Whole[w.Shipment]:
        """GET /shipping/orders/:id."""
        return self._read("shipping.read", w.Shipment, one=number)

    def cancel_shipment(self, number: str) -> w.ShipmentSaid:
        """POST /shipping/orders/:id/cancel."""
        return self._data("shipping.cancel", w.Data[w.ShipmentSaid], one=number)

    def confirm_delivery(self, number: str) -> w.ShipmentSaid:
        """POST /shipping/orders/:id/confirm-delivery."""
        return self._data("shipping.confirm", w.Data[w.ShipmentSaid], one=number)

    def packages(self, query: Query) -> w.Listing:
        """GET /warehouse/packages. ``query``: page, limit."""
        return self._list("warehouse.packages", query)

    def shippable_packages(self, query: Query) -> w.Listing:
        """GET /warehouse/packages/shippable. ``query``: page, limit."""
        return self._list("warehouse.shippable", query)

    def package_stats(self) -> w.PackageStats:
        """GET /warehouse/packages/stats."""
        return self._data("warehouse.stats", w.Data[w.PackageStats])

    def package(self, package_id: str) -> Whole[w.Package]:
        """GET /warehouse/packages/:id."""
        return self._read("warehouse.package", w.Package, one=package_id)

    # -- user --------------------------------------------------------------------------------------------------------

    def profile(self) -> Whole[w.Profile]:
        """GET /user/profile."""
        return self._read("profile.read", w.Profile)

    def update_profile(self, body: Body) -> w.Said:
        """PUT /user/profile."""
        return self._done("profile.update", body)

    def wallet_balance(self) -> Whole[w.Balance]:
        """GET /user/wallet/balance."""
        return self._read("wallet.balance", w.Balance)

    def wallet_transactions(self, query: Query) -> w.Listing:
        """GET /user/wallet/transactions. ``query``: page, limit."""
        return self._list("wallet.transactions", query)

    def addresses(self) -> list[msgspec.Raw]:
        """GET /user/addresses."""
        return self._rows("addresses.list")

    def create_address(self, body: Body) -> w.Saved:
        """POST /user/addresses."""
        return self._data("addresses.create", w.Data[w.Saved], body)

    def update_address(self, address_id: str, body: Body) -> w.Saved:
        """PUT /user/addresses/:id."""
        return self._data("addresses.update", w.Data[w.Saved], body, one=address_id)

    def delete_address(self, address_id: str) -> w.Said:
        """DELETE /user/addresses/:id."""
        return self._done("addresses.delete", one=address_id)

    def favorites(self) -> w.Listing:
        """GET /user/favorites."""
        return self._list("favorites.list", {})

    def add_favorite(self, body: Body) -> w.Saved:
        """POST /user/favorites."""
        return self._data("favorites.add", w.Data[w.Saved], body)

    def remove_favorite(self, favorite_id: str) -> w.Said:
        """DELETE /user/favorites/:id."""
        return self._done("favorites.remove", one=favorite_id)

    def available_coupons(self) -> list[msgspec.Raw]:
        """GET /user/coupons/available."""
        return self._rows("coupons.available")

    def my_coupons(self) -> list[msgspec.Raw]:
        """GET /user/coupons/my."""
        return self._rows("coupons.my")

    # -- the ways to call --------------------------------------------------------------------------------------------

    def _call(self, name: str, body: Body | None = None, one: str = "", query: Query | None = None) -> Call:
        """The call of a route; ``one`` is the id in its path."""
        return Call(
            route=self._http.routes.get(name),
            params={"id": one},
            query=query or {},
            json=msgspec.UNSET if body is None else body,
        )

    def _data(
        self, name: str, kind: type[w.Data[T]], body: Body | None = None, *, one: str = "", query: Query | None = None
    ) -> T:
        """What stands in ``data``."""
        return self._http.fetch(self._call(name, body, one, query), kind).data

    def _list(self, name: str, query: Query) -> w.Listing:
        """A page. Several lists are only named in the document: one that comes bare is whole."""
        found = self._data(name, w.Data[w.Listing | list[msgspec.Raw]], query=query)
        return found if isinstance(found, w.Listing) else w.Listing(items=found, total=len(found), limit=len(found))

    def _rows(self, name: str, query: Query | None = None) -> list[msgspec.Raw]:
        """A list that comes whole."""
        return self._list(name, query or {}).items

    def _read(self, name: str, kind: type[T], body: Body | None = None, *, one: str = "") -> Whole[T]:
        """One thing with its own JSON. Reads only: raises ``WireError`` for what is unlike the document."""
        raw = bytes(self._data(name, w.Data[msgspec.Raw], body, one=one))
        try:
            return Whole(wire=decode(raw, kind), raw=raw)
        except e.WireError as error:
            raise e.WireError(error.words, path=f"$.data{error.path.removeprefix('$')}") from None

    def _done(self, name: str, body: Body | None = None, *, one: str = "") -> w.Said:
        """A write that is only confirmed, be it by 204 without a body."""
        answer = self._http.send(self._call(name, body, one))
        if answer.status == 204 and not answer.body:
            return w.Said()
        try:
            return decode(answer.body, w.Data[w.Said | None]).data or w.Said()
        except e.WireError as error:
            words = f"{name} was sent; its answer could not be read ({error.words})"
            raise e.Ambiguous(words, status=answer.status) from None
