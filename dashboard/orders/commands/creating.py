"""Creating an order on a partner marketplace, found again by our own code."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels import capabilities as can
from channels import records as r
from channels.errors import Rejected
from dashboard.orders.feeds import read_by_code
from dashboard.orders.models import Order
from dashboard.sync.kinds import (
    AFTER_ABSENCE,
    Arrived,
    Context,
    Finding,
    Kind,
    PageOf,
    Refused,
    Target,
    Witness,
    absent,
    applied,
    register,
    undecided,
)
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import FINAL

MAX_CODE = 100
NEEDED = ("first_name", "street1", "city", "postcode", "phone", "country")


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """A variant's remote id and how many of it."""

    sku: str
    quantity: int


class ShippingAddress(msgspec.Struct, forbid_unknown_fields=True):
    """Where it goes. `country` is ISO 3166-1 alpha-2."""

    first_name: str = ""
    last_name: str = ""
    street1: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    postcode: str = ""
    phone: str = ""
    logistic_attribute: str = ""


class CreateOrder(msgspec.Struct, forbid_unknown_fields=True):
    """An order; `partner_code` is ours and finds it again."""

    lines: list[Line]
    shipping_address: ShippingAddress
    partner_code: str
    tracking_number: str = ""
    seller_name: str = ""


@register
class CreateOrderKind(Kind):
    """Create an order. Absence must be seen twice before it is sent again."""

    name = "orders.create"
    label = gettext_lazy("Create order")
    capability = can.CreatesOrders
    permission = "orders.create"
    Payload = CreateOrder
    repeat = AFTER_ABSENCE
    feed = "orders"
    page = PageOf("orders:detail", "orders.Order")
    has_target = False
    exclusive = False
    absences = 2
    marker = "The order list by our partner code."

    def check(self, connection: Connection, target: Target, payload: CreateOrder) -> None:
        """Lines, address, and a code that names no other order."""
        _check_lines(payload)
        _check_address(payload.shipping_address, connection.declared.channel.order_countries)
        if not payload.partner_code.strip() or len(payload.partner_code) > MAX_CODE:
            raise Refused(_("Give a code of 1 to %(n)s characters.") % {"n": MAX_CODE}, field="partner_code")
        if Order.objects.filter(connection=connection, partner_code=payload.partner_code).exists() or _is_pending(
            connection, payload
        ):
            raise Refused(
                _("There is already an order with the code %(code)s. Nothing was queued.")
                % {"code": payload.partner_code},
                field="partner_code",
            )

    def summary(self, payload: CreateOrder) -> str:
        """Its code and size."""
        lines = ngettext("%(n)s line", "%(n)s lines", len(payload.lines)) % {"n": len(payload.lines)}
        return f"{payload.partner_code}, {lines}"

    def prepare(self, context: Context) -> dict[str, Any]:
        """Our code must name no order yet. Raises `Arrived` when one has come since an earlier attempt left."""
        found = context.channel.find_orders(context.payload.partner_code)
        if found and "found" in context.command.before:
            raise Arrived(_("An earlier attempt has arrived after all."))
        if found:
            raise Rejected(
                _("The platform has an order with the code %(code)s already (%(id)s). Nothing was sent.")
                % {"code": context.payload.partner_code, "id": found[0].remote_id}
            )
        return {"found": 0}

    def send(self, context: Context) -> r.Receipt:
        """Create it."""
        receipt: r.Receipt = context.channel.create_order(draft_of(context.payload))
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Look for our code."""
        code = context.payload.partner_code
        found = context.channel.find_orders(code)
        witness = Witness(
            _("Look for orders with the code %(code)s") % {"code": code},
            ngettext("%(n)s order", "%(n)s orders", len(found)) % {"n": len(found)},
        )
        if not found:
            return absent(_("The platform has no order with our code."), witness)
        if len(found) > 1:
            return undecided(_("The platform has several orders with our code; a person must look."), witness)
        receipt = r.Receipt(remote_id=found[0].remote_id, number=found[0].number)
        return applied(_("The platform has the order with our code."), witness, receipt=receipt)

    def mirror(self, context: Context) -> None:
        """Read the order by its code."""
        read_by_code(context.connection, context.channel, context.payload.partner_code)


def draft_of(payload: CreateOrder) -> r.OrderDraft:
    """What the channel is told."""
    to = payload.shipping_address
    return r.OrderDraft(
        lines=tuple(r.OrderDraftLine(variant_remote_id=one.sku, quantity=one.quantity) for one in payload.lines),
        first_name=to.first_name,
        last_name=to.last_name,
        address=r.Address(
            name=f"{to.first_name} {to.last_name}".strip(),
            phone=to.phone,
            street1=to.street1,
            street2=to.street2,
            city=to.city,
            state=to.state,
            postcode=to.postcode,
            country=to.country.upper(),
        ),
        partner_code=payload.partner_code,
        tracking_number=payload.tracking_number,
        seller_name=payload.seller_name,
        logistic_attribute=to.logistic_attribute,
    )


def _check_lines(payload: CreateOrder) -> None:
    if not payload.lines:
        raise Refused(_("An order needs at least one line."), field="lines")
    for line in payload.lines:
        if not line.sku.strip() or line.quantity < 1:
            raise Refused(_("Each line needs a SKU and at least one unit."), field="lines")


def _check_address(address: ShippingAddress, countries: tuple[str, ...]) -> None:
    missing = [name for name in NEEDED if not getattr(address, name).strip()]
    if missing:
        raise Refused(_("The address lacks: %(names)s.") % {"names": ", ".join(missing)}, field="shipping_address")
    if countries and address.country.upper() not in countries:
        raise Refused(
            _("This platform ships to %(known)s.") % {"known": ", ".join(countries)}, field="shipping_address"
        )


def _is_pending(connection: Connection, payload: CreateOrder) -> bool:
    """Whether another unfinished command carries this code with other content."""
    own = msgspec.to_builtins(payload)
    others = Command.objects.filter(connection=connection, kind=CreateOrderKind.name).exclude(state__in=FINAL)
    return any(one.payload.get("partner_code") == payload.partner_code and one.payload != own for one in others[:200])
