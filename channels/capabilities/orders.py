"""Capabilities of orders."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

from channels import records as r


@runtime_checkable
class PullsOrders(Protocol):
    """Orders with their lines and parcels."""

    def pull_orders(self, after: str | None, since: datetime | None) -> r.Page[r.OrderRecord]: ...


@runtime_checkable
class ReadsOrders(Protocol):
    """One order."""

    def read_order(self, order: r.Ref) -> r.OrderRecord | None: ...


@runtime_checkable
class ReadsDeliveries(Protocol):
    """What was delivered for an order so far."""

    def read_deliveries(self, order: r.Ref) -> tuple[r.DeliveryRecord, ...]: ...


@runtime_checkable
class DeliversOrders(Protocol):
    """Digital content handed to the buyer.

    ``delivers_rows``: rows are counted against the quantity. ``appends_deliveries``: may add to what was delivered.
    """

    delivers_rows: bool
    appends_deliveries: bool

    def deliver_order(self, order: r.Ref, delivery: r.Delivery) -> r.Receipt: ...


@runtime_checkable
class ReportsDeliveryErrors(Protocol):
    """A problem with the delivery told to the platform, with pictures by URL; and what was told so far."""

    def report_delivery_error(self, order: r.Ref, remark: str, image_urls: tuple[str, ...]) -> r.Receipt: ...

    def read_delivery_errors(self, order: r.Ref) -> tuple[r.DeliveryErrorRecord, ...]: ...


@runtime_checkable
class SetsOrderStatus(Protocol):
    """The status of an order set to one of ``settable_order_statuses`` (the platform's words).

    Those that may pay the buyer back, since no document rules it out, a channel names in ``refunding_order_statuses``.
    """

    settable_order_statuses: tuple[str, ...]

    def set_order_status(self, order: r.Ref, status: str) -> r.Receipt: ...


@runtime_checkable
class RefundsOrders(Protocol):
    """A full refund. Moves money."""

    def refund_order(self, order: r.Ref) -> r.Receipt: ...


@runtime_checkable
class CreatesOrders(Protocol):
    """An order made on a partner marketplace, found again by its partner code."""

    order_countries: tuple[str, ...]

    def create_order(self, draft: r.OrderDraft) -> r.Receipt: ...

    def find_orders(self, partner_code: str) -> tuple[r.OrderRecord, ...]: ...


@runtime_checkable
class MarksPaid(Protocol):
    """A created order reported as paid; ``charge_id`` is ours and deterministic."""

    def mark_paid(self, order: r.Ref, charge_id: str) -> r.Receipt: ...


@runtime_checkable
class CancelsOrders(Protocol):
    """A whole order cancelled."""

    def cancel_order(self, order: r.Ref) -> r.Receipt: ...


@runtime_checkable
class CancelsLines(Protocol):
    """One line of an order cancelled."""

    def cancel_line(self, line: r.Ref) -> r.Receipt: ...


@runtime_checkable
class UploadsInvoices(Protocol):
    """A PDF invoice handed to the platform."""

    def upload_invoice(self, order: r.Ref, invoice: r.Invoice) -> r.Receipt: ...
