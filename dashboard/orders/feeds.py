"""The feeds of orders, deliveries and accounts, and what callbacks make us read again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from channels import capabilities as can
from channels.errors import Rejected
from channels.events import OrderTouched
from channels.records import Bad, DeliveryErrorRecord, DeliveryRecord, Page, Ref
from dashboard.orders.mirror import (
    ACCOUNTS,
    DELIVERIES,
    ORDERS,
    upsert_deliveries,
    upsert_delivery_errors,
    upsert_orders,
)
from dashboard.orders.models import DeliveryRecord as DeliveryRow
from dashboard.orders.models import Order
from dashboard.sync.feeds import Feed, Pull, on_event, plain_pull, register, run_soon
from dashboard.sync.models import Connection
from dashboard.sync.upsert import Counts

ORDERS_A_PAGE = 25
MOVING = ("to_deliver", "in_progress", "part_delivered", "delivered", "unknown")

register(
    Feed(
        name="orders",
        label=gettext_noop("Orders"),
        capability=can.PullsOrders,
        mirror=ORDERS,
        pull=plain_pull("pull_orders"),
        every=timedelta(minutes=2),
        rank=20,
    )
)
register(
    Feed(
        name="accounts",
        label=gettext_noop("Accounts"),
        capability=can.PullsAccounts,
        mirror=ACCOUNTS,
        pull=plain_pull("pull_accounts"),
        every=timedelta(hours=1),
        rank=5,
    )
)


def upsert_told(connection: Connection, records: Iterable[Any], read_at: datetime) -> Counts:
    """Deliveries and delivery errors of one page, each into its own mirror."""
    told = list(records)
    counts = upsert_deliveries(connection, [r for r in told if isinstance(r, DeliveryRecord)], read_at)
    errors = [r for r in told if isinstance(r, DeliveryErrorRecord)]
    counts.add(upsert_delivery_errors(connection, errors, read_at))
    return counts


def to_ask(context: Pull) -> QuerySet[Order]:
    """The orders whose deliveries are worth a call: changed since then, or, in a full sweep, those that still move.

    An ended order is asked once; one that states its delivered content itself never.
    """
    rows = Order.objects.light().filter(connection=context.connection, gone_at=None, delivered_units=None)
    if context.since is not None:
        return rows.filter(changed_at__gte=context.since)
    known = DeliveryRow.objects.filter(connection=OuterRef("connection"), order_remote_id=OuterRef("remote_id"))
    return rows.filter(Q(status__in=MOVING) | Q(status__in=("completed", "refunded")) & ~Exists(known))


def pull_deliveries(context: Pull) -> Page[Any]:
    """The deliveries and delivery errors of the next few orders; the cursor is the last order's key."""
    after = int(context.after or 0)
    orders = list(to_ask(context).filter(pk__gt=after).order_by("pk")[:ORDERS_A_PAGE])
    records: list[Any] = []
    bad: list[Bad] = []
    for order in orders:
        try:
            records += told_of(context.channel, ref_of(order))
        except Rejected as error:
            bad.append(Bad(remote_id=order.remote_id, path="$", reason=error.words, raw=b""))
    following = str(orders[-1].pk) if len(orders) == ORDERS_A_PAGE else None
    return Page(records=tuple(records), bad=tuple(bad), next=following)


def told_of(channel: Any, ref: Ref) -> list[DeliveryRecord | DeliveryErrorRecord]:
    """What a platform says was delivered for an order, and which errors it was told of.

    Deliveries go without their raw payload, which repeats the secret content. Platforms number both from 1: an error's
    id says that it is one.
    """
    found: list[DeliveryRecord | DeliveryErrorRecord] = [
        msgspec.structs.replace(one, raw=b"") for one in channel.read_deliveries(ref)
    ]
    if can.has(channel, can.ReportsDeliveryErrors):
        for error in channel.read_delivery_errors(ref):
            found.append(msgspec.structs.replace(error, remote_id=f"error:{error.remote_id}"))
    return found


register(
    Feed(
        name="deliveries",
        label=gettext_noop("Deliveries"),
        capability=can.ReadsDeliveries,
        mirror=DELIVERIES,
        own_upsert=upsert_told,
        pull=pull_deliveries,
        every=timedelta(minutes=5),
        marks_gone=False,
        rank=25,
        after="orders",
    )
)


def ref_of(order: Order) -> Ref:
    """An order as channels take it."""
    return Ref(
        remote_id=order.remote_id,
        number=order.number,
        source_order_id=order.source_order_id,
        account_remote_id=order.account_remote_id,
        marketplace=order.marketplace,
    )


def read_again(connection: Connection, channel: Any, ref: Ref, *, deliveries: bool = False) -> Order | None:
    """Read one order and bring the mirror in step; what the platform does not know any more is gone.

    With `deliveries` also what was delivered, where the order itself does not say.
    """
    read_at = timezone.now()
    record = channel.read_order(ref)
    if record is None:
        Order.objects.filter(connection=connection, remote_id=ref.remote_id).call_gone(read_at)
        return None
    upsert_orders(connection, [record], read_at)
    if deliveries and record.delivered_units is None and can.has(channel, can.ReadsDeliveries):
        told = told_of(channel, msgspec.structs.replace(ref, remote_id=record.remote_id))
        upsert_told(connection, told, read_at)
    return Order.objects.light().filter(connection=connection, remote_id=record.remote_id).first()


def read_by_code(connection: Connection, channel: Any, partner_code: str) -> int:
    """Read the orders that have our code; gives their number."""
    read_at = timezone.now()
    found = channel.find_orders(partner_code)
    upsert_orders(connection, found, read_at)
    return len(found)


@on_event(OrderTouched)
def order_touched(connection: Connection, channel: Any, event: OrderTouched) -> str:
    """An order changed: read it by whatever the push names, or run the feed soon."""
    known = Order.objects.light().filter(connection=connection)
    row = None
    if event.remote_id or event.number:
        named = Q(remote_id=event.remote_id) if event.remote_id else Q(number=event.number)
        row = known.filter(named).first()
    elif event.partner_code:
        row = known.filter(partner_code=event.partner_code).first()
    if row is None and event.partner_code and can.has(channel, can.CreatesOrders):
        number = read_by_code(connection, channel, event.partner_code)
        return gettext_noop("Read %(n)s order(s) with code %(code)s.") % {"n": number, "code": event.partner_code}
    named_ref = Ref(remote_id=event.remote_id, number=event.number)
    if not (row or event.remote_id or event.number) or not can.has(channel, can.ReadsOrders):
        return orders_soon(connection)
    read = read_again(connection, channel, ref_of(row) if row else named_ref)
    name = event.remote_id or event.number or event.partner_code
    said = gettext_noop("Read order %(id)s.") if read else gettext_noop("Order %(id)s is not on the platform.")
    return said % {"id": name}


def orders_soon(connection: Connection) -> str:
    """Have the orders read next, and say so."""
    run_soon(connection, "orders")
    return gettext_noop("The orders feed runs next.")
