"""Products made, changed and taken away, where the channel can."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import capabilities as can
from channels import records as r
from channels.errors import Rejected
from dashboard.catalog.commands.common import OfProducts, check_currency, check_price, in_words
from dashboard.catalog.mirror import upsert_products
from dashboard.catalog.pools import count_accounts, note_accounts
from dashboard.sync.kinds import (
    AFTER_ABSENCE,
    Arrived,
    Context,
    Finding,
    Kind,
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
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import DONE

# A product that looks like ours and was made this shortly before we sent could be told from ours by nobody.
TWIN_AGE = timedelta(minutes=5)


class ProductFields(msgspec.Struct, forbid_unknown_fields=True):
    """Fields of a product as the platform takes them; what is not given stays as it is. Prices in major units."""

    title: str | None = None
    description: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    sku: str | None = None
    barcode: str | None = None
    quantity: int | None = None
    category_id: str | None = None
    images: list[str] | None = None
    attributes: list[r.Attribute] | dict[str, str] | None = None
    variants: list[dict[str, Any]] | None = None
    status: str | int | None = None
    min_quantity: int | None = None
    source_id: str | None = None
    source_url: str | None = None
    warranty_days: int | None = None
    supplier_name: str | None = None
    accounts: str | list[dict[str, str]] | None = None


def given_fields(payload: ProductFields) -> dict[str, Any]:
    """What was given, by name."""
    return {key: value for key, value in msgspec.structs.asdict(payload).items() if value is not None}


def draft_of(payload: ProductFields) -> r.ProductDraft:
    """The payload as channels take it."""
    given = given_fields(payload)
    attributes = given.get("attributes")
    if isinstance(attributes, dict):
        given["attributes"] = [r.Attribute(name=name, value=value) for name, value in attributes.items()]
    if "status" in given:
        given["status"] = str(given["status"])
    fields: dict[str, Any] = {key: tuple(one) if isinstance(one, list) else one for key, one in given.items()}
    return r.ProductDraft(**fields)


def check_fields(channel: Any, payload: ProductFields, known: tuple[str, ...]) -> None:
    """Raise `Refused` for fields that the platform does not take, and for values that it would surely refuse."""
    given = given_fields(payload)
    surplus = sorted(given.keys() - set(known))
    if surplus:
        raise Refused(
            _("This platform takes no “%(field)s” here. It takes: %(known)s.")
            % {"field": surplus[0], "known": ", ".join(known)},
            field=surplus[0],
        )
    for name in ("title", "sku", "category_id"):
        if name in given and not given[name].strip():
            raise Refused(_("This cannot be empty."), field=name)
    if payload.price is not None and can.has(channel, can.SetsPrices):
        check_price(payload.price, channel.price_rule)
    for name in ("quantity", "min_quantity", "warranty_days"):
        if given.get(name, 0) < 0:
            raise Refused(_("This cannot be less than nothing."), field=name)
    if payload.accounts is not None:
        count_accounts(payload.accounts, getattr(channel, "account_batch", None))
    _check_status(channel, given.get("status"))


def _check_status(channel: Any, status: str | int | None) -> None:
    words = getattr(channel, "product_statuses", ())
    is_number = str(status).isdecimal()
    if status is not None and not is_number and str(status).casefold() not in {word.casefold() for word in words}:
        raise Refused(_("The status is one of: %(known)s.") % {"known": ", ".join(words)}, field="status")


@register
class CreateProductKind(Kind):
    """Make a product. It is found again by SKU, source id or title, as the channel can."""

    name = "catalog.create_product"
    label = gettext_lazy("Create product")
    capability = can.CreatesProducts
    permission = "catalog.edit"
    Payload = ProductFields
    repeat = AFTER_ABSENCE
    absences = 2
    feed = "products"
    page = PageOf("catalog:product", "catalog.Product")
    has_target = False
    exclusive = False
    secret_keys = ("accounts",)
    marker = "The product that the platform finds by the draft's SKU, or by its title, category and price."

    def check(self, connection: Connection, target: Target, payload: ProductFields) -> None:
        """The fields that the platform takes and demands."""
        channel: Any = connection.declared.channel
        check_fields(channel, payload, channel.product_fields)
        given = given_fields(payload)
        for name in channel.required_product_fields:
            if name not in given:
                raise Refused(_("This platform demands “%(field)s”.") % {"field": name}, field=name)

    def summary(self, payload: ProductFields) -> str:
        """Its title."""
        return payload.title or payload.sku or ""

    def prepare(self, context: Context) -> dict[str, Any]:
        """What is there already must not be taken for ours afterwards; a taken SKU stops it.

        The first reading is the one that counts. Raises `Arrived` when one has come since an earlier attempt left.
        """
        draft, before = draft_of(context.payload), context.command.before
        found = context.channel.find_product(draft)
        if "twin" in before and found is not None and found.remote_id != before["twin"]:
            raise Arrived(_("An earlier attempt has arrived after all."))
        if "twin" in before:
            return dict(before)
        if found is not None and draft.sku and found.sku == draft.sku:
            raise Rejected(
                _("The platform has a product with the SKU %(sku)s already (%(id)s). Nothing was sent.")
                % {"sku": draft.sku, "id": found.remote_id}
            )
        made = found.created_at if found else None
        return {
            "twin": found.remote_id if found else "",
            "twin_made_at": made.isoformat() if made else "",
            "asked_at": timezone.now().isoformat(),
        }

    def send(self, context: Context) -> r.Receipt:
        """Make it."""
        receipt: r.Receipt = context.channel.create_product(draft_of(context.payload))
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Look for it. A look-alike that was there before proves nothing for us, unless it is too young to tell."""
        before = context.command.before
        found = context.channel.find_product(draft_of(context.payload))
        asked = _("Look for a product like “%(title)s”") % {"title": self.summary(context.payload)}
        if found is None:
            return absent(_("The platform has no such product."), Witness(asked, _("Nothing found.")))
        witness = Witness(asked, f"{found.remote_id}: {in_words(found)}")
        if found.remote_id != before["twin"] and _is_anothers(context, found.remote_id):
            return undecided(_("The newest such product was made by another command; nobody can tell ours."), witness)
        if found.remote_id != before["twin"]:
            made = r.Receipt(remote_id=found.remote_id, number=found.number)
            return applied(_("The platform has the new product."), witness, receipt=made)
        if _could_hide_a_twin(before):
            return undecided(_("A product just like it was made so shortly before that nobody can tell."), witness)
        return absent(_("Only the product that was there before is there."), witness)

    def mirror(self, context: Context) -> None:
        """Bring the new product into the mirror, keep its name, and count the accounts that went with it."""
        found = context.channel.find_product(draft_of(context.payload))
        if found is None:
            return
        upsert_products(context.connection, [found])
        _name_it(context.command, found.remote_id)
        if context.payload.accounts is not None:
            note_accounts(context, found.remote_id)


def _name_it(command: Command, remote_id: str) -> None:
    """Where the platform's answer did not name what it made, the reading does."""
    rows = Command.objects.filter(pk=command.pk)
    receipt = rows.values_list("receipt", flat=True).get()
    if not receipt.get("remote_id"):
        rows.update(receipt=receipt | {"remote_id": remote_id})


def _is_anothers(context: Context, remote_id: str) -> bool:
    """Whether another command is known to have made this product."""
    others = Command.objects.filter(connection=context.connection, kind=context.command.kind, state=DONE)
    return others.filter(receipt__remote_id=remote_id).exclude(pk=context.command.pk).exists()


def _could_hide_a_twin(before: dict[str, Any]) -> bool:
    """Whether the look-alike is so young that a newer one could carry the same time."""
    if not before["twin_made_at"]:
        return True
    age = datetime.fromisoformat(before["asked_at"]) - datetime.fromisoformat(before["twin_made_at"])
    return age < TWIN_AGE


@register
class UpdateProductKind(OfProducts):
    """Change fields of a product; only what is given."""

    name = "catalog.update_product"
    label = gettext_lazy("Change product")
    capability = can.UpdatesProducts
    Payload = ProductFields
    secret_keys = ("accounts",)
    marker = "The fields that the product read shows, where they differed before."

    def check(self, connection: Connection, target: Target, payload: ProductFields) -> None:
        """Only fields that the platform lets be changed, in the currency that the product has."""
        channel: Any = connection.declared.channel
        check_fields(channel, payload, channel.updatable_product_fields)
        if not given_fields(payload):
            raise Refused(_("There is nothing to change."))
        if payload.price is not None and payload.currency and can.has(channel, can.SetsPrices):
            own = {one.currency for one in target.row.variants.filter(gone_at=None)}
            check_currency(payload.currency.upper(), own.pop() if len(own) == 1 else "", channel.price_rule)

    def summary(self, payload: ProductFields) -> str:
        """The names of what changes."""
        return ", ".join(given_fields(payload))

    def prepare(self, context: Context) -> dict[str, Any]:
        """What differs now will prove that the change took effect."""
        product, _witness = self.read(context)
        if product is None:
            raise Rejected(_("The product is not on the platform any more. Nothing was sent."))
        matches = compare(product, context.payload)
        return {"differed": [name for name, same in matches.items() if not same], "stock": product.quantity}

    def send(self, context: Context) -> r.Receipt:
        """Change it."""
        receipt: r.Receipt = context.channel.update_product(context.ref, draft_of(context.payload))
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Compare what differed before."""
        before = context.command.before
        product, witness = self.read(context)
        if product is None:
            return undecided(_("The product could not be found, so its fields prove nothing."), witness)
        matches = compare(product, context.payload)
        telling = [matches[name] for name in before["differed"] if name in matches]
        if telling and all(telling):
            return applied(_("The platform shows the new values."), witness)
        if telling and not any(telling):
            return absent(_("The platform still shows the old values."), witness)
        if not telling and context.command.receipt.get("accepted") == 0:
            return absent(_("The platform counted no change."), witness)
        return undecided(_("What the platform shows does not tell whether it took the change."), witness)

    def mirror(self, context: Context) -> None:
        """Read it back, and count accounts."""
        super().mirror(context)
        if context.payload.accounts is not None:
            note_accounts(context, context.command.target)


def compare(product: r.ProductRecord, payload: ProductFields) -> dict[str, bool]:
    """For each given field that a product read shows in the same words: whether it shows what was given."""
    only = product.variants[0] if len(product.variants) == 1 else None
    shown = {
        "title": " ".join(product.title.split()),
        "description": product.description or None,
        "price": only.price if only else None,
        "quantity": only.quantity if only and only.quantity is not None else product.quantity,
        "category_id": product.category_remote_id or None,
        "status": product.remote_status.casefold() or None,
    }
    wanted = given_fields(payload)
    wanted |= {"title": " ".join(payload.title.split())} if payload.title is not None else {}
    wanted |= {"status": str(payload.status).casefold()} if payload.status is not None else {}
    found = {name: shown[name] == wanted[name] for name in shown if name in wanted and shown[name] is not None}
    if payload.images is not None:
        pairs = zip(product.images, payload.images, strict=False)
        same = len(product.images) == len(payload.images)
        found["images"] = same and all(theirs.endswith(ours) for theirs, ours in pairs)
    return found


@register
class DeleteProductKind(OfProducts):
    """Take a product away for good."""

    name = "catalog.delete_product"
    label = gettext_lazy("Delete product")
    capability = can.DeletesProducts
    Payload = Nothing
    marker = "The product read finds nothing any more."

    def send(self, context: Context) -> r.Receipt:
        """Delete it."""
        receipt: r.Receipt = context.channel.delete_product(context.ref)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Gone or not."""
        product, witness = self.read(context)
        if product is None:
            return applied(_("The product is not on the platform any more."), witness)
        return absent(_("The product is still there."), witness)
