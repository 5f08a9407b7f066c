"""What the kinds of the catalog share: proof and mirror by reading the product, and the rules for prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from channels import capabilities as can
from channels import records as r
from dashboard.catalog.feeds import read_again
from dashboard.catalog.targets import find_product
from dashboard.sync.kinds import AS_IT_IS, Context, Kind, PageOf, Refused, Target, Witness
from dashboard.sync.models import Connection


class OfCatalog(Kind):
    """What price, stock and listing have in common: they are proven and mirrored by reading the product."""

    permission = "catalog.edit"
    repeat = AS_IT_IS
    feed = "products"
    page = PageOf("catalog:product", "catalog.Product")
    absolute = True

    def product_of(self, context: Context) -> r.Ref:
        """The product to read."""
        row = context.target.row
        product = getattr(row, "product", row)
        return r.Ref(remote_id=product.remote_id, sku=product.sku) if product else context.ref

    def mirror(self, context: Context) -> None:
        """Read the product back."""
        read_again(context.connection, context.channel, self.product_of(context))

    def ask(self, context: Context) -> tuple[r.ProductRecord | None, str]:
        """The product as the platform has it now, and the question that was asked."""
        ref = self.product_of(context)
        return context.channel.read_product(ref), _("Read product %(id)s") % {"id": ref.remote_id}


class OfProducts(OfCatalog):
    """Kinds whose target is a whole product."""

    absolute = False

    def find(self, connection: Connection, text: str) -> Target:
        """A product."""
        return find_product(connection, text)

    def read(self, context: Context) -> tuple[r.ProductRecord | None, Witness]:
        """The product as the platform has it now, with the question."""
        product, asked = self.ask(context)
        return product, Witness(asked, in_words(product) if product else _("It is not there."))


def in_words(product: r.ProductRecord) -> str:
    """What a product shows, for evidence."""
    prices = sorted({str(one.price) for one in product.variants if one.price is not None})
    return _("“%(title)s”, price %(prices)s, stock %(stock)s, %(status)s, changed %(at)s") % {
        "title": product.title,
        "prices": ", ".join(prices[:5]) or "–",
        "stock": "–" if product.quantity is None else product.quantity,
        "status": product.remote_status or product.status,
        "at": product.updated_at or "–",
    }


def currency_of(variant: Any, given: str) -> str:
    """The currency that a price is meant in."""
    return (given or variant.currency or "").upper()


def check_price(price: Decimal, rule: can.PriceRule) -> None:
    """Raise `Refused` for a price outside the platform's range or with too many decimals."""
    if not price.is_finite() or not rule.minimum <= price <= rule.maximum:
        raise Refused(
            _("The price must be between %(low)s and %(high)s.") % {"low": rule.minimum, "high": rule.maximum},
            field="price",
        )
    if -int(price.normalize().as_tuple().exponent) > rule.decimals:
        raise Refused(_("At most %(n)s decimals.") % {"n": rule.decimals}, field="price")


def check_currency(currency: str, own: str, rule: can.PriceRule) -> None:
    """Raise `Refused` for a currency that the platform, or the variant, does not take."""
    if rule.currencies is not None:
        if currency not in rule.currencies:
            raise Refused(
                _("This platform takes prices in %(known)s.") % {"known": ", ".join(rule.currencies)}, field="currency"
            )
    elif own and currency != own.upper():
        raise Refused(_("This variant is priced in %(own)s.") % {"own": own}, field="currency")
