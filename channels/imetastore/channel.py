"""What imetastore can do: a marketplace for digital goods and accounts, with orders, after-sales and a chat."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from channels import capabilities as c
from channels import paging
from channels import records as r
from channels import wire as reading
from channels.errors import NotSent, WireError
from channels.http import Http
from channels.imetastore import mapping, messages, windows
from channels.imetastore import wire as w
from channels.imetastore.client import Client
from channels.imetastore.mapping import iso
from channels.platform import Settings

T = TypeVar("T")
R = TypeVar("R")

LOOKBACK_DAYS = 30
# The platform's clock may run ahead of ours: what it stamped must not fall out of our stretch of history.
CLOCK_MARGIN = timedelta(minutes=15)
MOST_PAGES = 500


class Channel:
    """The capabilities of one connection. Thread-safe; ``http`` is to be closed at the end."""

    stock_batch = price_batch = listing_batch = 100
    stock_rule = c.StockRule(has_alert=True)
    price_rule = c.PriceRule(currencies=("USD", "EUR"))
    delivers_rows = True
    appends_deliveries = False
    message_kinds = messages.KINDS

    def __init__(self, http: Http, settings: Settings, now: Callable[[], datetime]) -> None:
        self.http = http
        self._client = Client(http)
        self._now = now
        self._name = settings.credentials.get("email", "")
        self._currency = settings.option("currency", "USD").upper()
        self._lookback = timedelta(days=_days(settings.option("order_lookback_days")))
        self._statuses = mapping.codes(settings.option("order_status_map"), "order_status_map", mapping.ORDER_WORDS)
        self._outcomes = mapping.codes(settings.option("case_status_map"), "case_status_map", mapping.CASE_WORDS)
        self._buyers: frozenset[str] = frozenset()

    def check_credentials(self) -> r.Identity:
        """Log in where needed, and read one product."""
        answer = self._client.products(w.ProductQuery(pageIndex=1, pageSize=1))
        return r.Identity(name=self._name, server_time=mapping.moment(answer.time, "time"))

    # -- products --------------------------------------------------------------------------------------------------

    def pull_products(self, after: str | None, since: datetime | None) -> r.Page[r.ProductRecord]:
        """Products with their SKUs, updated since then."""

        def fetch(window: windows.Window, page: int) -> paging.Chunk[r.ProductRecord]:
            return self._products(
                w.ProductQuery(
                    pageIndex=page,
                    pageSize=windows.SIZE,
                    createTimeStart=iso(window.start),
                    createTimeEnd=iso(window.end),
                    updateTimeStart=iso(since),
                )
            )

        return windows.walk(after, fetch, start=None, now=self._now())

    def read_product(self, product: r.Ref) -> r.ProductRecord | None:
        """One product: found by its number where that is known, else by walking the list."""
        if product.number:
            query = w.ProductQuery(pageIndex=1, pageSize=windows.SIZE, productSpuNum=product.number)
            found = _by_id(self._products(query).records, product.remote_id)
            if found is not None:
                return found
        after: str | None = None
        for _ in range(MOST_PAGES):
            page = self.pull_products(after, None)
            found = _by_id(page.records, product.remote_id)
            if found is not None or page.next is None:
                return found
            after = page.next
        raise WireError(f"The product was not among the first {MOST_PAGES * windows.SIZE}.", path="$.data.list")

    def set_stock(self, changes: tuple[r.StockChange, ...]) -> r.Receipt:
        """Absolute stock of SKUs."""
        return _receipt(self._client.update_stock(mapping.stock_body(changes)))

    def set_prices(self, changes: tuple[r.PriceChange, ...]) -> r.Receipt:
        """Absolute prices of SKUs, all in one currency."""
        currency = _one((change.price.currency for change in changes), "prices of one currency")
        return _receipt(self._client.update_price(mapping.price_body(changes, currency)))

    def set_listings(self, changes: tuple[r.ListingChange, ...]) -> r.Receipt:
        """Products put on sale, or taken off."""
        listed = _one((change.listed for change in changes), "products of one direction")
        return _receipt(self._client.switch_listing(mapping.listing_body(changes, listed=listed)))

    # -- orders ----------------------------------------------------------------------------------------------------

    def pull_orders(self, after: str | None, since: datetime | None) -> r.Page[r.OrderRecord]:
        """Orders. The filter knows only when they were made: ``since`` looks further back by the option's days."""

        def fetch(window: windows.Window, page: int) -> paging.Chunk[r.OrderRecord]:
            start, end = iso(window.start), iso(window.end)
            return self._orders(
                w.OrderQuery(pageIndex=page, pageSize=windows.SIZE, createTimeStart=start, createTimeEnd=end)
            )

        start = since - self._lookback if since is not None else None
        return windows.walk(after, fetch, start=start, now=self._now())

    def read_order(self, order: r.Ref) -> r.OrderRecord | None:
        """One order, by id or else by number."""
        query = w.OrderQuery(pageIndex=1, pageSize=10)
        if order.remote_id:
            query.orderId = mapping.number(order.remote_id)
        else:
            query.orderNum = order.number
        chunk = self._orders(query)
        for found in chunk.records:
            if found.remote_id == order.remote_id or (not order.remote_id and found.number == order.number):
                return found
        if chunk.size:
            raise WireError("The platform answered other orders than the one that was asked for.", path="$.data.list")
        return None

    def read_deliveries(self, order: r.Ref) -> tuple[r.DeliveryRecord, ...]:
        """What was delivered so far, oldest first."""
        raws = self._client.deliveries(order.remote_id)
        found = _all(raws, w.DeliveryItem, lambda wire, raw: mapping.delivery(wire, raw, order.remote_id))
        return mapping.numbered(found, order.remote_id)

    def deliver_order(self, order: r.Ref, delivery: r.Delivery) -> r.Receipt:
        """Content handed to the buyer. Never to be repeated without reading the deliveries first."""
        return _receipt(self._client.deliver(order.remote_id, mapping.deliver_body(delivery)))

    def report_delivery_error(self, order: r.Ref, remark: str, image_urls: tuple[str, ...]) -> r.Receipt:
        """A problem with the delivery."""
        body = w.DeliverError(imageUrls=list(image_urls) or None, remark=remark or None)
        return _receipt(self._client.report_error(order.remote_id, body))

    def read_delivery_errors(self, order: r.Ref) -> tuple[r.DeliveryErrorRecord, ...]:
        """What was reported so far, oldest first."""
        raws = self._client.reported_errors(order.remote_id)
        found = _all(raws, w.DeliveryErrorItem, lambda wire, raw: mapping.delivery_error(wire, raw, order.remote_id))
        return mapping.numbered(found, order.remote_id)

    # -- after-sales -----------------------------------------------------------------------------------------------

    def read_case(self, order: r.Ref) -> r.CaseRecord | None:
        """The case of an order; ``None`` where there is none."""
        raw = self._client.after_sales(order.remote_id)
        if raw is None:
            return None
        try:
            return mapping.case(reading.decode(raw, w.AfterSales), bytes(raw), order.remote_id, self._outcomes)
        except WireError as error:
            raise WireError(error.words, path=f"$.data{error.path.removeprefix('$')}") from None

    def decide_case(self, case: r.Ref, decision: r.CaseDecision) -> r.Receipt:
        """Approve (refunds the whole amount) or reject the case of the order ``case.parent``."""
        return _receipt(self._client.audit(case.parent, mapping.audit_body(decision)))

    # -- messages --------------------------------------------------------------------------------------------------

    def pull_threads(self, after: str | None, since: datetime | None) -> r.Page[r.ThreadRecord]:
        """Conversations, one for each buyer."""

        def fetch(page: int) -> paging.Chunk[r.ThreadRecord]:
            answer = self._client.contacts(w.ContactQuery(pageIndex=page, pageSize=windows.SIZE))
            return _chunk(answer, w.Contact, messages.thread, id_of="buyerId")

        return paging.by_number(after, fetch, size=windows.SIZE, last=windows.LAST_PAGE)

    def pull_messages(self, after: str | None, since: datetime | None) -> r.Page[r.MessageRecord]:
        """Messages with all buyers, newest first."""
        tell = messages.Buyers(self._buyers, self._load_buyers)
        return self._messages(None, since or windows.OLDEST, after, tell)

    def read_messages(self, thread: r.Ref, since: datetime) -> tuple[r.MessageRecord, ...]:
        """Messages with one buyer, oldest first. Raises ``WireError`` rather than leaving one out."""
        buyer = thread.remote_id
        found: dict[str, r.MessageRecord] = {}
        after: str | None = None
        for _ in range(MOST_PAGES):
            page = self._messages(buyer, since, after, lambda *accounts: buyer if buyer in accounts else "")
            if page.bad:
                raise WireError(page.bad[0].reason, path=page.bad[0].path)
            found.update((message.remote_id, message) for message in page.records)
            after = page.next
            if after is None:
                return tuple(sorted(found.values(), key=lambda message: message.sent_at or windows.OLDEST))
        raise WireError(f"The history did not end within {MOST_PAGES} pages.", path="$.data.complete")

    def send_message(self, thread: r.Ref, text: str, token: int) -> r.Receipt:
        """A text to a buyer. The platform answers no message id."""
        return _receipt(self._client.send_message(messages.send_body(thread.remote_id, text, token)))

    # -- pages -----------------------------------------------------------------------------------------------------

    def _products(self, query: w.ProductQuery) -> paging.Chunk[r.ProductRecord]:
        return _chunk(
            self._client.products(query), w.Product, lambda wire, raw: mapping.product(wire, raw, self._currency)
        )

    def _orders(self, query: w.OrderQuery) -> paging.Chunk[r.OrderRecord]:
        def record(wire: w.Order, raw: bytes) -> r.OrderRecord:
            return mapping.order(wire, raw, self._statuses, self._currency)

        return _chunk(self._client.orders(query), w.Order, record, id_of="orderId")

    def _messages(
        self, buyer: str | None, since: datetime, after: str | None, tell: Callable[[str, str], str]
    ) -> r.Page[r.MessageRecord]:
        def fetch(cursor: str | None) -> paging.Chunk[r.MessageRecord]:
            history = self._client.messages(messages.query(buyer, since, self._now() + CLOCK_MARGIN, cursor))
            good, bad = reading.each(
                history.msgList or (),
                w.Message,
                lambda wire, raw: messages.message(wire, raw, tell),
                id_of="msgSeq",
                at="$.data.msgList",
            )
            return paging.Chunk(records=good, bad=bad, cursor=messages.following(history))

        return paging.by_cursor(after, fetch)

    def _load_buyers(self) -> frozenset[str]:
        """The ids of all contacts, kept for the pages to come."""
        known: set[str] = set()
        after: str | None = None
        for _ in range(windows.LAST_PAGE):
            page = self.pull_threads(after, None)
            known.update(thread.remote_id for thread in page.records)
            after = page.next
            if after is None:
                break
        self._buyers = frozenset(known)
        return self._buyers


def _chunk(
    answer: w.Envelope[w.Paged], kind: type[T], record: Callable[[T, bytes], R], *, id_of: str = "id"
) -> paging.Chunk[R]:
    """The items of a list. No list where there should be one is an error: it must not look like an empty one."""
    if answer.data is None or (answer.data.rows is None and answer.data.totalCount != 0):
        raise WireError("The answer has no list.", path="$.data" if answer.data is None else "$.data.list")
    good, bad = reading.each(answer.data.rows or (), kind, record, id_of=id_of, at="$.data.list")
    return paging.Chunk(records=good, bad=bad, total=reading.count(answer.data.totalCount, "data.totalCount"))


def _all(raws: Iterable[msgspec.Raw], kind: type[T], record: Callable[[T, bytes], R]) -> tuple[R, ...]:
    """Every item of a short list. Raises ``WireError`` rather than leaving one out: the list may be a proof."""
    good, bad = reading.each(raws, kind, record, at="$.data")
    if bad:
        raise WireError(bad[0].reason, path=bad[0].path)
    return good


def _by_id(records: Iterable[r.ProductRecord], remote_id: str) -> r.ProductRecord | None:
    return next((record for record in records if record.remote_id == remote_id), None)


def _one(values: Iterable[T], what: str) -> T:
    found = set(values)
    if len(found) != 1:
        raise NotSent(f"Nothing was sent: one call takes {what}.")
    return found.pop()


def _receipt(answer: w.Envelope[Any]) -> r.Receipt:
    return r.Receipt(words=reading.text(answer.msg))


def _days(option: str) -> int:
    return int(option) if option.isascii() and option.isdecimal() and len(option) < 5 else LOOKBACK_DAYS
