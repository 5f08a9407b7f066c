"""One method per documented operation. Values travel as variables only; the answer comes back as decoded wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from channels.errors import Ambiguous, Rejected, WireError
from channels.http import Call, Http, encode
from channels.shoppo import wire as w
from channels.shoppo.dialect import ABSENT, Fault, spoken, words_of
from channels.shoppo.mending import Misfit, mended
from channels.shoppo.queries import document
from channels.wire import decode, peek

T = TypeVar("T")

Body = dict[str, Any]

UPLOAD_SECONDS = 60.0
MENDINGS = 3  # a type is put right in two steps


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list, and what the platform said of the items that it could not give whole (by their index)."""

    name: str
    connection: w.Connection
    spoiled: dict[int, str] = {}


class ShoppoClient:
    """Speaks to the partner API. Every method raises the errors of ``channels.errors``."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self._documents: dict[str, str] = {}

    # -- reads -------------------------------------------------------------------------------------------------------

    def product(self, product_id: str) -> msgspec.Raw | None:
        """Section Query Single Product; ``None`` when there is none."""
        return self._node("product", product_id)

    def sku(self, sku_id: str) -> msgspec.Raw | None:
        """Section Query Single Sku; ``None`` when there is none."""
        return self._node("sku", sku_id)

    def order(self, order_id: str) -> msgspec.Raw | None:
        """Section Query Order; ``None`` when there is none."""
        return self._node("order", order_id)

    def order_item(self, item_id: str) -> msgspec.Raw | None:
        """Section Query OrderItem; ``None`` when there is none."""
        return self._node("orderItem", item_id)

    def product_list(self, page: dict[str, Any], filters: dict[str, Any]) -> Listing:
        """Section Product List; ``page`` holds first/after or last/before."""
        return self._listing("productList", {**page, "filters": filters})

    def product_categories(self, page: dict[str, Any]) -> Listing:
        """Section Product Category List."""
        return self._listing("productCategories", page)

    def order_list(self, page: dict[str, Any], filters: dict[str, Any]) -> Listing:
        """Section Order List."""
        return self._listing("orderList", {**page, "filters": filters})

    def ticket_list(self, operation: str, page: dict[str, Any], filters: dict[str, Any]) -> Listing:
        """Section Ticket List: ``exchangeItemTicketList``, ``refundTicketList`` or ``orderQuestionTicketList``."""
        return self._listing(operation, {**page, "filters": filters})

    def ticket(self, operation: str, ticket_id: str) -> msgspec.Raw | None:
        """Section Query Ticket: ``exchangeItemTicket``, ``refundTicket`` or ``orderQuestionTicket``."""
        return self._one(operation, operation, {"ticketId": ticket_id})

    # -- mutations ---------------------------------------------------------------------------------------------------

    def create_order(self, variables: dict[str, Any]) -> w.OrderMade:
        """Section Create Order."""
        return self._mutate("createOrder", variables, w.OrderPayload).order

    def set_order_as_paid(self, order_id: str, charge_id: str) -> w.OrderMade:
        """Section Set Order as Paid."""
        return self._mutate("setOrderAsPaid", {"orderId": order_id, "chargeId": charge_id}, w.OrderPayload).order

    def cancel_order(self, order_id: str) -> w.OrderMade:
        """Section Cancel Order."""
        return self._mutate("cancelOrder", {"orderId": order_id}, w.OrderPayload).order

    def cancel_order_item(self, item_id: str) -> w.ItemMade:
        """Section Cancel OrderItem."""
        return self._mutate("cancelOrderItem", {"orderItemId": item_id}, w.ItemPayload).orderItem

    def create_ticket(self, operation: str, variables: dict[str, Any]) -> w.TicketMade:
        """Section Create Ticket: ``createExchangeItemTicket`` or one of its two siblings."""
        return self._mutate(operation, variables, w.TicketPayload).ticket

    def reply_customer_service_ticket(self, ticket_id: str, content: str) -> None:
        """Section Reply Ticket. ``success: false`` is a refusal without words."""
        variables = {"ticketId": ticket_id, "replyContent": content}
        if not self._mutate("replyCustomerServiceTicket", variables, w.ReplyPayload).success:
            raise Rejected("The platform answered that the reply did not succeed.", status=200)

    def upload_image(self, name: str, content: bytes, content_type: str) -> w.ImageMade:
        """Section Upload Image, by the GraphQL multipart request convention."""

        def upload(body: Body) -> w.Envelope[dict[str, w.ImagePayload]]:
            call = Call(
                route=self.http.routes.get("uploadImage"),
                form={"operations": encode(body).decode(), "map": '{"0":["variables.image"]}'},
                files={"0": (name, content, content_type)},
                read_seconds=UPLOAD_SECONDS,
            )
            return self.http.fetch(call, w.Envelope[dict[str, w.ImagePayload]])

        return _payload(self._ask("uploadImage", {"image": None}, upload), "uploadImage").image

    # -- the four ways to ask ----------------------------------------------------------------------------------------

    def _ask(self, operation: str, variables: dict[str, Any], send: Callable[[Body], T]) -> T:
        """Ask with the operation's document; one that does not fit the platform's schema is mended, and kept so."""
        text = self._documents.get(operation) or document(operation)
        for _ in range(MENDINGS):
            try:
                return send({"query": text, "variables": variables, "operationName": operation})
            except Misfit as error:
                better = mended(text, error.faults)
                if better == text:
                    raise
                text = self._documents[operation] = better
        return send({"query": text, "variables": variables, "operationName": operation})

    def _answer(self, operation: str, variables: dict[str, Any]) -> bytes:
        """The body of the answer to a read."""
        route = self.http.routes.get(operation)
        return self._ask(operation, variables, lambda body: self.http.send(Call(route=route, json=body)).body)

    def _node(self, operation: str, node_id: str) -> msgspec.Raw | None:
        return self._one(operation, "node", {"id": node_id})

    def _one(self, operation: str, field: str, variables: dict[str, Any]) -> msgspec.Raw | None:
        """One thing, raw; ``None`` when there is none. Raises ``WireError`` when it came with a part missing."""
        try:
            body = self._answer(operation, variables)
        except Rejected as error:
            if error.code in ABSENT:
                return None
            raise
        found = _field(decode(body, w.Envelope[dict[str, msgspec.Raw]]), field)
        for fault in _spoiling(body):
            raise WireError(words_of([fault]), path=_path(fault))
        return found if peek(bytes(found), "id") else None

    def _listing(self, operation: str, variables: dict[str, Any]) -> Listing:
        body = self._answer(operation, _given(variables))
        connection = _field(decode(body, w.Envelope[dict[str, w.Connection]]), operation)
        spoiled: dict[int, str] = {}
        for fault in _spoiling(body):
            match fault.path:
                case (_, "edges", int(index), *_) if 0 <= index < len(connection.edges):
                    spoiled[index] = fault.words
                case _:
                    raise WireError(fault.words, path=_path(fault))
        return Listing(name=operation, connection=connection, spoiled=spoiled)

    def _mutate(self, operation: str, variables: dict[str, Any], payload: type[T]) -> T:
        kind: type[w.Envelope[dict[str, T]]] = w.Envelope[dict[str, payload]]  # type: ignore[valid-type]
        route = self.http.routes.get(operation)

        def write(body: Body) -> w.Envelope[dict[str, T]]:
            return self.http.fetch(Call(route=route, json=body), kind)

        return _payload(self._ask(operation, _given(variables), write), operation)


def _given(variables: dict[str, Any]) -> dict[str, Any]:
    """Variables without those that say nothing."""
    return {key: value for key, value in variables.items() if value is not None and value != {}}


def _field(envelope: w.Envelope[dict[str, T]], name: str) -> T:
    if name not in envelope.data:
        raise WireError("The answer lacks what was asked for.", path=f"$.data.{name}")
    return envelope.data[name]


def _payload(envelope: w.Envelope[dict[str, T]], name: str) -> T:
    """The payload of a mutation; an answer without it does not say whether the write happened."""
    if name not in envelope.data:
        raise Ambiguous(f"{name} was sent; its answer does not say whether it happened.", status=200)
    return envelope.data[name]


def _spoiling(body: bytes) -> list[Fault]:
    """The errors that left a hole in the data; an error beside whole data is only a remark."""
    if b'"error' not in body:
        return []
    data, faults = spoken(body)
    return [fault for fault in faults if fault.path and _is_hole(data, fault.path)]


def _is_hole(data: Any, path: tuple[str | int, ...]) -> bool:
    for step in path:
        try:
            data = data[step]
        except (LookupError, TypeError):
            return True
        if data is None:
            return True
    return False


def _path(fault: Fault) -> str:
    return "$.data" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in fault.path)
