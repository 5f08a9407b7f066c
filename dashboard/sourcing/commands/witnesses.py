"""Two witnesses of a purchase: a new order with our mark or our lines, and money that left the wallet."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels import capabilities as can
from channels import records as r
from dashboard.sourcing.commands.common import claimed, from_chunks, recent, since_of
from dashboard.sourcing.mirror import upsert_purchase_orders
from dashboard.sourcing.models import PurchaseOrder
from dashboard.sync.kinds import Context, Finding, Witness, absent, applied, undecided

MAX_DETAILS = 20
MOST_FEE = Decimal("0.5")  # of the goods' cost, where a movement names no order and may hold a fee that nobody knows
_COMES_IN = re.compile(r"refund|recharge|deposit|top.?up|credit|income|bonus", re.IGNORECASE)


@dataclass(frozen=True)
class Orders:
    """The purchases that are new since before sending: those with our mark, and unmarked ones that look like ours."""

    marked: list[r.PurchaseOrderRecord]
    alike: list[r.PurchaseOrderRecord]
    others: set[str]
    is_whole: bool
    witness: Witness

    @property
    def none_of_ours(self) -> bool:
        """Every new purchase was looked at, and none can be ours."""
        return self.is_whole and not self.marked and not self.alike


def look_for_orders(context: Context) -> Orders:
    """Read the list of purchases and the detail of each that is new. The mirror learns of them."""
    before, channel = context.command.before, context.channel
    listing = recent(channel.pull_purchase_orders, since_of(context.command))
    known = from_chunks(before["known"])
    fresh = [row for remote_id, row in listing.rows.items() if remote_id not in known]
    found = [channel.read_purchase_order(r.Ref(remote_id=row.remote_id)) or row for row in fresh[:MAX_DETAILS]]
    upsert_purchase_orders(context.connection, found)
    marked = [order for order in found if before["marker"] in order.remark]
    taken = claimed(context)
    alike = [] if echoes(context) else [o for o in found if o.remote_id not in taken and looks_like_ours(context, o)]
    seen_whole = [order for order in found if not order.is_partial]  # of a row alone nobody can say that it is not ours
    others = known | {order.remote_id for order in seen_whole if order not in marked and order not in alike}
    witness = Witness(
        _("Read the purchase orders and look for the mark %(mark)s") % {"mark": before["marker"]},
        _("%(new)s new since before it was sent: %(marked)s with the mark, %(alike)s with the same lines and amount.")
        % {"new": len(fresh), "marked": len(marked), "alike": len(alike)},
    )
    return Orders(marked, alike, others, listing.is_whole and len(seen_whole) == len(fresh), witness)


def echoes(context: Context) -> bool:
    """Whether this platform has shown a remark before: then an order without our mark is not ours."""
    return PurchaseOrder.objects.filter(connection=context.connection).exclude(remark="").exists()


def looks_like_ours(context: Context, order: r.PurchaseOrderRecord) -> bool:
    """No remark, the same products in the same quantities, and an amount that our lines may have cost."""
    if order.remark or order.is_partial:
        return False
    wanted = Counter[str]()
    for item in context.payload.items:
        wanted[item.product] += item.quantity
    got = Counter[str]()
    for line in order.lines:
        got[line.product_remote_id] += line.quantity
    return wanted == got and (order.total is None or costs_as_ours(context, order.total))


def costs_as_ours(context: Context, amount: Decimal) -> bool:
    """Whether an amount is what our lines cost when they were sent; with a coupon, or less."""
    known = [Decimal(text) for text in context.command.before["amounts"]]
    return any(amount == one or (bool(context.payload.coupon) and amount <= one) for one in known)


def look_at_wallet(context: Context, orders: Orders) -> tuple[bool | None, Witness]:
    """Whether money left the wallet that no other order accounts for; `None` where nobody can tell."""
    asked = _("Read the movements of the wallet since before it was sent")
    kept = context.command.before.get("movements")
    if kept is None or not can.has(context.channel, can.PullsWallet):
        return None, Witness(asked, _("This platform does not show them."))
    listing = recent(context.channel.pull_wallet, since_of(context.command), "happened_at")
    known = from_chunks(kept)
    fresh = [one for remote_id, one in listing.rows.items() if remote_id not in known]
    spent = [one for one in fresh if _may_be_ours(context, one, orders)]
    words = ngettext("%(n)s new movement", "%(n)s new movements", len(fresh)) % {"n": len(fresh)}
    none = _("none that this purchase explains")
    told = ", ".join(f"{one.kind} {one.amount} {one.currency} {one.order_number}".strip() for one in spent[:5])
    witness = Witness(asked, f"{words}; {told or none}.")
    return (True if spent else False if listing.is_whole else None), witness


def _may_be_ours(context: Context, one: r.WalletMovementRecord, orders: Orders) -> bool:
    """Whether a movement may pay for this purchase: no document states its sign, its words, or what it holds."""
    if one.amount is not None and one.amount >= 0 and (not one.amount or _COMES_IN.search(one.kind)):
        return False
    if one.order_number in {order.number for order in orders.alike}:
        return True
    if one.order_number in orders.others:
        return False
    return one.amount is None or _pays_ours(context, abs(one.amount), orders.alike, named=bool(one.order_number))


def _pays_ours(context: Context, amount: Decimal, alike: list[r.PurchaseOrderRecord], *, named: bool) -> bool:
    """Whether an amount is what our lines cost, alone or with the fee of the order that looks like ours."""
    if costs_as_ours(context, amount):
        return True
    if any(amount == order.total + order.service_fee for order in alike if order.total and order.service_fee):
        return True
    costs = [Decimal(text) for text in context.command.before["amounts"]]
    return not named and any(cost < amount <= cost + cost * MOST_FEE for cost in costs)


def judge(context: Context) -> Finding:
    """The mark alone proves the purchase. Without it both witnesses must agree; one alone needs a person."""
    orders = look_for_orders(context)
    if orders.marked:
        found = orders.marked[0]
        return applied(
            _("Order %(number)s carries the mark.") % {"number": found.number},
            orders.witness,
            receipt=r.Receipt(remote_id=found.remote_id, number=found.number),
        )
    spent, wallet = look_at_wallet(context, orders)
    if len(orders.alike) == 1 and spent:
        found = orders.alike[0]
        return applied(
            _("Order %(number)s is new, has the same lines and amount, and was paid from the wallet since.")
            % {"number": found.number},
            orders.witness,
            wallet,
            receipt=r.Receipt(remote_id=found.remote_id, number=found.number),
        )
    if orders.none_of_ours and spent is False:
        return absent(_("There is no such purchase, and the wallet paid for none."), orders.witness, wallet)
    return undecided(
        _("The two witnesses do not agree: a person must look at the orders and at the wallet."), orders.witness, wallet
    )
