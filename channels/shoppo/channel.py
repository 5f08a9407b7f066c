"""What Shoppo can do: the capabilities, each a few lines of client and mapping."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import msgspec

from channels import records as r
from channels import wire
from channels.errors import Rejected, WireError
from channels.http import Http, open_http
from channels.paging import Chunk, by_cursor
from channels.platform import Ports, Settings
from channels.ports import StaticHeaders
from channels.shoppo import arguments, mapping, mapping_orders
from channels.shoppo import wire as w
from channels.shoppo.client import Listing, ShoppoClient
from channels.shoppo.dialect import ShoppoDialect
from channels.shoppo.mending import Misfit
from channels.shoppo.routes import ROUTES

T = TypeVar("T")
K = TypeVar("K")

PRODUCTION_HOSTS = frozenset({"graphql.shoppo.com", "graphql-dev.shoppo.com"})
PAGE = 100
OVERLAP = 5  # cursors are offsets: a row that goes away between two pages must not push another one out of sight
LOOKBACK_DAYS = 30

TICKET_LISTS = {
    "exchange": "exchangeItemTicketList",
    "refund": "refundTicketList",
    "question": "orderQuestionTicketList",
}
TICKET_READS = {"exchange": "exchangeItemTicket", "refund": "refundTicket", "question": "orderQuestionTicket"}


class ShoppoChannel:
    """A connection to Shoppo's partner API."""

    order_countries = ("US", "CN", "IN", "MY", "SG", "KE")
    ticket_kinds = ("exchange", "refund", "question")
    ticket_fields = {
        "exchange": ("first_name", "last_name", "email", "reason", "items"),
        "refund": ("first_name", "last_name", "email", "reason", "problem_type", "item_delivery_status"),
        "question": ("first_name", "last_name", "email", "item_delivery_status"),
    }
    ticket_choices = {
        "problem_type": ("REFUND", "EXCHANGE", "NOT_ARRIVED", "OTHER"),
        "item_delivery_status": ("RECEIVED", "NOT_RECEIVED"),
    }

    def __init__(self, http: Http, *, now: Callable[[], datetime], filter_style: str, lookback: timedelta) -> None:
        self.http = http
        self._client = ShoppoClient(http)
        self._now = now
        self._style = filter_style
        self._lookback = lookback

    def check_credentials(self) -> r.Identity:
        """Ask for one product. Shoppo does not say whom a token belongs to."""
        listing = self._client.product_list({"first": 1}, {})
        return r.Identity(name="Shoppo partner", notes=(f"{listing.connection.length} products",))

    # -- catalog -----------------------------------------------------------------------------------------------------

    def pull_products(self, after: str | None, since: datetime | None) -> r.Page[r.ProductRecord]:
        """Products with their Skus, by update time."""
        filters = {"timeUpdatedRange": arguments.time_range(since, self._now())} if since else {}
        return by_cursor(
            after,
            lambda cursor: _chunk(self._client.product_list(_forward(cursor), filters), w.Product, mapping.product),
        )

    def read_product(self, product: r.Ref) -> r.ProductRecord | None:
        """A product by its relay id."""
        found = self._client.product(product.remote_id)
        return mapping.product(wire.decode(found, w.Product), bytes(found)) if found else None

    def pull_categories(self, after: str | None, since: datetime | None) -> r.Page[r.CategoryRecord]:
        """All categories; they carry no time."""
        return by_cursor(
            after,
            lambda cursor: _chunk(
                self._client.product_categories(_forward(cursor)), w.ConsumerProductCategory, mapping.category
            ),
        )

    def upload_image(self, image: r.Upload) -> r.Receipt:
        """Store a PNG or JPEG; its id goes into tickets."""
        made = self._client.upload_image(image.name, image.content, image.content_type)
        data = {"url": wire.text(made.originalUrl), "checksum": wire.text(made.checksum)}
        return r.Receipt(remote_id=wire.text(made.id), data=data)

    # -- orders ------------------------------------------------------------------------------------------------------

    def pull_orders(self, after: str | None, since: datetime | None) -> r.Page[r.OrderRecord]:
        """Orders. With ``since``: those paid from 30 days before it on (they may still move), then unpaid ones."""
        if since is None:
            return self._orders({}, after)
        paid = arguments.time_range(since - self._lookback, self._now())
        turns: dict[str, dict[str, Any]] = {"paid": {"paid": paid}, "open": {"statuses": ("OPEN",)}}
        return _in_turn(after, {name: partial(self._orders, wanted) for name, wanted in turns.items()})

    def _orders(self, wanted: dict[str, Any], after: str | None, partner_code: str = "") -> r.Page[r.OrderRecord]:
        record = partial(mapping_orders.order, partner_code=partner_code)
        return by_cursor(after, lambda cursor: _chunk(self._order_list(wanted, cursor), w.Order, record))

    def _order_list(self, wanted: dict[str, Any], cursor: str | None) -> Listing:
        """By filters as their table spells them; a platform that does not know these is asked as the samples spell."""
        try:
            return self._client.order_list(_forward(cursor), arguments.order_filters(self._style, **wanted))
        except Misfit as error:
            if self._style != arguments.STYLES[0] or not error.is_of_input:
                raise
            self._style = "camel"
        return self._client.order_list(_forward(cursor), arguments.order_filters(self._style, **wanted))

    def read_order(self, order: r.Ref) -> r.OrderRecord | None:
        """One order by its relay id."""
        found = self._client.order(order.remote_id)
        return mapping_orders.order(wire.decode(found, w.Order), bytes(found)) if found else None

    def find_orders(self, partner_code: str) -> tuple[r.OrderRecord, ...]:
        """The orders with our code, all of them. Raises ``WireError`` when that cannot be told for sure."""
        if not partner_code:
            return ()
        page = self._orders({"partner_code": partner_code}, None, partner_code)
        if page.bad:
            raise WireError(page.bad[0].reason, path=page.bad[0].path)
        if page.next is not None:
            raise WireError("More orders than one partner order code can have.", path="$.data.orderList.length")
        return page.records

    def create_order(self, draft: r.OrderDraft) -> r.Receipt:
        """Create an order in USD; it stays OPEN until it is reported as paid."""
        return _receipt(self._client.create_order(arguments.new_order(draft)))

    def mark_paid(self, order: r.Ref, charge_id: str) -> r.Receipt:
        """OPEN → PAID."""
        return _receipt(self._client.set_order_as_paid(order.remote_id, charge_id))

    def cancel_order(self, order: r.Ref) -> r.Receipt:
        """Only while every item is PAID."""
        return _receipt(self._client.cancel_order(order.remote_id))

    def cancel_line(self, line: r.Ref) -> r.Receipt:
        """Only while the item is PAID."""
        return _receipt(self._client.cancel_order_item(line.remote_id))

    # -- tickets -----------------------------------------------------------------------------------------------------

    def pull_tickets(self, after: str | None, since: datetime | None) -> r.Page[r.TicketRecord]:
        """Tickets of the three kinds in turn. With ``since``: those opened from 30 days before it on."""
        filters = {"timeCreatedRange": arguments.time_range(since - self._lookback, self._now())} if since else {}
        return _in_turn(after, {kind: partial(self._tickets, kind, filters) for kind in TICKET_LISTS})

    def _tickets(self, kind: str, filters: dict[str, Any], after: str | None) -> r.Page[r.TicketRecord]:
        def fetch(cursor: str | None) -> Chunk[r.TicketRecord]:
            listing = self._client.ticket_list(TICKET_LISTS[kind], _forward(cursor), filters)
            return _chunk(listing, w.Ticket, partial(mapping.ticket, kind))

        return by_cursor(after, fetch)

    def read_ticket(self, ticket: r.Ref) -> r.TicketRecord | None:
        """One ticket; when its kind is not known, each kind that may be asked for is tried."""
        for kind in (ticket.kind,) if ticket.kind in TICKET_READS else self._readable_kinds():
            found = self._client.ticket(TICKET_READS[kind], ticket.remote_id)
            if found:
                return mapping.ticket(kind, wire.decode(found, w.Ticket), bytes(found))
        return None

    def _readable_kinds(self) -> tuple[str, ...]:
        return tuple(kind for kind, route in TICKET_READS.items() if self.http.routes.is_usable(route))

    def open_ticket(self, draft: r.TicketDraft) -> r.Receipt:
        """Open an exchange, refund or question ticket about order items."""
        if draft.kind not in arguments.CREATE_TICKET:
            raise Rejected(f"Shoppo has no tickets of the kind “{draft.kind}”. Nothing was sent.")
        made = self._client.create_ticket(arguments.CREATE_TICKET[draft.kind], arguments.new_ticket(draft))
        remote_id = wire.text(made.ticketId) or wire.text(made.id)
        return r.Receipt(remote_id=remote_id, words=wire.text(made.zendeskStatus))

    def reply_ticket(self, ticket: r.Ref, text: str) -> r.Receipt:
        """Add a comment to a ticket."""
        self._client.reply_customer_service_ticket(ticket.remote_id, text)
        return r.Receipt(remote_id=ticket.remote_id)


def open_channel(settings: Settings, ports: Ports) -> ShoppoChannel:
    """A channel for one connection. Options: ``order_filter_style``, ``lookback_days``."""
    headers = {"accesstoken": settings.credentials["access_token"], "viewerid": settings.credentials["viewer_id"]}
    http = open_http(
        settings,
        ports,
        routes=ROUTES,
        production_hosts=PRODUCTION_HOSTS,
        authorizer=StaticHeaders(headers),
        dialect=ShoppoDialect(),
    )
    days = settings.option("lookback_days")
    return ShoppoChannel(
        http,
        now=ports.now,
        filter_style=settings.option("order_filter_style", arguments.STYLES[0]),
        lookback=timedelta(days=min(int(days), 3650) if days.isdecimal() else LOOKBACK_DAYS),
    )


def _forward(cursor: str | None) -> dict[str, Any]:
    return {"first": PAGE, "after": cursor}


def _receipt(made: w.OrderMade | w.ItemMade) -> r.Receipt:
    return r.Receipt(remote_id=wire.text(made.id), words=wire.text(made.status))


def _chunk(listing: Listing, kind: type[K], record: Callable[[K, bytes], T]) -> Chunk[T]:
    """A page's records; an item that the platform itself could not give whole is bad, in the platform's words."""
    edges, info, at = listing.connection.edges, listing.connection.pageInfo, f"$.data.{listing.name}.edges"
    nodes = [edge.node if edge else w.NULL for edge in edges]
    usable = [w.NULL if index in listing.spoiled else node for index, node in enumerate(nodes)]
    good, bad = wire.each(usable, kind, record, at=at)
    said = {f"{at}[{index}]": (words, bytes(nodes[index])) for index, words in listing.spoiled.items()}
    return Chunk(
        records=good,
        bad=tuple(_in_its_words(one, said) for one in bad),
        total=wire.count(listing.connection.length, "length"),
        has_more=info.hasNextPage if info else None,
        cursor=_next_cursor(listing),
    )


def _in_its_words(bad: r.Bad, said: dict[str, tuple[str, bytes]]) -> r.Bad:
    if bad.path not in said:
        return bad
    words, raw = said[bad.path]
    return msgspec.structs.replace(bad, reason=words, remote_id=wire.peek(raw, "id"), raw=raw[: wire.MAX_RAW])


def _next_cursor(listing: Listing) -> str | None:
    """The cursor of the last edge but five, so that the next page begins before the end of this one."""
    edges, info = listing.connection.edges, listing.connection.pageInfo
    earlier = edges[-1 - OVERLAP] if len(edges) > OVERLAP else None
    last = edges[-1] if edges else None
    return (earlier and earlier.cursor) or (info and info.endCursor) or (last and last.cursor) or None


def _in_turn(after: str | None, turns: dict[str, Callable[[str | None], r.Page[T]]]) -> r.Page[T]:
    """One list after another as one feed; the cursor names the list and the place in it."""
    names = list(turns)
    name, _, cursor = (after or names[0]).partition("|")
    if name not in turns:
        raise WireError(f"Not a page cursor of this feed: {after!r}.", path="cursor")
    page = turns[name](cursor or None)
    following = names[names.index(name) + 1 :]
    onward = f"{name}|{page.next}" if page.next is not None else (following[0] if following else None)
    return msgspec.structs.replace(page, next=onward, total=None)
