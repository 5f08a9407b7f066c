"""Counts what is to be delivered against what was bought, without showing any of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.orders.models import DeliveryRecord, Order
from dashboard.sync.kinds import Refused


class Content(Protocol):
    """What is counted: a delivery's payload."""

    content: str
    rows: list[str]
    append: bool
    quantity: int | None


def units_of(payload: Content) -> int | None:
    """How many units a payload delivers; `None` for a text that does not say."""
    return len(payload.rows) or payload.quantity


def delivered_so_far(order: Order) -> int:
    """Units that the mirror shows as delivered."""
    if order.delivered_units is not None:
        return order.delivered_units
    found = DeliveryRecord.objects.of(order).order_by().aggregate(units=Sum("quantity"))
    return int(found["units"] or 0)


def left_of(orders: Iterable[Order]) -> dict[int, int]:
    """Units that are left to deliver, by the order's key, for orders whose platform states a quantity; one query."""
    counted = [order for order in orders if order.quantity is not None]
    told = DeliveryRecord.objects.filter(
        connection__in={order.connection_id for order in counted},
        order_remote_id__in=[order.remote_id for order in counted],
    )
    sums = told.order_by().values_list("connection", "order_remote_id").annotate(units=Sum("quantity"))
    units = {(connection, remote_id): found or 0 for connection, remote_id, found in sums}
    left = {}
    for order in counted:
        shown = units.get((order.connection_id, order.remote_id), 0)
        done = shown if order.delivered_units is None else order.delivered_units
        left[order.pk] = max((order.quantity or 0) - done, 0)
    return left


def room_in(order: Order, *, replaces: bool) -> int | None:
    """How many units a delivery may hold; `None` where the platform states no quantity."""
    if order.quantity is None:
        return None
    return order.quantity if replaces else order.quantity - delivered_so_far(order)


def known_rows(order: Order) -> set[str]:
    """The rows that were delivered already, as far as the platform shows them."""
    texts = [order.delivered or ""]
    texts += [row.content or "" for row in DeliveryRecord.objects.of(order).only("content")]
    return {line.strip() for text in texts for line in text.split("\n") if line.strip()}


def duplicates(order: Order, rows: list[str]) -> list[int]:
    """Places (from 1) of rows that stand earlier among `rows`, or were delivered before."""
    return repeats(rows, known_rows(order))


def repeats(rows: list[str], known: set[str]) -> list[int]:
    """Places (from 1) of rows that stand earlier among `rows`, or are known."""
    known, found = set(known), []
    for place, row in enumerate(rows, 1):
        if row.strip() in known:
            found.append(place)
        known.add(row.strip())
    return found


def check_units(order: Any, payload: Content, *, appends: bool) -> None:
    """Raise `Refused` for more units than are left. Where a channel can append, not appending replaces."""
    if payload.quantity is not None and payload.quantity < 1:
        raise Refused(_("At least one unit."), field="quantity")
    if payload.rows and payload.quantity not in (None, len(payload.rows)):
        raise Refused(
            _("%(n)s rows, but a quantity of %(quantity)s.") % {"n": len(payload.rows), "quantity": payload.quantity},
            field="quantity",
        )
    room = room_in(order, replaces=appends and not payload.append)
    if room is None:
        return
    units = units_of(payload) or 1
    if payload.append:
        units = len({row.strip() for row in payload.rows} - known_rows(order))
    if units > max(room, 0):
        left = ngettext("%(n)s unit is left to deliver", "%(n)s units are left to deliver", room) % {"n": max(room, 0)}
        raise Refused(
            _("%(left)s, this delivery has %(units)s. Nothing was queued.") % {"left": left, "units": units},
            field="rows" if payload.rows else "quantity",
        )
