"""The form of a product: the fields that the connection's channel takes, read into a command's payload."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core import signing
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import capabilities as can
from dashboard.catalog import prices, words
from dashboard.catalog.commands.common import check_price
from dashboard.catalog.models import Category, Product
from dashboard.core.exports import plain_money
from dashboard.core.forms import NumberField, WholeField, currency_code, lines_of
from dashboard.sync.forms import CommandForm
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Connection

MAX_CHOICES = 1000
MAX_TEXT = 200_000
MAX_FILE = 5 * 1024 * 1024
SHOWN = 300  # letters of the platform's value that an error repeats
LINES = {"rows": 4}
HALVES = ("sku", "barcode", "status", "supplier_name", "source_id", "source_url")  # two of them share a line
ORDER = (
    "title", "category_id", "description", "price", "currency", "quantity", "min_quantity", "sku", "barcode",
    "variants", "status", "images", "attributes", "warranty_days", "supplier_name", "source_id", "source_url",
    "accounts",
)  # fmt: skip

LISTS = {
    "images": gettext_lazy("One address or stored path a line."),
    "attributes": gettext_lazy("One a line: name: value."),
    "variants": gettext_lazy(
        "One a line: SKU; price; stock; barcode; option=value, option=value. Rows pasted from a spreadsheet are taken "
        "too. Empty: one variant."
    ),
    "accounts": gettext_lazy("One a line: username:password. Counted, never shown again."),
}


CLEARABLE = ("description", "images", "attributes")
HIDDEN = ("seen", "beyond")
_SEAL = "catalog.product_form"
_AMOUNT, _STOCK = re.compile(r"[0-9]{1,11}(\.[0-9]{1,2})?"), re.compile("[0-9]{1,9}")


class ProductForm(CommandForm):
    """Built for one connection, to make a product or to change one; only what the person changed is sent in a change.

    A change carries digests of what its form began with: what the platform changed meanwhile is left alone where the
    person did not touch it, and said where they did.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    beyond = forms.CharField(required=False, widget=forms.HiddenInput)  # the unusual price that was shown once

    def __init__(
        self, *args: Any, connection: Connection, product: Product | None = None, secrets: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.channel: Any = connection.declared.channel
        self.connection, self.product = connection, product
        names = self.channel.updatable_product_fields if product else self.channel.product_fields
        demanded = () if product else self.channel.required_product_fields
        for name in sorted(names, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER)):
            if name == "accounts" and not secrets:
                continue
            field = self._field(name)
            field.required = name in demanded
            field.label = field.label or words.FIELDS.get(name, name)
            if name in HALVES:
                field.widget.attrs["class"] = "half"
            self.fields[name] = field
        if product is None:
            del self.fields["seen"], self.fields["beyond"]
            return
        self.initial = {**current(product), **self.initial}
        self.initial["seen"] = signing.dumps(digests(self.initial), salt=_SEAL)
        for name, field in self.fields.items():
            field.required = name not in CLEARABLE and text_of(self.initial.get(name)) != "" and name not in HIDDEN

    def _field(self, name: str) -> forms.Field:
        if name in LISTS:
            return forms.CharField(help_text=LISTS[name], widget=forms.Textarea(attrs=LINES), max_length=MAX_TEXT)
        if name == "description":
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 8}), max_length=MAX_TEXT)
        if name == "price":
            return NumberField(max_digits=15, decimal_places=4)
        if name == "currency":
            return forms.CharField(validators=[currency_code], widget=forms.TextInput(attrs={"class": "short"}))
        if name in ("quantity", "min_quantity", "warranty_days"):
            return WholeField(min_value=0)
        if name == "status":
            return forms.ChoiceField(choices=[("", "–"), *((word, word) for word in self.channel.product_statuses)])
        if name == "category_id":
            return self._category()
        return forms.CharField(max_length=2000)

    def _category(self) -> forms.Field:
        """A choice among the known categories, or free text where there are none or too many."""
        rows = Category.objects.filter(connection=self.connection).present().order_by("path")
        parents = rows.exclude(parent_remote_id="").values("parent_remote_id")
        leaves = [(one.remote_id, str(one)) for one in rows.light().exclude(remote_id__in=parents)[: MAX_CHOICES + 1]]
        if not leaves or len(leaves) > MAX_CHOICES:
            return forms.CharField(max_length=200)
        known = {key for key, _label in leaves}
        own = self.product.category_remote_id if self.product else ""
        extra = [(own, self.product.category)] if self.product and own and own not in known else []
        return forms.ChoiceField(choices=[("", "–"), *extra, *leaves])

    @cached_property
    def begun(self) -> dict[str, str]:
        """Digests of what the form began with; of what is so now, where nobody can tell."""
        try:
            found: dict[str, str] = signing.loads(self.data.get("seen", ""), salt=_SEAL)
        except signing.BadSignature:
            return digests(self.initial)
        return found

    def clean(self) -> dict[str, Any]:
        """What both the person and the platform changed is said; sent again, the person's value is meant."""
        found = super().clean() or {}
        self._check(found)
        if self.product is None:
            return found
        kept, conflicts = dict(self.data.items()), []
        for name in self.fields:
            now = digest_of(self.initial.get(name))
            if name in (*HIDDEN, *self.errors) or now == self.begun.get(name):
                continue
            if digest_of(found.get(name)) == self.begun.get(name):
                kept[name] = text_of(self.initial.get(name))
            elif digest_of(found.get(name)) != now:
                conflicts.append(name)
        for name in conflicts:
            self.add_error(name, meanwhile(text_of(self.initial.get(name))))
        if conflicts:
            self.data = {**kept, "seen": self.initial["seen"]}
        return found

    def _check(self, found: dict[str, Any]) -> None:
        """All that can be seen to be wrong is said at once; the kind would name one thing after the other."""
        for name in ("attributes", "variants"):
            try:
                _READ[name](found.get(name) or "")
            except forms.ValidationError as error:
                self.add_error(None, error)
        price = found.get("price")
        if price is None or not can.has(self.channel, can.SetsPrices):
            return
        if self.product is not None and digest_of(price) == self.begun.get("price"):
            return
        try:
            check_price(price, self.channel.price_rule)
        except Refused as refused:
            self.add_error("price", refused.words)
            return
        doubt = prices.doubt(self.initial.get("price"), price)
        if doubt and found.get("beyond") != text_of(price):
            self.add_error("price", _("%(doubt)s Send again to set it all the same.") % {"doubt": doubt})
            self.data = {**dict(self.data.items()), "beyond": text_of(price)}

    def payload(self) -> dict[str, Any]:
        """What the command carries: what was given, or in a change what differs. Raises `forms.ValidationError`."""
        found = {}
        for name, typed in self.cleaned_data.items():
            value = typed.replace("\r\n", "\n") if isinstance(typed, str) else typed
            if name in HIDDEN or (self.product is not None and digest_of(value) == self.begun.get(name)):
                continue
            if value in (None, "") and (self.product is None or name not in CLEARABLE):
                continue
            found[name] = _READ[name](value) if name in _READ else value
        if "price" in found:
            found["price"] = str(found["price"])
        return found


def text_of(value: Any) -> str:
    """A value as it is compared: text without the space around it, numbers without idle zeros."""
    if isinstance(value, Decimal):
        return plain_money(value)
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def digest_of(value: Any) -> str:
    """A short digest of a value."""
    return hashlib.blake2b(text_of(value).encode(), digest_size=8).hexdigest()


def digests(values: Mapping[str, Any]) -> dict[str, str]:
    """The digests of all values, by name."""
    return {name: digest_of(value) for name, value in values.items()}


def meanwhile(now: str) -> str:
    """What to say of a value that the platform changed while somebody edited it."""
    if len(now) > SHOWN:
        return _("The platform has another text since this page was opened. Send again to set yours all the same.")
    words_ = _("It became “%(now)s” on the platform since this page was opened. Send again to set yours all the same.")
    return words_ % {"now": now}


def current(product: Product) -> dict[str, Any]:
    """The product as the form begins."""
    variants = list(product.variants.filter(gone_at=None)[:2])
    only = variants[0] if len(variants) == 1 else None
    shown = {name.casefold(): value for name, value in product.attributes}
    found: dict[str, Any] = {
        "title": product.title,
        "description": product.description,
        "sku": product.sku,
        "category_id": product.category_remote_id,
        "images": "\n".join(product.images),
        "attributes": "\n".join(f"{name}: {value}" for name, value in product.attributes),
        "status": product.remote_status,
        "min_quantity": int(least) if (least := shown.get("min_quantity", "")).isdecimal() else None,
    }
    if only is not None:
        found |= {
            "price": None if only.price is None else Decimal(plain_money(only.price)),
            "currency": only.currency,
            "quantity": only.quantity,
            "barcode": only.barcode,
        }
    return found


def read_attributes(text: str) -> dict[str, str]:
    """`name: value` lines. Raises `ValidationError` naming the first that is none."""
    found = {}
    for n, line in enumerate(lines_of(text), start=1):
        name, sign, value = line.partition(":")
        if not sign or not name.strip():
            raise forms.ValidationError({"attributes": _("Line %(n)s is not “name: value”.") % {"n": n}})
        found[name.strip()] = value.strip()
    return found


def read_variants(text: str) -> list[dict[str, Any]]:
    """`SKU; price; stock; barcode; option=value, …` lines. Raises `ValidationError` naming the first that is none."""
    found: list[dict[str, Any]] = []
    for n, line in enumerate(lines_of(text), start=1):
        parts = [part.strip() for part in line.split("\t" if "\t" in line else ";")]
        options = [part.partition("=") for part in (parts[4].split(",") if len(parts) > 4 else []) if part.strip()]
        wrong = not 3 <= len(parts) <= 5 or not all(parts[:3]) or any(not (k.strip() and s) for k, s, _v in options)
        if wrong:
            words_ = _("Line %(n)s is not “SKU; price; stock; barcode; option=value”.") % {"n": n}
            raise forms.ValidationError({"variants": words_})
        price, stock = parts[1].replace(",", "."), parts[2]
        if not _AMOUNT.fullmatch(price):
            words_ = _("Line %(n)s: the price “%(text)s” is not a number like 1234.50.") % {"n": n, "text": parts[1]}
            raise forms.ValidationError({"variants": words_})
        if not _STOCK.fullmatch(stock):
            words_ = _("Line %(n)s: the stock “%(text)s” is not a whole number.") % {"n": n, "text": stock}
            raise forms.ValidationError({"variants": words_})
        if first := next((k for k, other in enumerate(found, start=1) if other["sku"] == parts[0]), 0):
            words_ = _("Line %(n)s: line %(first)s has the SKU “%(sku)s” already.")
            raise forms.ValidationError({"variants": words_ % {"n": n, "first": first, "sku": parts[0]}})
        one: dict[str, Any] = {"sku": parts[0], "price": price, "quantity": stock}
        if len(parts) > 3 and parts[3]:
            one["barcode"] = parts[3]
        if options:
            one["options"] = [{"name": key.strip(), "value": value.strip()} for key, _sign, value in options]
        found.append(one)
    return found


_READ = {"images": lines_of, "attributes": read_attributes, "variants": read_variants}


class AccountsForm(CommandForm):
    """Accounts for a delivery pool, pasted or from a text file."""

    one_of = ("accounts", "file")

    accounts = forms.CharField(
        label=gettext_lazy("Accounts"),
        help_text=gettext_lazy(
            "Paste them, one a line: username:password. Or choose a file below. Counted, never shown again."
        ),
        required=False,
        strip=False,
        max_length=MAX_FILE,
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a text file"), required=False, help_text=gettext_lazy("Text in UTF-8, at most 5 MB.")
    )

    def clean(self) -> dict[str, Any]:
        """Pasted, in a file, or both; a file is text of at most 5 MB."""
        found = super().clean() or {}
        file = found.get("file")
        if file is not None:
            if file.size > MAX_FILE:
                self.add_error("file", _("The file is larger than 5 MB."))
                return found
            try:
                text = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("The file is not text in UTF-8."))
                return found
            found["accounts"] = f"{found.get('accounts') or ''}\n{text}".strip("\n")
        if not (found.get("accounts") or "").strip() and not self.errors:
            self.add_error("accounts", _("Paste accounts, or choose a file."))
        return found


class ImageForm(CommandForm):
    """One image to store on a platform."""

    file = forms.FileField(
        label=gettext_lazy("Image"),
        help_text=gettext_lazy("PNG, JPEG, GIF or WebP, at most 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"}),
    )


def can_upload(connection: Connection) -> bool:
    """Whether images can be stored on a connection."""
    return connection.can(can.UploadsImages)
