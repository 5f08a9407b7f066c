"""One method per endpoint of the supplier API; each gives decoded wire.

Lists give a :class:`~channels.accplanet.listing.Listing` of raw items. ``secrets`` are the values a call carries that
must not come back in anybody's words.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from channels import errors as e
from channels.accplanet import wire
from channels.accplanet.listing import PAGE_SIZE, Listing, listing
from channels.http import Call, Http
from channels.redaction import redact_text
from channels.wire import decode

T = TypeVar("T")
D = TypeVar("D", bound=wire.Done)

Body = dict[str, Any]
Filters = dict[str, str | int]


class AccPlanetClient:
    """Speaks to the supplier API through ``http``."""

    def __init__(self, http: Http) -> None:
        self._http = http

    # -- products ------------------------------------------------------------------------------------------------------

    def upload_image(self, name: str, content: bytes, content_type: str) -> wire.ImageUploaded:
        """Upload Image."""
        return self._write("products.upload_image", wire.ImageUploaded, files={"image": (name, content, content_type)})

    def create_product(self, body: Body, secrets: tuple[str, ...] = ()) -> wire.ProductCreated:
        """Create Product."""
        return self._write("products.create", wire.ProductCreated, json=body, secrets=secrets)

    def products(self, page: int, filters: Filters | None = None) -> Listing:
        """List Products. ``filters``: search, category_id, status, sort, min_price, max_price."""
        return self._list("products.list", "products", page, filters)

    def update_product(self, product_id: str, body: Body, secrets: tuple[str, ...] = ()) -> wire.ProductUpdated:
        """Update Product: only the fields in ``body``."""
        params = {"product_id": product_id}
        return self._write("products.update", wire.ProductUpdated, params=params, json=body, secrets=secrets)

    def append_accounts(self, product_id: str, body: Body, secrets: tuple[str, ...]) -> wire.AccountsAppended:
        """Append Product Accounts."""
        params = {"product_id": product_id}
        return self._write("products.append_accounts", wire.AccountsAppended, params=params, json=body, secrets=secrets)

    def delete_product(self, product_id: str) -> wire.Done:
        """Delete Product."""
        return self._write("products.delete", wire.Done, params={"product_id": product_id}, json={})

    # -- orders --------------------------------------------------------------------------------------------------------

    def orders(self, page: int, filters: Filters | None = None) -> Listing:
        """List Orders. ``filters``: status, search."""
        return self._list("orders.list", "orders", page, filters)

    def refund_order(self, order_id: str) -> wire.OrderRefunded:
        """Refund Order."""
        return self._write("orders.refund", wire.OrderRefunded, params={"order_id": order_id}, json={})

    def update_delivered_info(self, order_id: str, body: Body, secrets: tuple[str, ...]) -> wire.DeliveredInfoUpdated:
        """Update Delivered Info."""
        params = {"order_id": order_id}
        name = "orders.update_delivered_info"
        return self._write(name, wire.DeliveredInfoUpdated, params=params, json=body, secrets=secrets)

    def change_order_status(self, order_id: str, status: str) -> wire.OrderStatusChanged:
        """Change Order Status."""
        body = {"order_status": status}
        return self._write("orders.change_status", wire.OrderStatusChanged, params={"order_id": order_id}, json=body)

    def order(self, order_id: str) -> msgspec.Raw:
        """Get Order: the raw ``order``."""
        return self._one("orders.get", {"order_id": order_id}, "order")

    # -- tickets, payments, account ------------------------------------------------------------------------------------

    def tickets(self, page: int, filters: Filters | None = None) -> Listing:
        """List Tickets. ``filters``: status."""
        return self._list("tickets.list", "tickets", page, filters)

    def ticket(self, ticket_id: str) -> msgspec.Raw:
        """Get Ticket: the raw ``ticket``."""
        return self._one("tickets.get", {"ticket_id": ticket_id}, "ticket")

    def create_ticket(self, body: Body) -> wire.TicketCreated:
        """Create Ticket."""
        return self._write("tickets.create", wire.TicketCreated, json=body)

    def update_ticket(self, ticket_id: str, body: Body) -> wire.TicketUpdated:
        """Update Ticket."""
        return self._write("tickets.update", wire.TicketUpdated, params={"ticket_id": ticket_id}, json=body)

    def payments(self, page: int) -> Listing:
        """List Payments."""
        return self._list("payments.list", "payments", page)

    def balance(self) -> msgspec.Raw:
        """Get Balance: the raw answer."""
        return self._http.fetch(self._call("account.balance"), msgspec.Raw)

    # -- the three ways ------------------------------------------------------------------------------------------------

    def _call(self, name: str, **parts: Any) -> Call:
        return Call(route=self._http.routes.get(name), **parts)

    def _list(self, name: str, plural: str, page: int, filters: Filters | None = None) -> Listing:
        query = {"page": page, "page_size": PAGE_SIZE, **(filters or {})}
        return listing(self._http.fetch(self._call(name, query=query), msgspec.Raw), plural)

    def _one(self, name: str, params: dict[str, str], key: str) -> msgspec.Raw:
        answer = self._http.fetch(self._call(name, params=params), msgspec.Raw)
        found = decode(answer, dict[str, msgspec.Raw]).get(key)
        if found is None:
            raise e.WireError(f"The answer holds no {key}.", path=f"$.{key}")
        return found

    def _write(self, name: str, kind: type[D], *, secrets: tuple[str, ...] = (), **parts: Any) -> D:
        """Send once. A body with secrets is never recorded; an answer without ``success: true`` is ambiguous."""
        call = self._call(name, **parts)
        if secrets:
            call = msgspec.structs.replace(call, route=msgspec.structs.replace(call.route, secret=True))
        try:
            done = self._http.fetch(call, kind)
        except e.Rejected as error:
            words = redact_text(error.words, _telling(secrets))
            raise e.Rejected(words, status=error.status, code=error.code) from None
        if done.success is not True:
            raise e.Ambiguous(f"{name} was sent; the answer does not say whether it succeeded. It may have.")
        done.message = redact_text(done.message or "", _telling(secrets))
        return done


def _telling(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """Values worth hiding, longest first; shorter ones would only garble the words."""
    return tuple(sorted((value for value in secrets if len(value) >= 4), key=len, reverse=True))
