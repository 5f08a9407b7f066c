"""What M2E Cloud can do: catalog in and out, orders of every account, invoices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeVar

import msgspec

from channels import records as r
from channels.capabilities import PriceRule, StockRule
from channels.errors import Rejected
from channels.http import Http, open_http
from channels.m2e import bodies, mapping, places
from channels.m2e import wire as w
from channels.m2e.client import M2eClient
from channels.m2e.dialect import M2eDialect
from channels.m2e.routes import ROUTES
from channels.paging import Chunk, by_offset
from channels.platform import Ports, Settings
from channels.ports import StaticHeaders
from channels.wire import count, decode, each

T = TypeVar("T", r.ProductRecord, r.OrderRecord)

PRODUCTION_HOSTS = frozenset({"m2e.cloud", "sales-channels.m2ecloud.dev"})
BATCH = 500
# Rows of a page that the next one reads again, so that what vanishes in between pushes nothing out of sight.
OVERLAP = 10
# Pages that looking for one record by its token may cost.
SEARCH_PAGES = 20
WINDOW_DAYS = 30


class M2eChannel:
    """One connection to M2E Cloud. Reads name no currency for products: the connection's option ``currency`` does."""

    stock_batch = BATCH
    stock_rule = StockRule(maximum=1_000_000)
    price_batch = BATCH
    price_rule = PriceRule(maximum=Decimal(1_000_000))
    product_fields = bodies.PRODUCT_FIELDS
    required_product_fields = ("sku", "title")
    product_statuses = tuple(bodies.STATUS_CODES)
    updatable_product_fields = bodies.UPDATABLE_FIELDS

    def __init__(self, http: Http, *, currency: str = "USD", window: timedelta = timedelta(days=WINDOW_DAYS)) -> None:
        self.http = http
        self._client = M2eClient(http)
        self._currency = currency
        self._window = window

    # -- accounts ----------------------------------------------------------------------------------------------------

    def check_credentials(self) -> r.Identity:
        """Reads the accounts; one that must be authorised again is noted."""
        accounts = self.pull_accounts(None, None).records
        names = ", ".join(account.title or account.identifier for account in accounts)
        return r.Identity(name=names or "No accounts yet", notes=places.barred(accounts))

    def pull_accounts(self, after: str | None, since: datetime | None) -> r.Page[r.AccountRecord]:
        """All accounts in one page."""
        records, bad = each(self._client.list_accounts(), w.Account, mapping.account, id_of="token")
        return r.Page(records=records, bad=bad, total=len(records) + len(bad))

    # -- catalog in --------------------------------------------------------------------------------------------------

    def pull_products(self, after: str | None, since: datetime | None) -> r.Page[r.ProductRecord]:
        """Everything from the longest unchanged to the newest, or with ``since`` the newest first down to that time.

        The first order brings a product that changes meanwhile at the end instead of missing it.
        """
        direction = "desc" if since else "asc"
        page = by_offset(after, partial(self._products, direction), size=bodies.PAGE, overlap=OVERLAP)
        oldest = page.records[-1].updated_at if page.records else None
        if since and oldest and oldest < since:
            return msgspec.structs.replace(page, next=None)
        return page

    def read_product(self, product: r.Ref) -> r.ProductRecord | None:
        """By SKU, or for a product without one by looking through the products changed last."""
        if not product.sku:
            return self._look_for(product.remote_id)
        found = self._of_sku(product.sku)
        if found and product.remote_id and found.remote_id != product.remote_id:
            return self._look_for(product.remote_id)
        return found

    def find_product(self, draft: r.ProductDraft) -> r.ProductRecord | None:
        """The product that has the draft's SKU."""
        return self._of_sku(draft.sku) if draft.sku else None

    def _products(self, direction: str, offset: int) -> Chunk[r.ProductRecord]:
        return self._product_chunk(self._client.find_products(bodies.products_page(offset, direction)))

    def _product_chunk(self, found: w.Found) -> Chunk[r.ProductRecord]:
        records, bad = each(found.items, w.CatalogProduct, self._product, id_of="token", at="$.list")
        return Chunk(records=records, bad=bad, total=count(found.total, "total"))

    def _product(self, wire: w.CatalogProduct, raw: bytes) -> r.ProductRecord:
        return mapping.product(wire, raw, self._currency)

    def _of_sku(self, sku: str) -> r.ProductRecord | None:
        """A 404 alone proves nothing (a wrong base URL answers it too): the search has to come back empty as well."""
        try:
            raw = bytes(self._client.get_product(sku))
            return self._product(decode(raw, w.CatalogProduct), raw)
        except Rejected as error:
            if error.status != 404:
                raise
        found = self._product_chunk(self._client.find_products(bodies.products_of_sku(sku)))
        return next((product for product in found.records if product.sku == sku), None)

    def _look_for(self, token: str) -> r.ProductRecord | None:
        return _walk(partial(self._products, "desc"), token, "product")

    # -- catalog out -------------------------------------------------------------------------------------------------

    def set_stock(self, changes: tuple[r.StockChange, ...]) -> r.Receipt:
        """Quantities by variant SKU; ``accepted`` is the platform's count, to be read back when it is short."""
        return r.Receipt(accepted=self._client.update_variants(bodies.stock(changes)))

    def set_prices(self, changes: tuple[r.PriceChange, ...]) -> r.Receipt:
        """Prices by variant SKU, in the catalog's currency only."""
        return r.Receipt(accepted=self._client.update_variants(bodies.prices(changes, self._currency)))

    def create_product(self, draft: r.ProductDraft) -> r.Receipt:
        """One product with its variants. The answer names no token: ``find_product`` does."""
        body = bodies.new_product(draft, self._currency)
        return r.Receipt(accepted=self._client.create_products([body]), data={"sku": body["sku"]})

    def update_product(self, product: r.Ref, changes: r.ProductDraft) -> r.Receipt:
        """Title, description, currency, images, attributes; description and currency are never read back."""
        return r.Receipt(accepted=self._client.update_products([bodies.product_changes(product, changes)]))

    def delete_product(self, product: r.Ref) -> r.Receipt:
        """By SKU."""
        return r.Receipt(accepted=self._client.delete_products([bodies.sku_of(product, "product")]))

    # -- orders ------------------------------------------------------------------------------------------------------

    def pull_orders(self, after: str | None, since: datetime | None) -> r.Page[r.OrderRecord]:
        """One account after the other. ``since`` re-reads what was sold from a window before it: changes carry no time.

        Accounts that must be authorised again, and those whose orders the platform refuses to list (stores are among
        the accounts, and only marketplaces are known to have orders here), are passed over and named in ``unseen``.
        """
        place, unseen = (places.Place.read(after), ()) if after else self._account_after("")
        if place is None:
            return r.Page(records=(), unseen=unseen)
        fetch = partial(self._orders, place, "asc", since - self._window if since else None)
        refused: tuple[str, ...] = ()
        try:
            page = by_offset(str(place.offset), fetch, size=bodies.PAGE, overlap=OVERLAP)
        except Rejected as error:
            page, refused = r.Page(records=()), (places.refusal(place, error.words),)
        if page.next is not None:
            onward: places.Place | None = msgspec.structs.replace(place, offset=int(page.next))
        else:
            onward, unseen = self._account_after(place.account)
        return msgspec.structs.replace(page, next=str(onward) if onward else None, total=None, unseen=unseen + refused)

    def read_order(self, order: r.Ref) -> r.OrderRecord | None:
        """By searching its account (without a known one: every account) for its number, then among the newest.

        Whether the search covers order numbers is not documented, so that an empty one alone proves nothing.
        """
        number = order.number or order.source_order_id
        if not number:
            raise Rejected(f"The order {order.remote_id} can only be read by its number, and none is known.")
        spots = self._places_of(order)
        for place in spots:
            found = self._client.find_orders(place.marketplace, place.account, bodies.orders_search(number))
            for record in self._order_chunk(place, found).records:
                if record.remote_id == order.remote_id:
                    return record
        walks = (_walk(partial(self._orders, place, "desc", None), order.remote_id, "order") for place in spots)
        return next(filter(None, walks), None)

    def upload_invoice(self, order: r.Ref, invoice: r.Invoice) -> r.Receipt:
        """A PDF for the order's store id. Nothing reads it back."""
        self._client.upload_invoice(bodies.invoice(order, invoice))
        return r.Receipt(number=invoice.number)

    def _account_after(self, token: str) -> tuple[places.Place | None, tuple[str, ...]]:
        accounts = self.pull_accounts(None, None).records
        return places.following(accounts, token), places.barred(accounts)

    def _places_of(self, order: r.Ref) -> list[places.Place]:
        if order.account_remote_id and order.marketplace:
            return [places.Place(account=order.account_remote_id, marketplace=order.marketplace)]
        accounts = self.pull_accounts(None, None).records
        return [places.Place(account=a.remote_id, marketplace=a.marketplace) for a in accounts if a.is_valid]

    def _orders(self, place: places.Place, direction: str, since: datetime | None, offset: int) -> Chunk[r.OrderRecord]:
        criteria = bodies.orders_page(offset, direction, since)
        return self._order_chunk(place, self._client.find_orders(place.marketplace, place.account, criteria))

    def _order_chunk(self, place: places.Place, found: w.Found) -> Chunk[r.OrderRecord]:
        record = partial(
            mapping.order, marketplace=place.marketplace, account_token=place.account, currency=self._currency
        )
        records, bad = each(found.items, w.Order, record, id_of="token", at="$.list")
        return Chunk(records=records, bad=bad, total=count(found.total, "total"))


def _walk(fetch: Callable[[int], Chunk[T]], token: str, what: str) -> T | None:
    """The record of a token among the pages; raises ``Rejected`` when there are too many to say that it is absent."""
    after: str | None = None
    for _ in range(SEARCH_PAGES):
        page = by_offset(after, fetch, size=bodies.PAGE, overlap=OVERLAP)
        for record in page.records:
            if record.remote_id == token:
                return record
        if page.next is None:
            return None
        after = page.next
    raise Rejected(
        f"The {what} {token} is not among the newest at M2E Cloud, which has no call to read it by its token."
    )


def open_channel(settings: Settings, ports: Ports) -> M2eChannel:
    """A channel with the connection's access token, currency and order window."""
    http = open_http(
        settings,
        ports,
        routes=ROUTES,
        production_hosts=PRODUCTION_HOSTS,
        authorizer=StaticHeaders({"access-token": settings.credentials["access_token"]}),
        dialect=M2eDialect(),
    )
    days = settings.option("order_window_days", str(WINDOW_DAYS))
    return M2eChannel(
        http,
        currency=settings.option("currency", "USD").upper(),
        window=timedelta(days=int(days) if days.isdecimal() else WINDOW_DAYS),
    )
