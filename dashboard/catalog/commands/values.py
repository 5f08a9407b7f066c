"""Price, stock and listing: absolute values that may be sent again as they are."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import capabilities as can
from channels import records as r
from dashboard.catalog.commands.common import OfCatalog, check_currency, check_price, currency_of
from dashboard.catalog.targets import find_product, find_variant
from dashboard.sync.kinds import (
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


class OfMany(OfCatalog):
    """Values that a platform takes many at a time: one goes as a list of one."""

    def send(self, context: Context) -> r.Receipt:
        """One alone."""
        return self.send_many((context,))


class OfVariants(OfMany):
    """Values of one variant."""

    page = PageOf("catalog:product", "catalog.Variant", "product_id")

    def find(self, connection: Connection, text: str) -> Target:
        """A variant."""
        return find_variant(connection, text)

    def read(self, context: Context) -> tuple[r.VariantRecord | None, Witness]:
        """The variant as the platform has it now, and the question that was asked."""
        product, asked = self.ask(context)
        variants = product.variants if product else ()
        found = next((v for v in variants if v.remote_id == context.command.target), None)
        if found is None:
            return None, Witness(asked, _("The variant is not there."))
        shown = _("Price %(price)s, stock %(stock)s") % {"price": found.price, "stock": found.quantity}
        return found, Witness(asked, shown)


class SetPrice(msgspec.Struct, forbid_unknown_fields=True):
    """A price in major units; without a currency the variant's own."""

    price: Decimal
    currency: str = ""


@register
class SetPriceKind(OfVariants):
    """Reprice a variant."""

    name = "catalog.set_price"
    label = gettext_lazy("Set price")
    capability = can.SetsPrices
    Payload = SetPrice
    marker = "The price that the product read shows for the variant."

    def check(self, connection: Connection, target: Target, payload: SetPrice) -> None:
        """Bounds, decimals and currency of the platform."""
        rule: can.PriceRule = connection.declared.channel.price_rule
        check_price(payload.price, rule)
        check_currency(currency_of(target.row, payload.currency), target.row.currency, rule)

    def summary(self, payload: SetPrice) -> str:
        """The new price."""
        return _("Price → %(price)s") % {"price": f"{payload.currency} {payload.price}".strip()}

    def change(self, context: Context) -> r.PriceChange:
        """What the channel is told."""
        currency = currency_of(context.target.row, context.payload.currency)
        return r.PriceChange(variant=context.ref, price=r.Money(amount=context.payload.price, currency=currency))

    def bulk(self, channel: Any) -> int:
        """As many as the platform takes."""
        return int(channel.price_batch)

    def bulk_group(self, payload: SetPrice) -> Any:
        """One currency a call."""
        return payload.currency

    def send_many(self, contexts: Sequence[Context]) -> r.Receipt:
        """Many variants in one call."""
        receipt: r.Receipt = contexts[0].channel.set_prices(tuple(self.change(c) for c in contexts))
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Compare the price."""
        found, witness = self.read(context)
        if found is None:
            return undecided(_("The variant could not be found, so its price proves nothing."), witness)
        if found.price == context.payload.price:
            return applied(_("The platform shows the new price."), witness)
        return absent(_("The platform still shows another price."), witness)


class SetStock(msgspec.Struct, forbid_unknown_fields=True):
    """An available stock, and the threshold below which the platform warns."""

    quantity: int
    alert: int | None = None


@register
class SetStockKind(OfVariants):
    """Set the stock of a variant; zero goes first."""

    name = "catalog.set_stock"
    label = gettext_lazy("Set stock")
    capability = can.SetsStock
    Payload = SetStock
    marker = "The stock that the product read shows for the variant."

    def check(self, connection: Connection, target: Target, payload: SetStock) -> None:
        """Bounds of the platform."""
        rule: can.StockRule = connection.declared.channel.stock_rule
        if not rule.minimum <= payload.quantity <= rule.maximum:
            raise Refused(
                _("The stock must be between %(low)s and %(high)s.") % {"low": rule.minimum, "high": rule.maximum},
                field="quantity",
            )
        if payload.alert is not None and not rule.has_alert:
            raise Refused(_("This platform takes no alert threshold."), field="alert")

    def summary(self, payload: SetStock) -> str:
        """The new stock."""
        return _("Stock → %(quantity)s") % {"quantity": payload.quantity}

    def is_urgent(self, payload: SetStock) -> bool:
        """What is sold out must not be sold again."""
        return payload.quantity == 0

    def change(self, context: Context) -> r.StockChange:
        """What the channel is told."""
        return r.StockChange(variant=context.ref, quantity=context.payload.quantity, alert=context.payload.alert)

    def bulk(self, channel: Any) -> int:
        """As many as the platform takes."""
        return int(channel.stock_batch)

    def send_many(self, contexts: Sequence[Context]) -> r.Receipt:
        """Many variants in one call."""
        receipt: r.Receipt = contexts[0].channel.set_stock(tuple(self.change(c) for c in contexts))
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Compare the stock."""
        found, witness = self.read(context)
        if found is None:
            return undecided(_("The variant could not be found, so its stock proves nothing."), witness)
        if found.quantity == context.payload.quantity:
            return applied(_("The platform shows the new stock."), witness)
        return absent(_("The platform shows another stock."), witness)


class SetListing(msgspec.Struct, forbid_unknown_fields=True):
    """On sale or not."""

    listed: bool


@register
class SetListingKind(OfMany):
    """Put a product on sale, or take it off."""

    name = "catalog.set_listing"
    label = gettext_lazy("Set listing")
    capability = can.SetsListings
    Payload = SetListing
    marker = "The status that the product read shows."

    def find(self, connection: Connection, text: str) -> Target:
        """A product."""
        return find_product(connection, text)

    def summary(self, payload: SetListing) -> str:
        """The new state."""
        return _("Put on sale") if payload.listed else _("Take off sale")

    def change(self, context: Context) -> r.ListingChange:
        """What the channel is told."""
        return r.ListingChange(product=context.ref, listed=context.payload.listed)

    def bulk(self, channel: Any) -> int:
        """As many as the platform takes."""
        return int(channel.listing_batch)

    def bulk_group(self, payload: SetListing) -> Any:
        """One direction a call."""
        return payload.listed

    def send_many(self, contexts: Sequence[Context]) -> r.Receipt:
        """Many products in one call."""
        receipt: r.Receipt = contexts[0].channel.set_listings(tuple(self.change(c) for c in contexts))
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Compare the status."""
        product, asked = self.ask(context)
        if product is None:
            return undecided(_("The product could not be found."), Witness(asked, _("Not there.")))
        witness = Witness(asked, product.remote_status or product.status)
        if product.status == ("on_sale" if context.payload.listed else "off_sale"):
            return applied(_("The platform shows the new listing status."), witness)
        return absent(_("The platform shows another listing status."), witness)
