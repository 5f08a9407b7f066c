"""Addresses, favourites and the profile."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels import capabilities as can
from channels import records as r
from dashboard.sourcing.commands.common import Buying, find_row
from dashboard.sourcing.commands.shipments import Recipient
from dashboard.sourcing.feeds import look_at, read_whole
from dashboard.sourcing.mirror import street_of
from dashboard.sourcing.models import AddressEntry, Favourite
from dashboard.sync.kinds import (
    APPLIED,
    NO_TARGET,
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
from dashboard.sync.models import Command, Connection

NEW = "-"
OTHERS = 200  # commands looked through for who made an address


class OfList(Buying):
    """Kinds that are proven and mirrored by reading a short list whole: `feed` names it."""

    def mirror(self, context: Context) -> None:
        """Read the list."""
        read_whole(context.connection, context.channel, self.feed)


class OfAddresses(OfList):
    """Kinds of the address book."""

    capability = can.SavesAddresses
    feed = "addresses"

    def find(self, connection: Connection, text: str) -> Target:
        """A saved address by its id, or by a name that only one has."""
        rows = AddressEntry.objects.filter(connection=connection).light()
        return find_row(rows, text, _("saved address"), "name")

    def read(self, context: Context) -> tuple[dict[str, r.AddressBookRecord], Witness]:
        """The saved addresses by id, and the question that was asked."""
        found = {one.remote_id: one for one in context.channel.pull_addresses(None, None).records}
        words = ngettext("%(n)s address", "%(n)s addresses", len(found)) % {"n": len(found)}
        return found, Witness(_("Read the saved addresses"), words)


class SaveAddress(Recipient, forbid_unknown_fields=True):
    """An address, whole, and whether it is the default."""

    is_default: bool | None = None


@register
class SaveAddressKind(OfAddresses):
    """Save an address: target ``-`` makes one, another one is replaced whole."""

    name = "sourcing.save_address"
    label = gettext_lazy("Save address")
    Payload = SaveAddress
    exclusive = False
    marker = "The fields that the list of addresses shows; for a new one, an address that was not there before."

    def find(self, connection: Connection, text: str) -> Target:
        """An address, or none for a new one."""
        return NO_TARGET if text == NEW else super().find(connection, text)

    def check(self, connection: Connection, target: Target, payload: SaveAddress) -> None:
        """A whole address."""
        missing = payload.missing()
        if missing:
            raise Refused(_("The address lacks: %(names)s.") % {"names": ", ".join(missing)}, field=missing[0])

    def summary(self, payload: SaveAddress) -> str:
        """Where it is; no name or street."""
        return ", ".join(part for part in (payload.city, payload.country.upper()) if part)

    def prepare(self, context: Context) -> dict[str, Any]:
        """Which addresses are there. Raises `Arrived` when an earlier attempt turns out to have arrived."""
        if "known" in context.command.before and self.read_back(context).verdict == APPLIED:
            raise Arrived(_("An earlier attempt has arrived after all."))
        found, _witness = self.read(context)
        return {"known": sorted(found), "count": len(found)}

    def send(self, context: Context) -> r.Receipt:
        """Save it."""
        payload = context.payload
        ref = None if context.command.target == NEW else context.ref
        receipt: r.Receipt = context.channel.save_address(ref, payload.record(), payload.is_default)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Compare the address, or look for a new one that is the same."""
        found, witness = self.read(context)
        if context.command.target == NEW:
            known = context.command.before["known"]
            candidates = [one for id_, one in found.items() if id_ not in known]
        else:
            candidates = [found[context.command.target]] if context.command.target in found else []
        same = next((one for one in candidates if is_same(one, context.payload)), None)
        if same is None and context.command.target == NEW and not all(_are_anothers(context, candidates)):
            return undecided(_("There is a new address, but not in our words: a person must look."), witness)
        if same is None:
            return absent(_("No such address is in the list."), witness)
        return applied(_("The list shows the address."), witness, receipt=r.Receipt(remote_id=same.remote_id))


def is_same(kept: r.AddressBookRecord, payload: SaveAddress) -> bool:
    """Whether a saved address is the one that was sent."""
    return _fields(kept.address) == _fields(payload.record()) and (not payload.is_default or kept.is_default)


FIELDS = ("name", "phone", "country", "state", "city", "postcode")


def _fields(address: r.Address) -> tuple[str, ...]:
    return *(getattr(address, name) for name in FIELDS), street_of(address)


def _are_anothers(context: Context, candidates: list[r.AddressBookRecord]) -> list[bool]:
    """Of each address, whether another command that makes one has its words."""
    ours = context.command
    since = Q(finished_at=None) | Q(finished_at__gte=ours.created_at)
    made = Command.objects.filter(since, connection=context.connection, kind=ours.kind, target=NEW).exclude(pk=ours.pk)
    newest = made.only("payload").order_by("-pk")[:OTHERS]
    theirs = {_fields(msgspec.convert(one.payload, SaveAddress, strict=False).record()) for one in newest}
    return [_fields(one.address) in theirs for one in candidates]


@register
class DeleteAddressKind(OfAddresses):
    """Delete a saved address."""

    name = "sourcing.delete_address"
    label = gettext_lazy("Delete address")
    Payload = Nothing
    marker = "The address is not in the list."

    def send(self, context: Context) -> r.Receipt:
        """Delete it."""
        receipt: r.Receipt = context.channel.delete_address(context.ref)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Look for it."""
        found, witness = self.read(context)
        if context.command.target in found:
            return absent(_("The address is still in the list."), witness)
        return applied(_("The address is not in the list any more."), witness)


class OfFavourites(OfList):
    """Kinds of what was put aside."""

    capability = can.EditsFavourites
    feed = "favourites"

    def read(self, context: Context) -> tuple[list[r.FavouriteRecord], Witness]:
        """The favourites, and the question that was asked."""
        found = list(context.channel.pull_favourites(None, None).records)
        words = ngettext("%(n)s favourite", "%(n)s favourites", len(found)) % {"n": len(found)}
        return found, Witness(_("Read the favourites"), words)


class AddFavourite(msgspec.Struct, forbid_unknown_fields=True):
    """A source product's remote id."""

    product: str


@register
class AddFavouriteKind(OfFavourites):
    """Put a source product aside."""

    name = "sourcing.add_favourite"
    label = gettext_lazy("Add favourite")
    Payload = AddFavourite
    has_target = False
    exclusive = False
    marker = "The product among the favourites."

    def check(self, connection: Connection, target: Target, payload: AddFavourite) -> None:
        """A product that is none yet."""
        if not payload.product.strip():
            raise Refused(_("Name a product."), field="product")
        rows = Favourite.objects.filter(connection=connection, product_remote_id=payload.product, gone_at=None)
        if rows.exists():
            raise Refused(_("This product is a favourite already. Nothing was queued."), field="product")

    def summary(self, payload: AddFavourite) -> str:
        """Which product."""
        return payload.product

    def send(self, context: Context) -> r.Receipt:
        """Add it."""
        receipt: r.Receipt = context.channel.add_favourite(context.payload.product)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Look for the product."""
        found, witness = self.read(context)
        kept = next((one for one in found if one.product_remote_id == context.payload.product), None)
        if kept is None:
            return absent(_("The product is not among the favourites."), witness)
        return applied(_("The product is among the favourites."), witness, receipt=r.Receipt(remote_id=kept.remote_id))

    def mirror(self, context: Context) -> None:
        """Read the favourites and the product."""
        super().mirror(context)
        if can.has(context.channel, can.SearchesSources):
            look_at(context.connection, context.channel, context.payload.product)


@register
class RemoveFavouriteKind(OfFavourites):
    """Take a product out of the favourites."""

    name = "sourcing.remove_favourite"
    label = gettext_lazy("Remove favourite")
    Payload = Nothing
    marker = "The favourite is not in the list."

    def find(self, connection: Connection, text: str) -> Target:
        """A favourite by its own id, or its product's."""
        rows = Favourite.objects.filter(connection=connection).light()
        return find_row(rows, text, _("favourite"), "product_remote_id")

    def send(self, context: Context) -> r.Receipt:
        """Remove it."""
        receipt: r.Receipt = context.channel.remove_favourite(context.ref)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Look for it."""
        found, witness = self.read(context)
        if any(one.remote_id == context.command.target for one in found):
            return absent(_("The favourite is still in the list."), witness)
        return applied(_("The favourite is not in the list any more."), witness)


class UpdateProfile(msgspec.Struct, forbid_unknown_fields=True):
    """The fields to change; what is not given stays."""

    username: str | None = None
    email: str | None = None
    avatar: str | None = None
    language: str | None = None


@register
class UpdateProfileKind(OfList):
    """Change the profile behind the credentials."""

    name = "sourcing.update_profile"
    label = gettext_lazy("Update profile")
    capability = can.UpdatesProfile
    Payload = UpdateProfile
    lane = feed = "profile"
    absolute = True
    has_target = False
    marker = "The fields that the profile shows."

    def check(self, connection: Connection, target: Target, payload: UpdateProfile) -> None:
        """Fields that the platform has."""
        known: tuple[str, ...] = connection.declared.channel.profile_fields
        given = fields_of(payload)
        if not given:
            raise Refused(_("Give at least one of: %(names)s.") % {"names": ", ".join(known)})
        for name in given:
            if name not in known:
                raise Refused(_("This platform's profile has no “%(name)s”.") % {"name": name}, field=name)

    def summary(self, payload: UpdateProfile) -> str:
        """Which fields."""
        return ", ".join(fields_of(payload))

    def covers(self, newer: dict[str, Any], older: dict[str, Any]) -> bool:
        """Whether every field of the older one is given anew."""
        return all(newer.get(name) is not None for name, value in older.items() if value is not None)

    def send(self, context: Context) -> r.Receipt:
        """Change it."""
        receipt: r.Receipt = context.channel.update_profile(fields_of(context.payload))
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Compare the fields."""
        record = context.channel.pull_profile(None, None).records[0]
        witness = Witness(_("Read the profile"), record.name or record.remote_id)
        given = fields_of(context.payload)
        if all(getattr(record, "name" if name == "username" else name) == value for name, value in given.items()):
            return applied(_("The profile shows the change."), witness)
        return absent(_("The profile does not show the change."), witness)


def fields_of(payload: UpdateProfile) -> dict[str, str]:
    """What is given, by the platform's names."""
    return {name: value for name, value in msgspec.structs.asdict(payload).items() if value is not None}
