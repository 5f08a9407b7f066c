"""Finds the order or line that a person names, and how a channel is told which one it is."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from channels.records import Ref
from dashboard.catalog.targets import only
from dashboard.orders.feeds import ref_of
from dashboard.orders.models import Order, OrderLine
from dashboard.sync.kinds import Refused, Target
from dashboard.sync.models import Connection


def find_order(connection: Connection, text: str) -> Target:
    """An order by remote id, number, store id or our partner code. Raises `Refused` unless exactly one has it."""
    rows = Order.objects.filter(connection=connection).light()
    named = Q(number=text) | Q(source_order_id=text) | Q(partner_code=text)
    row = rows.filter(remote_id=text).first() or only(rows.filter(named), text, _("order"))
    return Target(row.remote_id, str(row), ref_of(row), row, is_gone=row.gone_at is not None)


def find_line(connection: Connection, text: str) -> Target:
    """A line of an order by remote id or SKU. Raises `Refused` unless exactly one has it."""
    rows = OrderLine.objects.filter(order__connection=connection).select_related("order").defer("order__raw")
    found = list(rows.filter(remote_id=text)[:2]) or list(rows.filter(sku=text)[:2])
    if len(found) != 1:
        raise Refused(
            _("“%(text)s” names %(n)s order lines on this connection; give the line's remote id. Nothing was queued.")
            % {"text": text, "n": len(found) if len(found) < 2 else _("several")}
        )
    row = found[0]
    ref = Ref(remote_id=row.remote_id, sku=row.sku, parent=row.order.remote_id)
    return Target(row.remote_id, f"{row.order} · {row}", ref, row, is_gone=row.order.gone_at is not None)
