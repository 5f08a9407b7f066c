"""The capabilities of AccPlanet: each is a little client and a little mapping."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from channels import records as r
from channels.accplanet import bodies, mapping, wire
from channels.accplanet.client import AccPlanetClient, Filters
from channels.accplanet.dialect import AccPlanetDialect, says_absent
from channels.accplanet.listing import Listing, walk
from channels.accplanet.routes import PRODUCTION_HOSTS, ROUTES
from channels.capabilities import PriceRule, StockRule
from channels.errors import Rejected, WireError
from channels.http import Http, open_http
from channels.platform import Ports, Settings
from channels.ports import StaticHeaders
from channels.wire import decode, each, peek, text

R = TypeVar("R")
T = TypeVar("T")

# Pages that looking for a product may cost: a platform that counts wrongly must not be asked for ever.
MOST_PAGES = 500


class AccPlanetChannel:
    """One supplier's account on AccPlanet. ``currency`` is the connection's: the platform states none."""

    stock_batch = price_batch = listing_batch = 1
    stock_rule = StockRule()
    price_rule = PriceRule()
    product_fields = updatable_product_fields = tuple(bodies.PRODUCT_FIELDS)
    required_product_fields = bodies.REQUIRED_PRODUCT_FIELDS
    product_statuses = bodies.PRODUCT_STATUSES
    account_batch = bodies.ACCOUNT_BATCH
    delivers_rows = appends_deliveries = True
    settable_order_statuses = bodies.ORDER_STATUSES
    refunding_order_statuses = ("refunded_order",)
    ticket_kinds = ("support",)
    ticket_fields = {"support": ("order", "subject", "text")}
    ticket_statuses = ("open", "in_progress", "closed")

    def __init__(self, http: Http, settings: Settings) -> None:
        self.http = http
        self._client = AccPlanetClient(http)
        self._site = settings.base_url.rstrip("/")
        self._currency = settings.option("currency", "USD").upper()
        self._newest_first = settings.option("product_sort")
        self._product = partial(mapping.product, currency=self._currency, site=self._site)
        self._order = partial(mapping.order, currency=self._currency, site=self._site)
        self._payment = partial(mapping.payment, currency=self._currency)

    def check_credentials(self) -> r.Identity:
        """Read the balance."""
        return mapping.identity(decode(self._client.balance(), wire.Balance))

    # -- catalog -------------------------------------------------------------------------------------------------------

    def pull_products(self, after: str | None, since: datetime | None) -> r.Page[r.ProductRecord]:
        """Every product; with ``since`` and a known sort word, only until a page that is older."""
        if since is None or not self._newest_first:
            return self._products(after)
        page = self._products(after, {"sort": self._newest_first})
        times = [one.updated_at for one in page.records]
        is_older = bool(times) and all(at is not None and at < since for at in times)
        return r.Page(records=page.records, bad=page.bad, next=None if is_older else page.next, total=page.total)

    def read_product(self, product: r.Ref) -> r.ProductRecord | None:
        """Found by walking the list: no endpoint reads one product."""
        wanted = product.remote_id
        is_it, may_be = (lambda one: one.remote_id == wanted), (lambda bad: bad.remote_id in ("", wanted))
        return next(iter(self._find(is_it, may_be, one_is_enough=True)), None)

    def pull_categories(self, after: str | None, since: datetime | None) -> r.Page[r.CategoryRecord]:
        """The categories that our products are in: no endpoint lists them."""
        page = self._walk(after, self._client.products, wire.ProductCategory, mapping.categories, "product_id")
        unique = {one.remote_id: one for found in page.records for one in found}
        return r.Page(records=tuple(unique.values()), bad=page.bad, next=page.next)

    def set_stock(self, changes: tuple[r.StockChange, ...]) -> r.Receipt:
        """The number that is shown; how it relates to the account pool is not documented."""
        (change,) = changes
        return self._update(change.variant.remote_id, {"stock": change.quantity})

    def set_prices(self, changes: tuple[r.PriceChange, ...]) -> r.Receipt:
        """The price of one product."""
        (change,) = changes
        bodies.check_currency(change.price.currency, self._currency)
        return self._update(change.variant.remote_id, {"price": mapping.price_text(change.price.amount)})

    def set_listings(self, changes: tuple[r.ListingChange, ...]) -> r.Receipt:
        """Active, or (assumed) inactive."""
        (change,) = changes
        return self._update(change.product.remote_id, {"status": "active" if change.listed else "inactive"})

    def create_product(self, draft: r.ProductDraft) -> r.Receipt:
        """A product, with the accounts of its delivery pool where given."""
        body = bodies.product_body(draft, currency=self._currency, site=self._site)
        done = self._client.create_product(body, bodies.account_secrets(body.get("accounts", ())))
        number = text(done.business_id)
        data = {"approval_status": text(done.approval_status), **_imported(done.accounts_imported, body)}
        return r.Receipt(remote_id=text(done.product_id), number=number, words=done.message or "", data=data)

    def find_product(self, draft: r.ProductDraft) -> r.ProductRecord | None:
        """The newest product with the draft's title, category and price (the list shows no source id)."""
        title = text(draft.title)
        found = self._find(partial(_is_made_from, draft), lambda bad: peek(bad.raw, "title") in ("", title))
        return max(found, key=lambda one: one.created_at.timestamp() if one.created_at else 0.0, default=None)

    def update_product(self, product: r.Ref, changes: r.ProductDraft) -> r.Receipt:
        """Only the given fields."""
        body = bodies.product_body(changes, currency=self._currency, site=self._site)
        if not body:
            raise bodies.refused("There is nothing to change.")
        return self._update(product.remote_id, body)

    def delete_product(self, product: r.Ref) -> r.Receipt:
        """Refused by the platform once it was sold."""
        return r.Receipt(
            remote_id=product.remote_id, words=self._client.delete_product(product.remote_id).message or ""
        )

    def append_accounts(self, product: r.Ref, accounts: bodies.Accounts) -> r.Receipt:
        """``accepted`` counts the imported accounts; those that the pool had are left out."""
        rows = bodies.account_rows(accounts)
        done = self._client.append_accounts(product.remote_id, {"accounts": rows}, bodies.account_secrets(rows))
        queued = text(done.delivery_tasks_queued)
        return r.Receipt(
            remote_id=product.remote_id,
            words=done.message or "",
            accepted=done.accounts_imported if isinstance(done.accounts_imported, int) else None,
            data={"delivery_tasks_queued": queued} if queued else {},
        )

    def upload_image(self, image: r.Upload) -> r.Receipt:
        """The receipt's ``remote_id`` is the path for a product's ``images``."""
        done = self._client.upload_image(image.name, image.content, image.content_type)
        return r.Receipt(remote_id=done.image_path, words=done.message or "")

    # -- orders --------------------------------------------------------------------------------------------------------

    def pull_orders(self, after: str | None, since: datetime | None) -> r.Page[r.OrderRecord]:
        """Every order: the platform cannot be asked for those that changed."""
        return self._walk(after, self._client.orders, wire.Order, self._order, "order_id")

    def read_order(self, order: r.Ref) -> r.OrderRecord | None:
        """One order."""
        return self._read(self._client.order, order.remote_id, wire.Order, self._order)

    def read_deliveries(self, order: r.Ref) -> tuple[r.DeliveryRecord, ...]:
        """What the order shows as delivered."""
        found = self.read_order(order)
        return mapping.deliveries(found) if found else ()

    def deliver_order(self, order: r.Ref, delivery: r.Delivery) -> r.Receipt:
        """Replaces what was delivered by hand, or appends rows to it (rows that are there already are dropped)."""
        body, secrets = bodies.delivery_body(delivery), bodies.delivery_secrets(delivery)
        done = self._client.update_delivered_info(order.remote_id, body, secrets)
        facts = {
            "delivered_units": _fact(done.delivered_units),
            "order_completed": _fact(done.order_completed),
            "append_delivered_info": _fact(done.append_delivered_info),
        }
        return r.Receipt(
            remote_id=order.remote_id, words=done.message or "", data={k: v for k, v in facts.items() if v}
        )

    def set_order_status(self, order: r.Ref, status: str) -> r.Receipt:
        """One of four words; confirming the receipt is refused here."""
        done = self._client.change_order_status(order.remote_id, bodies.order_status(status))
        return r.Receipt(remote_id=order.remote_id, words=done.message or "", data={"status": text(done.status)})

    def refund_order(self, order: r.Ref) -> r.Receipt:
        """The whole order; the receipt's ``number`` is the refund's."""
        done = self._client.refund_order(order.remote_id)
        return r.Receipt(remote_id=order.remote_id, number=text(done.refund_no), words=done.message or "")

    # -- tickets -------------------------------------------------------------------------------------------------------

    def pull_tickets(self, after: str | None, since: datetime | None) -> r.Page[r.TicketRecord]:
        """Every ticket."""
        return self._walk(after, self._client.tickets, wire.Ticket, mapping.ticket, "ticket_id")

    def read_ticket(self, ticket: r.Ref) -> r.TicketRecord | None:
        """One ticket."""
        return self._read(self._client.ticket, ticket.remote_id, wire.Ticket, mapping.ticket)

    def open_ticket(self, draft: r.TicketDraft) -> r.Receipt:
        """A ticket of an order that we supply."""
        done = self._client.create_ticket(bodies.ticket_body(draft))
        return r.Receipt(remote_id=text(done.ticket_id), number=text(done.ticket_no), words=done.message or "")

    def update_ticket(self, ticket: r.Ref, change: r.TicketChange) -> r.Receipt:
        """Status, title or description."""
        done = self._client.update_ticket(ticket.remote_id, bodies.ticket_change_body(change))
        return r.Receipt(remote_id=ticket.remote_id, words=done.message or "")

    # -- money ---------------------------------------------------------------------------------------------------------

    def pull_payments(self, after: str | None, since: datetime | None) -> r.Page[r.PaymentRecord]:
        """Every payment of a buyer."""
        return self._walk(after, self._client.payments, wire.Payment, self._payment, "payment_no")

    def pull_balances(self, after: str | None, since: datetime | None) -> r.Page[r.BalanceRecord]:
        """The supplier's balance and the user's, as one page."""
        raw = bytes(self._client.balance())
        return r.Page(records=mapping.balances(decode(raw, wire.Balance), raw, currency=self._currency))

    # -- shared --------------------------------------------------------------------------------------------------------

    def _products(self, after: str | None, filters: Filters | None = None) -> r.Page[r.ProductRecord]:
        read = partial(self._client.products, filters=filters)
        return self._walk(after, read, wire.Product, self._product, "product_id")

    def _walk(
        self,
        after: str | None,
        read: Callable[[int], Listing],
        kind: type[T],
        record: Callable[[T, bytes], R],
        id_of: str,
    ) -> r.Page[R]:
        def build(found: Listing) -> tuple[tuple[R, ...], tuple[r.Bad, ...]]:
            good, bad = each(found.items, kind, record, id_of=id_of, at=found.at)
            return good, mapping.hide_bad(bad)

        return walk(after, read, build, id_of=id_of)

    def _read(
        self, read: Callable[[str], Any], remote_id: str, kind: type[T], record: Callable[[T, bytes], R]
    ) -> R | None:
        try:
            raw = bytes(read(remote_id))
        except Rejected as error:
            if says_absent(error):
                return None
            raise
        return record(decode(raw, kind), raw)

    def _find(
        self, is_it: Callable[[r.ProductRecord], bool], may_be: Callable[[r.Bad], bool], *, one_is_enough: bool = False
    ) -> list[r.ProductRecord]:
        """The products that match, from every page. Raises ``WireError`` when one that could not be read may be it."""
        found: list[r.ProductRecord] = []
        unread: list[r.Bad] = []
        after: str | None = None
        for _ in range(MOST_PAGES):
            page = self._products(after)
            found += [one for one in page.records if is_it(one)]
            unread += [one for one in page.bad if may_be(one)]
            after = page.next
            if after is None or (one_is_enough and found):
                break
        else:
            raise WireError(f"The list of products did not end within {MOST_PAGES} pages.", path="$.total")
        if unread and not found:
            raise WireError(f"A product could not be read: {unread[0].reason}", path=unread[0].path)
        return found

    def _update(self, product_id: str, body: bodies.Body) -> r.Receipt:
        secrets = bodies.account_secrets(body.get("accounts", ()))
        done = self._client.update_product(product_id, body, secrets)
        data = _imported(done.accounts_imported, body)
        return r.Receipt(remote_id=product_id, number=text(done.business_id), words=done.message or "", data=data)


def open_channel(settings: Settings, ports: Ports) -> AccPlanetChannel:
    """A channel for one connection. The key goes out in ``X-API-Key`` only, never in a body or an address."""
    http = open_http(
        settings,
        ports,
        routes=ROUTES,
        production_hosts=PRODUCTION_HOSTS,
        authorizer=StaticHeaders({"x-api-key": settings.credentials["api_key"].strip()}),
        dialect=AccPlanetDialect(),
    )
    return AccPlanetChannel(http, settings)


def _is_made_from(draft: r.ProductDraft, one: r.ProductRecord) -> bool:
    """Whether nothing that the product shows speaks against the draft; a source id counts where one is shown."""
    shown = {attribute.name: attribute.value for attribute in one.attributes}
    if draft.source_id and shown.get("source_product_id", draft.source_id) != draft.source_id:
        return False
    return (
        one.title == text(draft.title)
        and draft.category_id in (None, one.category_remote_id)
        and draft.price in (None, one.variants[0].price)
    )


def _imported(number: Any, body: bodies.Body) -> dict[str, str]:
    return {"accounts_imported": text(number)} if "accounts" in body else {}


def _fact(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else text(value)
