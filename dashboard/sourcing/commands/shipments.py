"""Shipments abroad: made from packages, cancelled, confirmed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels import capabilities as can
from channels import records as r
from channels.errors import Rejected
from dashboard.sourcing.commands.common import (
    Buying,
    claimed,
    find_row,
    from_chunks,
    in_chunks,
    receipt_of,
    recent,
    since_of,
)
from dashboard.sourcing.feeds import read_shipment_again
from dashboard.sourcing.mirror import upsert_packages, upsert_shipments
from dashboard.sourcing.models import Package, Shipment, ShippingMethod
from dashboard.sourcing.querysets import SHIPMENT_ENDED
from dashboard.sync.feeds import run_soon
from dashboard.sync.kinds import (
    Arrived,
    Context,
    Finding,
    Nothing,
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

REQUIRED = ("name", "phone", "country", "city", "address", "postcode")
MAX_DETAILS = 20


class Piece(msgspec.Struct, forbid_unknown_fields=True):
    """One package of the warehouse."""

    package: str
    quantity: int = 1


class Recipient(msgspec.Struct, forbid_unknown_fields=True):
    """Where it goes; `country` is ISO 3166-1 alpha-2."""

    name: str = ""
    phone: str = ""
    country: str = ""
    state: str = ""
    city: str = ""
    address: str = ""
    postcode: str = ""

    def missing(self) -> list[str]:
        """What an address must have and this one lacks."""
        return [name for name in REQUIRED if not getattr(self, name).strip()]

    def record(self) -> r.Address:
        """As channels take it."""
        return r.Address(
            name=self.name,
            phone=self.phone,
            street1=self.address,
            city=self.city,
            state=self.state,
            postcode=self.postcode,
            country=self.country.upper(),
        )


class CreateShipment(msgspec.Struct, forbid_unknown_fields=True):
    """Packages, the shipping method's remote id, and the recipient."""

    items: list[Piece]
    channel: str
    recipient: Recipient
    remark: str = ""


@register
class CreateShipmentKind(Buying):
    """Ship packages abroad, paid from the wallet. Spends money; absence must be seen twice by both witnesses."""

    name = "sourcing.create_shipment"
    label = gettext_lazy("Create shipment")
    capability = can.CreatesShipments
    permission = "sourcing.buy"
    Payload = CreateShipment
    feed = "shipments"
    page = PageOf("sourcing:shipment", "sourcing.Shipment")
    has_target = False
    exclusive = False
    absences = 2
    max_checks = 8
    marker = "A new shipment with these packages, and packages that may not be shipped any more."

    def check(self, connection: Connection, target: Target, payload: CreateShipment) -> None:
        """Packages that are there and may be shipped, a known method, a whole address."""
        check_packages(connection, payload.items)
        methods = ShippingMethod.objects.filter(connection=connection, gone_at=None)
        known = set(methods.values_list("remote_id", flat=True))
        if not payload.channel.strip() or (known and payload.channel not in known):
            raise Refused(_("There is no shipping method “%(id)s”.") % {"id": payload.channel}, field="channel")
        missing = payload.recipient.missing()
        if missing:
            raise Refused(_("The recipient lacks: %(names)s.") % {"names": ", ".join(missing)}, field="recipient")

    def summary(self, payload: CreateShipment) -> str:
        """How many packages, and where to."""
        count = len(payload.items)
        words = ngettext("%(n)s package to %(to)s", "%(n)s packages to %(to)s", count)
        return words % {"n": count, "to": payload.recipient.country.upper()}

    def prepare(self, context: Context) -> dict[str, Any]:
        """Each package must be free now; which shipments are there already.

        When an earlier attempt turns out to have arrived after all, it is not sent again.
        """
        before = context.command.before
        found = packages_now(context)
        for piece in context.payload.items:
            package = found.get(piece.package)
            if package is not None and package.shippable is not False:
                continue
            if before:
                raise Arrived(_("Package %(id)s has left since; it is being proven.") % {"id": piece.package})
            raise Rejected(_("Package %(id)s may not be shipped. Nothing was sent.") % {"id": piece.package})
        if before:
            return dict(before)
        known = recent(context.channel.pull_shipments, since_of(context.command)).rows
        words = {remote_id: package.remote_status for remote_id, package in found.items()}
        return {"known": in_chunks(known), "packages": words}

    def send(self, context: Context) -> r.Receipt:
        """Make it."""
        payload = context.payload
        draft = r.ShipmentDraft(
            items=tuple(
                r.ShipmentItemRecord(package_remote_id=one.package, quantity=one.quantity) for one in payload.items
            ),
            channel=payload.channel,
            recipient=payload.recipient.record(),
            remark=payload.remark,
        )
        receipt: r.Receipt = context.channel.create_shipment(draft)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Ask both witnesses: new shipments, and where the packages are."""
        alike, is_whole, listed = new_shipments(context)
        taken, warehouse = packages_taken(context)
        if len(alike) == 1 and taken == len(context.payload.items):
            receipt = r.Receipt(remote_id=alike[0].remote_id, number=alike[0].number)
            return applied(
                _("Shipment %(number)s is new and holds these packages.") % {"number": alike[0].number},
                listed,
                warehouse,
                receipt=receipt,
            )
        if not alike and is_whole and taken == 0:
            return absent(_("There is no such shipment, and the packages may still be shipped."), listed, warehouse)
        return undecided(
            _("The two witnesses do not agree: a person must look at the shipments and packages."), listed, warehouse
        )

    def mirror(self, context: Context) -> None:
        """Read the shipment and its packages; the wallet follows soon."""
        number = receipt_of(context.command)
        if number:
            read_shipment_again(context.connection, context.channel, r.Ref(remote_id=number))
        run_soon(context.connection, "shipments", "packages", "purchase-orders", "balance", "wallet")


def check_packages(connection: Connection, items: list[Piece]) -> None:
    """Raise `Refused` for packages that are named twice, unknown, gone or not to be shipped."""
    ids = [item.package for item in items]
    if not ids:
        raise Refused(_("Choose at least one package."), field="items")
    if len(set(ids)) < len(ids) or any(item.quantity < 1 for item in items):
        raise Refused(_("Name each package once, with a quantity of at least 1."), field="items")
    rows = Package.objects.filter(connection=connection, remote_id__in=ids, gone_at=None)
    known = dict(rows.values_list("remote_id", "shippable"))
    for one in ids:
        if one not in known:
            raise Refused(_("There is no package “%(id)s” in the warehouse.") % {"id": one}, field="items")
        if known[one] is False:
            raise Refused(_("Package %(id)s may not be shipped.") % {"id": one}, field="items")


def packages_now(context: Context) -> dict[str, r.PackageRecord]:
    """The packages of the payload as the warehouse has them; the mirror learns of them."""
    wanted = {item.package for item in context.payload.items}
    found: dict[str, r.PackageRecord] = {}
    after = None
    while True:
        page = context.channel.pull_packages(after, None)
        found |= {one.remote_id: one for one in page.records if one.remote_id in wanted}
        after = page.next
        if after is None or len(found) == len(wanted):
            break
    upsert_packages(context.connection, found.values())
    return found


def packages_taken(context: Context) -> tuple[int, Witness]:
    """How many of the packages cannot be shipped any more."""
    found, words = packages_now(context), context.command.before["packages"]
    taken = [id_ for id_, word in words.items() if not is_free(found.get(id_), word)]
    told = _("%(taken)s of %(all)s packages may not be shipped any more.") % {"taken": len(taken), "all": len(words)}
    return len(taken), Witness(_("Read the packages of the warehouse"), told)


def is_free(package: r.PackageRecord | None, word: str) -> bool:
    """Whether a package may still be shipped; where nobody says, whether its word is as it was."""
    if package is None:
        return False
    return package.remote_status == word if package.shippable is None else package.shippable


def new_shipments(context: Context) -> tuple[list[r.ShipmentRecord], bool, Witness]:
    """Shipments since before sending that hold exactly these packages, and whether all new ones were looked at."""
    listing = recent(context.channel.pull_shipments, since_of(context.command))
    known = from_chunks(context.command.before["known"]) | claimed(context)
    fresh = [row for remote_id, row in listing.rows.items() if remote_id not in known]
    details = [context.channel.read_shipment(r.Ref(remote_id=row.remote_id)) or row for row in fresh[:MAX_DETAILS]]
    upsert_shipments(context.connection, details)
    wanted = Counter(item.package for item in context.payload.items)
    alike = [one for one in details if Counter(item.package_remote_id for item in one.items) == wanted]
    told = _("%(new)s new since before it was sent, %(alike)s with exactly these packages.") % {
        "new": len(fresh),
        "alike": len(alike),
    }
    is_whole = listing.is_whole and len(fresh) <= MAX_DETAILS and not any(one.is_partial for one in details)
    return alike, is_whole, Witness(_("Read the shipments"), told)


class _OfShipment(Buying):
    """What cancelling and confirming have in common; `reached` is the status that proves it."""

    permission = "sourcing.buy"
    Payload = Nothing
    feed = "shipments"
    page = PageOf("sourcing:shipment", "sourcing.Shipment")
    marker = "The status that the shipment's detail shows."
    reached = ""

    def find(self, connection: Connection, text: str) -> Target:
        """A shipment."""
        return find_row(Shipment.objects.filter(connection=connection).light(), text, _("shipment"), "number")

    def check(self, connection: Connection, target: Target, payload: Nothing) -> None:
        """Not one that has ended."""
        if target.row.status in SHIPMENT_ENDED:
            raise Refused(_("This shipment is “%(word)s”. Nothing was queued.") % {"word": target.row.remote_status})

    def read_back(self, context: Context) -> Finding:
        """Compare the status."""
        record = context.channel.read_shipment(context.ref)
        asked = _("Read shipment %(id)s") % {"id": context.ref.remote_id}
        if record is None:
            return undecided(_("The shipment could not be found."), Witness(asked, _("Not there.")))
        upsert_shipments(context.connection, [record])
        witness = Witness(asked, record.remote_status)
        if record.status == self.reached:
            return applied(_("The platform shows the new status."), witness)
        return absent(_("The platform shows another status."), witness)

    def mirror(self, context: Context) -> None:
        """Read the shipment and its packages; the wallet follows soon."""
        read_shipment_again(context.connection, context.channel, context.ref)
        run_soon(context.connection, "balance", "wallet", "purchase-orders")


@register
class CancelShipmentKind(_OfShipment):
    """Cancel a shipment; packages and fee come back."""

    name = "sourcing.cancel_shipment"
    label = gettext_lazy("Cancel shipment")
    capability = can.CancelsShipments
    reached = "cancelled"

    def send(self, context: Context) -> r.Receipt:
        """Cancel it."""
        receipt: r.Receipt = context.channel.cancel_shipment(context.ref)
        return receipt


@register
class ConfirmDeliveryKind(_OfShipment):
    """Confirm that a shipment arrived."""

    name = "sourcing.confirm_delivery"
    label = gettext_lazy("Confirm delivery")
    capability = can.ConfirmsDeliveries
    reached = "delivered"

    def send(self, context: Context) -> r.Receipt:
        """Confirm it."""
        receipt: r.Receipt = context.channel.confirm_delivery(context.ref)
        return receipt
