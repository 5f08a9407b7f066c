"""Purchases: placed once, paid from the wallet, found again by a mark in the remark; and cancelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels import capabilities as can
from channels import records as r
from channels.errors import Rejected
from dashboard.core.exports import plain_money
from dashboard.sourcing.commands.common import (
    Buying,
    Item,
    check_items,
    find_row,
    in_chunks,
    mark_of,
    purchase_items,
    receipt_of,
    recent,
    since_of,
)
from dashboard.sourcing.commands.witnesses import judge, look_for_orders
from dashboard.sourcing.feeds import read_purchase_again
from dashboard.sourcing.mirror import upsert_purchase_orders, upsert_source_products
from dashboard.sourcing.models import PurchaseOrder, SourceProduct
from dashboard.sourcing.purposes import name_purchase
from dashboard.sync.feeds import run_soon
from dashboard.sync.kinds import (
    Arrived,
    Context,
    Finding,
    PageOf,
    Refused,
    Target,
    Witness,
    absent,
    applied,
    register,
    undecided,
)
from dashboard.sync.models import Connection

MAX_REMARK = 200


class PlaceOrder(msgspec.Struct, forbid_unknown_fields=True):
    """What to buy; `coupon` is a coupon's remote id, `total` the most that the goods may cost before fees."""

    items: list[Item]
    remark: str = ""
    coupon: str = ""
    total: Decimal | None = None


@register
class PlaceOrderKind(Buying):
    """Buy and pay from the wallet. Spends money; absence must be seen twice by both witnesses."""

    name = "sourcing.place_order"
    label = gettext_lazy("Place purchase order")
    capability = can.PlacesPurchaseOrders
    permission = "sourcing.buy"
    Payload = PlaceOrder
    feed = "purchase-orders"
    page = PageOf("sourcing:purchase", "sourcing.PurchaseOrder")
    has_target = False
    exclusive = False
    absences = 2
    max_checks = 8
    marker = "Our mark in the remark of a new order; without it, a new order with our lines and the wallet's movement."

    def check(self, connection: Connection, target: Target, payload: PlaceOrder) -> None:
        """Items, least quantities as far as they are known, and room for the mark."""
        check_items(payload.items)
        if len(payload.remark) > MAX_REMARK:
            raise Refused(_("A remark has at most %(n)s characters.") % {"n": MAX_REMARK}, field="remark")
        ids = {item.product for item in payload.items}
        rows = SourceProduct.objects.filter(connection=connection, remote_id__in=ids)
        short = too_few(payload, dict(rows.values_list("remote_id", "minimum")))
        if short:
            raise Refused(short + " " + _("Nothing was queued."), field="items")

    def summary(self, payload: PlaceOrder) -> str:
        """How much of what."""
        lines = ngettext("%(n)s line", "%(n)s lines", len(payload.items)) % {"n": len(payload.items)}
        pieces = sum(item.quantity for item in payload.items)
        words = ngettext("%(lines)s, %(n)s piece", "%(lines)s, %(n)s pieces", pieces)
        return words % {"lines": lines, "n": pieces}

    def prepare(self, context: Context) -> dict[str, Any]:
        """What it costs now, what the wallet has, and which orders and movements are there already.

        Raises `Rejected` for what cannot be bought. When an earlier attempt turns out to have arrived after all, it
        is not sent again.
        """
        amount = cost_now(context)
        check_total(context, amount)
        check_wallet(context, amount)
        before = context.command.before
        if before:
            if look_for_orders(context).marked:
                raise Arrived(_("An order with this command's mark is there already; it is being proven."))
            return {**before, "amounts": sorted({*before["amounts"], str(amount)})}
        since = since_of(context.command)
        known = recent(context.channel.pull_purchase_orders, since).rows
        kept = {"marker": mark_of(context.command), "known": in_chunks(known), "amounts": [str(amount)]}
        if can.has(context.channel, can.PullsWallet):
            kept["movements"] = in_chunks(recent(context.channel.pull_wallet, since, "happened_at").rows)
        return kept

    def send(self, context: Context) -> r.Receipt:
        """Place it, with the mark behind the remark."""
        payload, mark = context.payload, context.command.before["marker"]
        draft = r.PurchaseDraft(
            items=purchase_items(payload.items), remark=f"{payload.remark} {mark}".strip(), coupon=payload.coupon
        )
        receipt: r.Receipt = context.channel.place_purchase_order(draft)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Ask both witnesses."""
        return judge(context)

    def mirror(self, context: Context) -> None:
        """Read the order; the wallet and the cart follow soon."""
        number = receipt_of(context.command)
        if number:
            name_purchase(context.command, number)
            read_purchase_again(context.connection, context.channel, r.Ref(remote_id=number))
        run_soon(context.connection, "purchase-orders", "balance", "wallet", "cart", "coupons")


def too_few(payload: PlaceOrder, minimums: Mapping[str, int]) -> str:
    """The sentence for a product of which fewer are wanted than one must take; empty when all is well."""
    wanted = Counter[str]()
    for item in payload.items:
        wanted[item.product] += item.quantity
    for product, quantity in wanted.items():
        least = minimums.get(product, 1)
        if quantity < least:
            return _("Of product %(product)s at least %(least)s must be ordered, not %(quantity)s.") % {
                "product": product,
                "least": least,
                "quantity": quantity,
            }
    return ""


def cost_now(context: Context) -> Decimal:
    """What the lines cost at the source right now, before fees and coupons. Raises `Rejected` for what is not there."""
    ids = dict.fromkeys(item.product for item in context.payload.items)
    found = {remote_id: context.channel.read_source_product(remote_id) for remote_id in ids}
    missing = [remote_id for remote_id, product in found.items() if product is None]
    if missing:
        raise Rejected(_("Product %(id)s is not on sale any more. Nothing was sent.") % {"id": missing[0]})
    upsert_source_products(context.connection, found.values())
    rows = SourceProduct.objects.filter(connection=context.connection, remote_id__in=ids)
    short = too_few(context.payload, dict(rows.values_list("remote_id", "minimum")))
    if short:
        raise Rejected(short + " " + _("Nothing was sent."))
    return sum((price_of(found[item.product], item) * item.quantity for item in context.payload.items), Decimal(0))


def price_of(product: r.SourceProductRecord, item: Item) -> Decimal:
    """The price of a SKU. Raises `Rejected` when the product has no such SKU, or no price."""
    sku = next((one for one in product.skus if one.remote_id == item.sku), None)
    if sku is None:
        raise Rejected(
            _("Product %(product)s has no SKU %(sku)s. Nothing was sent.") % {"product": item.product, "sku": item.sku}
        )
    if sku.stock is not None and sku.stock < item.quantity:
        raise Rejected(
            _("Of SKU %(sku)s only %(stock)s are left. Nothing was sent.") % {"sku": item.sku, "stock": sku.stock}
        )
    price = product.price if sku.price is None else sku.price
    if price is None:
        raise Rejected(_("SKU %(sku)s has no price. Nothing was sent.") % {"sku": item.sku})
    return price


def check_total(context: Context, amount: Decimal) -> None:
    """Raise `Rejected` when the goods have become dearer than what a person confirmed."""
    confirmed = context.payload.total
    if confirmed is not None and amount > confirmed:
        raise Rejected(
            _("These goods cost %(amount)s now, more than the confirmed %(total)s. Nothing was sent.")
            % {"amount": plain_money(amount), "total": plain_money(confirmed)}
        )


def check_wallet(context: Context, amount: Decimal) -> None:
    """Raise `Rejected` when the wallet cannot pay the goods. A coupon may pay a part: then the platform decides."""
    if context.payload.coupon or not can.has(context.channel, can.PullsBalances):
        return
    for wallet in context.channel.pull_balances(None, None).records:
        has = wallet.balance if wallet.available is None else wallet.available
        if has is not None and has < amount:
            raise Rejected(
                _("The wallet has %(currency)s %(has)s; these goods cost %(amount)s before fees. Nothing was sent.")
                % {"currency": wallet.currency, "has": plain_money(has), "amount": plain_money(amount)}
            )


class CancelOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Why, in words."""

    reason: str = ""


@register
class CancelOrderKind(Buying):
    """Cancel a purchase while the platform still allows it; the money goes back to the wallet."""

    name = "sourcing.cancel_order"
    label = gettext_lazy("Cancel purchase order")
    capability = can.CancelsPurchaseOrders
    permission = "sourcing.buy"
    Payload = CancelOrder
    feed = "purchase-orders"
    page = PageOf("sourcing:purchase", "sourcing.PurchaseOrder")
    marker = "The status that the order's detail shows."

    def find(self, connection: Connection, text: str) -> Target:
        """A purchase order."""
        rows = PurchaseOrder.objects.filter(connection=connection).light()
        return find_row(rows, text, _("purchase order"), "number")

    def check(self, connection: Connection, target: Target, payload: CancelOrder) -> None:
        """Only in the states that the platform names."""
        allowed = connection.declared.channel.cancellable_purchase_statuses
        if target.row.status not in allowed:
            raise Refused(
                _("This order is “%(word)s”; it can be cancelled only while it is %(known)s. Nothing was queued.")
                % {"word": target.row.remote_status, "known": ", ".join(allowed)}
            )

    def send(self, context: Context) -> r.Receipt:
        """Cancel it."""
        receipt: r.Receipt = context.channel.cancel_purchase_order(context.ref, context.payload.reason)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Compare the status."""
        record = context.channel.read_purchase_order(context.ref)
        asked = _("Read purchase order %(id)s") % {"id": context.ref.remote_id}
        if record is None:
            return undecided(_("The purchase order could not be found."), Witness(asked, _("Not there.")))
        upsert_purchase_orders(context.connection, [record])
        witness = Witness(asked, record.remote_status)
        if record.status == "cancelled":
            return applied(_("The platform shows the order as cancelled."), witness)
        return absent(_("The platform does not show the order as cancelled."), witness)

    def mirror(self, context: Context) -> None:
        """Read the order; the wallet follows soon."""
        read_purchase_again(context.connection, context.channel, context.ref)
        run_soon(context.connection, "balance", "wallet", "coupons")
