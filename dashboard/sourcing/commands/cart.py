"""The cart: lines added, changed, removed. Nothing here spends money."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels import capabilities as can
from channels import records as r
from dashboard.sourcing.commands.common import Buying, Item, check_items, find_row, purchase_items
from dashboard.sourcing.feeds import read_whole
from dashboard.sourcing.models import CartItem
from dashboard.sync.kinds import (
    APPLIED,
    Arrived,
    Context,
    Finding,
    Nothing,
    Refused,
    Target,
    Witness,
    absent,
    applied,
    register,
    undecided,
)
from dashboard.sync.models import Connection


class OfCart(Buying):
    """What the kinds of the cart have in common: they are proven and mirrored by reading the cart."""

    capability = can.EditsCart
    lane = feed = "cart"

    def mirror(self, context: Context) -> None:
        """Read the cart."""
        read_whole(context.connection, context.channel, "cart")


class OfLine(OfCart):
    """Kinds whose target is a line of the cart."""

    def find(self, connection: Connection, text: str) -> Target:
        """A line by its id, or the SKU that only one line has."""
        rows = CartItem.objects.filter(connection=connection).light()
        return find_row(rows, text, _("cart line"), "sku")


def read_cart(channel: Any) -> tuple[dict[str, r.CartItemRecord], Witness]:
    """The lines by their id, and the question that was asked."""
    page = channel.pull_cart(None, None)
    lines = {line.remote_id: line for line in page.records}
    words = ngettext("%(n)s line", "%(n)s lines", len(lines)) % {"n": len(lines)}
    return lines, Witness(_("Read the cart"), words)


def pieces(lines: dict[str, r.CartItemRecord]) -> Counter[str]:
    """How many of each product and SKU are in the cart, whether on one line or several."""
    found = Counter[str]()
    for line in lines.values():
        found[f"{line.product_remote_id} {line.sku}"] += line.quantity
    return found


class CartAdd(msgspec.Struct, forbid_unknown_fields=True):
    """What to put into the cart."""

    items: list[Item]


@register
class CartAddKind(OfCart):
    """Put goods into the cart."""

    name = "sourcing.cart_add"
    label = gettext_lazy("Add to cart")
    Payload = CartAdd
    has_target = False
    exclusive = False
    marker = "The quantities that the cart shows, against those just before sending."

    def check(self, connection: Connection, target: Target, payload: CartAdd) -> None:
        """Items; remarks go with one item at a time."""
        check_items(payload.items)
        if len(payload.items) > 1 and any(item.remark for item in payload.items):
            raise Refused(_("Add items with a remark one by one. Nothing was queued."), field="items")

    def summary(self, payload: CartAdd) -> str:
        """How many pieces."""
        count = sum(item.quantity for item in payload.items)
        return ngettext("%(n)s piece", "%(n)s pieces", count) % {"n": count}

    def prepare(self, context: Context) -> dict[str, Any]:
        """How much of it is in the cart already. Raises `Arrived` when an earlier attempt turns out to have arrived."""
        if "pieces" in context.command.before and self.read_back(context).verdict == APPLIED:
            raise Arrived(_("An earlier attempt has arrived after all."))
        lines, _witness = read_cart(context.channel)
        have = pieces(lines)
        return {"pieces": {key: have[key] for key in wanted(context.payload)}}

    def send(self, context: Context) -> r.Receipt:
        """Add them; a count below what was sent is no yes."""
        items = purchase_items(context.payload.items)
        receipt: r.Receipt = context.channel.add_to_cart(items)
        is_short = receipt.accepted is not None and receipt.accepted < len(items)
        return msgspec.structs.replace(receipt, accepted=0 if is_short else 1)

    def read_back(self, context: Context) -> Finding:
        """Compare with the cart of before."""
        lines, witness = read_cart(context.channel)
        have, had, want = pieces(lines), context.command.before["pieces"], wanted(context.payload)
        gained = {key: have[key] - had.get(key, 0) for key in want}
        if gained == dict(want):
            return applied(_("The cart holds them."), witness)
        if not any(gained.values()):
            return absent(_("The cart is as it was before."), witness)
        return undecided(_("The cart changed, but not by what was sent."), witness)


def wanted(payload: CartAdd) -> Counter[str]:
    """How many of each product and SKU."""
    found = Counter[str]()
    for item in payload.items:
        found[f"{item.product} {item.sku}"] += item.quantity
    return found


class CartUpdate(msgspec.Struct, forbid_unknown_fields=True):
    """The new quantity, whether the line is selected, or both."""

    quantity: int | None = None
    selected: bool | None = None


@register
class CartUpdateKind(OfLine):
    """Change a line of the cart."""

    name = "sourcing.cart_update"
    label = gettext_lazy("Change cart line")
    Payload = CartUpdate
    marker = "Quantity and selection that the cart shows for the line."

    def check(self, connection: Connection, target: Target, payload: CartUpdate) -> None:
        """Something to change, and at least one piece."""
        if payload.quantity is None and payload.selected is None:
            raise Refused(_("Give a quantity, or whether the line is selected."), field="quantity")
        if payload.quantity is not None and payload.quantity < 1:
            raise Refused(_("The quantity is at least 1; remove the line instead."), field="quantity")

    def summary(self, payload: CartUpdate) -> str:
        """What changes."""
        words = [] if payload.quantity is None else [_("quantity → %(n)s") % {"n": payload.quantity}]
        if payload.selected is not None:
            words.append(_("selected") if payload.selected else _("not selected"))
        return ", ".join(words)

    def send(self, context: Context) -> r.Receipt:
        """Change it."""
        payload = context.payload
        receipt: r.Receipt = context.channel.update_cart(context.ref, payload.quantity, payload.selected)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Compare the line."""
        lines, witness = read_cart(context.channel)
        line = lines.get(context.command.target)
        if line is None:
            return undecided(_("The line is not in the cart any more."), witness)
        payload = context.payload
        if payload.quantity in (None, line.quantity) and payload.selected in (None, line.selected):
            return applied(_("The cart shows the change."), witness)
        return absent(_("The cart does not show the change."), witness)


@register
class CartRemoveKind(OfLine):
    """Take a line out of the cart."""

    name = "sourcing.cart_remove"
    label = gettext_lazy("Remove from cart")
    Payload = Nothing
    marker = "The line is not in the cart."

    def send(self, context: Context) -> r.Receipt:
        """Remove it."""
        receipt: r.Receipt = context.channel.remove_from_cart(context.ref)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Look for the line."""
        lines, witness = read_cart(context.channel)
        if context.command.target in lines:
            return absent(_("The line is still in the cart."), witness)
        return applied(_("The line is not in the cart any more."), witness)


@register
class CartClearKind(OfCart):
    """Empty the cart."""

    name = "sourcing.cart_clear"
    label = gettext_lazy("Empty the cart")
    Payload = Nothing
    has_target = False
    marker = "None of the lines of before is in the cart."

    def prepare(self, context: Context) -> dict[str, Any]:
        """Which lines are there."""
        lines, _witness = read_cart(context.channel)
        return {"lines": sorted(lines), "count": len(lines)}

    def send(self, context: Context) -> r.Receipt:
        """Empty it."""
        receipt: r.Receipt = context.channel.clear_cart()
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Look for the lines of before."""
        lines, witness = read_cart(context.channel)
        left = set(context.command.before["lines"]) & set(lines)
        if not left:
            return applied(_("None of those lines is in the cart any more."), witness)
        if len(left) == context.command.before["count"]:
            return absent(_("The cart is as it was before."), witness)
        return undecided(_("Some of those lines are gone, others are not."), witness)
