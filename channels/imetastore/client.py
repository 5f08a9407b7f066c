"""One method per endpoint of the seller API. Gives decoded wire; raises the errors of ``channels.errors``."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from channels.errors import Ambiguous, WireError
from channels.http import Call, Http
from channels.imetastore import wire as w
from channels.imetastore.routes import LOGIN

T = TypeVar("T")

Raws = list[msgspec.Raw]

NO_CASE = frozenset({b"null", b"{}", b"[]", b'""'})


def login(http: Http, email: str, password: str) -> w.Envelope[w.Session]:
    """Login: a session token for e-mail and password. ``http`` is a door that carries no token itself.

    Tried once: the call that needs the token is itself tried again, and logs in anew each time.
    """
    call = Call(route=http.routes.get(LOGIN), json={"email": email, "password": password}, tries=1)
    return http.fetch(call, w.Envelope[w.Session])


class Client:
    """The endpoints behind a login."""

    def __init__(self, http: Http) -> None:
        self._http = http

    # -- products --------------------------------------------------------------------------------------------------

    def products(self, query: w.ProductQuery) -> w.Envelope[w.Paged]:
        """Get Product List."""
        return self._call("products.list", w.Envelope[w.Paged], query)

    def switch_listing(self, body: w.ListingSwitch) -> w.Envelope[Any]:
        """Product Listing/Delisting."""
        return self._write("products.listing", body)

    def update_stock(self, body: w.StockUpdate) -> w.Envelope[Any]:
        """Update SKU Inventory."""
        return self._write("products.stock", body)

    def update_price(self, body: w.PriceUpdate) -> w.Envelope[Any]:
        """Update SKU Price."""
        return self._write("products.price", body)

    # -- orders ----------------------------------------------------------------------------------------------------

    def orders(self, query: w.OrderQuery) -> w.Envelope[w.Paged]:
        """Get Order List (assumed route)."""
        return self._call("orders.list", w.Envelope[w.Paged], query)

    def deliver(self, order_id: str, body: w.Deliver) -> w.Envelope[Any]:
        """Submit Delivery (assumed route)."""
        return self._write("orders.deliver", body, orderId=order_id)

    def deliveries(self, order_id: str) -> Raws:
        """Get Delivery Details (assumed route)."""
        return self._list("orders.deliveries", orderId=order_id)

    def report_error(self, order_id: str, body: w.DeliverError) -> w.Envelope[Any]:
        """Submit Delivery Error."""
        return self._write("orders.deliver_error", body, orderId=order_id)

    def reported_errors(self, order_id: str) -> Raws:
        """Get Delivery Error Details."""
        return self._list("orders.deliver_errors", orderId=order_id)

    # -- after-sales -----------------------------------------------------------------------------------------------

    def audit(self, order_id: str, body: w.Audit) -> w.Envelope[Any]:
        """Submit After-sales Approval."""
        return self._write("aftersales.audit", body, orderId=order_id)

    def after_sales(self, order_id: str) -> msgspec.Raw | None:
        """Get After-sales Details; ``None`` for an order without a case, of which no document says how it looks."""
        data = self._call("aftersales.detail", w.Whole, orderId=order_id).data
        return None if bytes(data).replace(b" ", b"") in NO_CASE else data

    # -- messages --------------------------------------------------------------------------------------------------

    def send_message(self, body: w.SendMessage) -> w.Envelope[Any]:
        """Send IM Message. The answer carries no data and no message id."""
        return self._write("im.send", body)

    def contacts(self, query: w.ContactQuery) -> w.Envelope[w.Paged]:
        """Get IM Contact List (assumed route)."""
        return self._call("im.contacts", w.Envelope[w.Paged], query)

    def messages(self, query: w.MessageQuery) -> w.History:
        """Get IM Messages."""
        found = self._call("im.messages", w.Envelope[w.History], query).data
        if found is None:
            raise WireError("The answer has no data.", path="$.data")
        return found

    # -- the three ways to call ------------------------------------------------------------------------------------

    def _call(self, name: str, kind: type[T], body: Any = msgspec.UNSET, **params: str) -> T:
        return self._http.fetch(Call(route=self._http.routes.get(name), params=params, json=body), kind)

    def _list(self, name: str, **params: str) -> Raws:
        found = self._call(name, w.Envelope[Raws], **params).data
        if found is None:
            raise WireError("The answer has no list.", path="$.data")
        return found

    def _write(self, name: str, body: Any, **params: str) -> w.Envelope[Any]:
        """A write is done when the code says so, unless ``data`` denies it: that is ``Ambiguous``."""
        answer = self._call(name, w.Envelope[Any], body, **params)
        if answer.data is False:
            raise Ambiguous(f"{name} was answered as a success with “data”: false. It may have taken effect.")
        return answer
