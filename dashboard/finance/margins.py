"""What an order brought in, what it cost, and what is left. Different currencies stand side by side, never summed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Sum

from dashboard.finance.models import OrderCost, Payment, WalletMovement
from dashboard.orders.models import Order
from dashboard.orders.querysets import STOPPED


class Margin(NamedTuple):
    """Revenue, costs and what is left, by currency; `share` in per cent where all is in one currency.

    `unpaid` costs are named by a number under which no wallet has paid anything yet: nobody knows the share then.
    """

    revenue: dict[str, Decimal]
    costs: dict[str, Decimal]
    left: dict[str, Decimal]
    share: Decimal | None
    unpaid: int


def revenue_of(order: Order) -> dict[str, Decimal]:
    """The order's total; nothing where no money stays."""
    if order.total is None or order.status in ("unpaid", *STOPPED):
        return {}
    return {order.currency: order.total}


def paid_by_wallet(user: Any, references: Iterable[str]) -> dict[str, dict[str, Decimal]]:
    """For each number of an order that a wallet paid: what it cost by currency, refunds taken off; one query."""
    wanted = {one for one in references if one}
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    if not wanted:
        return found
    rows = WalletMovement.objects.visible_to(user).present().filter(order_number__in=wanted).order_by()
    for row in rows.values("order_number", "currency").annotate(sum=Sum("amount")):
        found[row["order_number"]][row["currency"]] = -(row["sum"] or Decimal(0))
    return found


def cost_of(cost: OrderCost, wallet: dict[str, dict[str, Decimal]]) -> dict[str, Decimal]:
    """One cost by currency: the stated amount, or what the wallet paid under its number."""
    if cost.amount is not None:
        return {cost.currency: cost.amount}
    return wallet.get(cost.reference, {})


def is_unpaid(cost: OrderCost, wallet: dict[str, dict[str, Decimal]]) -> bool:
    """Whether nobody knows a cost yet."""
    return cost.amount is None and cost.reference not in wallet


def margin(order: Order, costs: Sequence[OrderCost], wallet: dict[str, dict[str, Decimal]]) -> Margin:
    """What is left of an order."""
    revenue, spent = revenue_of(order), defaultdict[str, Decimal](Decimal)
    for cost in costs:
        for currency, amount in cost_of(cost, wallet).items():
            spent[currency] += amount
    left = {
        currency: revenue.get(currency, Decimal(0)) - spent.get(currency, Decimal(0))
        for currency in [*revenue, *(one for one in spent if one not in revenue)]
    }
    share, unpaid = None, sum(is_unpaid(cost, wallet) for cost in costs)
    if len(left) == 1 and revenue and spent and not unpaid:
        [currency] = left
        share = (left[currency] * 100 / revenue[currency]).quantize(Decimal("0.1")) if revenue[currency] else None
    return Margin(revenue, dict(spent), left, share, unpaid)


def payments_of(order: Order) -> list[Payment]:
    """The buyer's payments for an order, newest first."""
    rows = Payment.objects.filter(connection=order.connection_id, order_remote_id=order.remote_id)
    return list(rows.light().order_by("-placed_at")[:10])
